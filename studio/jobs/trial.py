"""A short measured trial before the start: how long the run will take and how much memory, on this machine and data."""

import json
import logging
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Any, Self

from studio import storage
from studio.errors import StudioError
from studio.jobs.spare import Spare, Spares
from studio.rundir import RunDir

TIMEOUT_S = 90.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trial:
    """What the trial found. Times in seconds, memory in bytes."""

    seconds_per_row: float
    """Of a row that is learned from, once; a row that is only read costs a third."""
    seconds_load: float
    memory_bytes: int
    expected_memory_bytes: int
    seconds_encode: float = 0.0
    """Until the training rows are tokens."""
    seconds_look: float = 0.0
    """Of what a model writes at a check, for a look at it; 0 where none is written."""
    seconds_answers: float = 0.0
    """Of what one model writes for the test rows, where every answer is as long as it may be."""

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """From `trial.json`. Raises: KeyError, TypeError, ValueError when it is damaged."""
        return cls(
            float(value["seconds_per_row"]),
            float(value["seconds_load"]),
            int(value["memory_bytes"]),
            int(value["expected_memory_bytes"]),
            *(float(value.get(name, 0.0)) for name in ("seconds_encode", "seconds_look", "seconds_answers")),
        )


def measure(run: RunDir, spares: Spares, timeout_s: float = TIMEOUT_S) -> Trial:
    """Let a worker train a few steps of this run and throw them away. Takes seconds; the run itself is not touched.

    Raises: StudioError when the trial fails, takes longer than `timeout_s`, or a run that was started needs its worker.
    """
    trial = _measure(run, spares, timeout_s, only_ready=False)
    if trial is None:
        raise StudioError("Other trials are under way", fix="Try again in a minute, or start the run all the same.")
    return trial


def measure_in_passing(run: RunDir, spares: Spares, timeout_s: float = TIMEOUT_S) -> Trial | None:
    """As `measure`, with the worker that stands ready; None where none does."""
    return _measure(run, spares, timeout_s, only_ready=True)


def _measure(run: RunDir, spares: Spares, timeout_s: float, *, only_ready: bool) -> Trial | None:
    # Two at once would share the cores, and both would find half the speed.
    if not spares.one_trial.acquire(timeout=0 if only_ready else timeout_s):
        return None
    try:
        storage.remove_file(run.trial)
        spare = spares.lend(only_ready=only_ready)
        if spare is None:
            return None
        try:
            return _trial(run, spare, timeout_s)
        finally:
            spares.give_back(spare)
    finally:
        spares.one_trial.release()


def _trial(run: RunDir, spare: Spare, timeout_s: float) -> Trial:
    try:
        spare.order("trial", run.path)
        reply = _reply(spare, timeout_s)
        if not reply["measured"]:
            raise _no_trial(run, str(reply["error"]))
        return Trial.parse(json.loads(run.trial.read_bytes()))
    except (EOFError, BrokenPipeError) as error:
        if spare.is_let_go:
            raise StudioError("The trial was ended: a run needs its worker") from error
        raise _no_trial(run, "", spare.complaint()) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _no_trial(run, "", f"{type(error).__name__}: {error}") from error


def _reply(spare: Spare, timeout_s: float) -> dict[str, Any]:
    """What it says when it has measured. Asked for in short turns: whoever takes the process away must not wait."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        try:
            told: dict[str, Any] = spare.receive(0.1)
        except TimeoutError:
            continue
        return told
    kill(spare.process)
    raise StudioError(
        f"The trial took longer than {timeout_s:.0f} seconds",
        fix="The machine is busy, or this model is large for it. You can start the run all the same.",
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """End it and the helpers it started, at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)  # its session: helpers it started go too
        process.wait(5)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        return


def _no_trial(run: RunDir, said: str, complaint: str = "") -> StudioError:
    _log.warning("The trial of run %s failed: %s", run.id, said or complaint or "no result")
    return StudioError(
        f"The trial failed, so time and memory are not known{': ' + said if said else ''}",
        where=f"run {run.id}",
        fix="You can start the run all the same: if something is wrong, it will say what.",
    )
