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

    seconds_per_1000_tokens: float
    memory_bytes: int
    seconds_load: float
    tokens_per_epoch: int
    expected_seconds: tuple[float, float]
    """The whole run: likely at least, likely at most."""
    expected_memory_bytes: int

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """From `trial.json`. Raises: KeyError, TypeError, ValueError when it is damaged."""
        low, high = value["expected_seconds"]
        return cls(
            float(value["seconds_per_1000_tokens"]),
            int(value["memory_bytes"]),
            float(value["seconds_load"]),
            int(value["tokens_per_epoch"]),
            (float(low), float(high)),
            int(value["expected_memory_bytes"]),
        )


def measure(run: RunDir, spares: Spares, timeout_s: float = TIMEOUT_S) -> Trial:
    """Let a worker train a few steps of this run and throw them away. Takes seconds; the run itself is not touched.

    Raises: StudioError when the trial fails or takes longer than `timeout_s`.
    """
    storage.remove_file(run.trial)
    spare = spares.take()
    try:
        try:
            spare.order("trial", run.path)
        except (BrokenPipeError, TimeoutError) as error:
            raise _no_trial(run, spare) from error
        _wait(spare, timeout_s)
        try:
            return Trial.parse(json.loads(run.trial.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _no_trial(run, spare) from error
    finally:
        spare.end()


def _wait(spare: Spare, timeout_s: float) -> None:
    """Until it has left; what it prints is read and dropped, so that it never waits for a reader."""
    until = time.monotonic() + timeout_s
    while spare.is_alive:
        if time.monotonic() > until:
            _kill(spare.process)
            raise StudioError(
                f"The trial took longer than {timeout_s:.0f} seconds",
                fix="The machine is busy, or this model is large for it. You can start the run all the same.",
            )
        try:
            spare.receive(0.1)
        except TimeoutError:
            continue
        except EOFError:
            time.sleep(0.02)


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)  # its session: helpers it started go too
    except ProcessLookupError:
        return


def _no_trial(run: RunDir, spare: Spare) -> StudioError:
    complaint = spare.complaint() if not spare.is_alive else ""
    _log.warning("The trial of run %s failed: %s", run.id, complaint or "no result")
    said = complaint.splitlines()[-1] if complaint and spare.process.returncode == 1 else ""
    return StudioError(
        f"The trial failed, so time and memory are not known{': ' + said if said else ''}",
        where=f"run {run.id}",
        fix="You can start the run all the same: if something is wrong, it will say what.",
    )
