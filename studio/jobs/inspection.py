"""A look at labeled rows before training, by a worker: which labels are probably wrong, and what a model can be expected to do.

The folder that is looked at lies two below the data folder and holds the order, `config.json` and `rows.parquet`; what was
found is kept in it as `inspection.json`. Its name is a digest of the order, so that what was looked at once is known. Whose
labels they were is kept as `about.json`, so that a look is found again by whoever brings the same table.
"""

import contextlib
import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from studio import storage
from studio.config import RunConfig
from studio.data.example import Example, to_parquet
from studio.errors import StudioError
from studio.evaluation.growth import CurvePoint, Growth
from studio.evaluation.values import BaselineResult
from studio.jobs.launch import LOCAL, Launcher
from studio.jobs.spare import Spare, Spares
from studio.jobs.trial import kill
from studio.rundir import Home

TIMEOUT_S = 900.0
_KEPT = 20
"""Folders of earlier looks."""

Progress = Callable[[float], None]
"""Told the share done, from 0 to 1."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SuspectRow:
    """One label that is probably wrong."""

    row: int
    """The file's own number."""
    given: str
    suggested: str
    sure: float
    """From 0.5 to 1, see evaluation.label_errors."""


@dataclass(frozen=True)
class Inspection:
    """What a worker found out about labeled rows. Shares from 0 to 1."""

    rows: int
    """With a text and a label."""
    looked_at: int
    """An even, seeded sample where there are too many."""
    doubted: int
    """Labels that are probably wrong; `suspects` ends at 2,000."""
    suspects: tuple[SuspectRow, ...]
    """The surest first."""
    ladder: tuple[BaselineResult, ...]
    """Simple models on rows that they have not learned from: `most_frequent`, `words`, `frozen`."""
    believed: str
    """Whose word the doubts are: `frozen`, `words`, or `both` together."""
    curve_of: str
    """The better of the ladder, whose accuracy `growth` follows."""
    growth: Growth
    """Accuracy with fewer rows, and what twice the rows would add."""
    seconds: float

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """From `inspection.json`. Raises: KeyError, TypeError, ValueError when it is damaged."""
        grown = value["growth"]
        points = tuple(
            CurvePoint(int(one["rows"]), float(one["accuracy"]), float(one["low"]), float(one["high"]))
            for one in grown["points"]
        )
        return cls(
            int(value["rows"]),
            int(value["looked_at"]),
            int(value["doubted"]),
            tuple(
                SuspectRow(int(row), str(given), str(other), float(sure))
                for row, given, other, sure in value["suspects"]
            ),
            tuple(BaselineResult.model_validate(rung) for rung in value["ladder"]),
            str(value["believed"]),
            str(value["curve_of"]),
            Growth(points, float(grown["gain"]), float(grown["low"]), float(grown["high"]), str(grown["sentence"])),
            float(value["seconds"]),
        )


def order(home: Home, config: RunConfig, examples: Sequence[Example]) -> Path:
    """Write down what is to be looked at; the folder, which may hold the result of an earlier look already."""
    rows = to_parquet(list(examples))
    asked = RunConfig(task=config.task, model=config.model, compute=config.compute, seed=config.seed)
    told = asked.model_dump_json(indent=1).encode()
    folder = home.path / "inspections" / hashlib.sha256(told + rows).hexdigest()[:20]
    if not folder.is_dir():
        storage.make_folder(folder.parent)
        _tidy(folder.parent)
        with storage.Stage(folder) as stage:
            stage.write("config.json", told)
            stage.write("rows.parquet", rows)
    return folder


def found_in(folder: Path) -> Inspection | None:
    """What an earlier look found; None when there is nothing (good)."""
    try:
        return Inspection.parse(json.loads((folder / "inspection.json").read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(folder: Path, whose: str) -> None:
    """Keep whose labels were looked at there, in words of the caller."""
    storage.write_json(folder / "about.json", {"whose": whose, "time": time.time()})


def last_look(home: Home, whose: str) -> Inspection | None:
    """What the last look at those labels found; None when there was none, or too many others since."""
    place = home.path / "inspections"
    looks = [(_when(folder, whose), folder) for folder in place.iterdir()] if place.is_dir() else []
    when, folder = max(looks, default=(0.0, place))
    return found_in(folder) if when else None


def _when(folder: Path, whose: str) -> float:
    """Wall time of the look at those labels, seconds since 1970; 0 when it was at others."""
    try:
        about = json.loads((folder / "about.json").read_bytes())
        return float(about["time"]) if about["whose"] == whose else 0.0
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0


def inspect(folder: Path, spares: Spares, progress: Progress, timeout_s: float = TIMEOUT_S) -> Inspection:
    """Let a worker look at the rows of an `order`. Takes seconds to minutes; known already, nothing.

    Raises: StudioError when it fails, takes longer than `timeout_s`, or a run that was started needs the worker.
    """
    if (known := found_in(folder)) is not None:
        return known
    until = time.monotonic() + timeout_s
    if not spares.one_trial.acquire(timeout=timeout_s):
        raise StudioError("Other looks and trials are under way", fix="Try again in a minute.")
    try:
        spare = spares.lend()
        assert spare is not None  # None is for those who want a ready one only
        try:
            return _inspect(folder, spare, progress, until)
        finally:
            spares.give_back(spare)
    finally:
        spares.one_trial.release()


def inspect_alone(
    home: Home, config: RunConfig, examples: Sequence[Example], progress: Progress, launcher: Launcher = LOCAL
) -> Inspection:
    """Start a worker for this one look, wait, and leave nothing behind; for the command line. Raises: StudioError."""
    folder, spares = order(home, config, examples), Spares(enabled=False, launcher=launcher)
    try:
        return inspect(folder, spares, progress)
    finally:
        spares.close()
        storage.remove_folder(folder)


def _inspect(folder: Path, spare: Spare, progress: Progress, until: float) -> Inspection:
    try:
        spare.order("inspect", folder)
        while True:
            told = _heard(spare, until)
            if "done" not in told:
                break
            progress(float(told["done"]))
        if not told["inspected"]:
            raise _failed(folder, str(told["error"]))
        return Inspection.parse(json.loads((folder / "inspection.json").read_bytes()))
    except (EOFError, BrokenPipeError) as error:
        if spare.is_let_go:
            raise StudioError(
                "Looking at the labels was ended: a run needs the worker", fix="Try again later."
            ) from error
        raise _failed(folder, "", spare.complaint()) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _failed(folder, "", f"{type(error).__name__}: {error}") from error


def _heard(spare: Spare, until: float) -> dict[str, Any]:
    """What it says next. Asked for in short turns: whoever takes the process away must not wait."""
    while time.monotonic() < until:
        with contextlib.suppress(TimeoutError):
            told: dict[str, Any] = spare.receive(0.1)
            return told
    kill(spare.process)
    raise StudioError("Looking at the labels took too long", fix="Try again when the machine is less busy.")


def _failed(folder: Path, said: str, complaint: str = "") -> StudioError:
    _log.warning("Looking at the labels in %s failed: %s", folder.name, said or complaint or "no result")
    return StudioError(f"The labels could not be looked at{': ' + said if said else ''}", fix="Try again.")


def _tidy(place: Path) -> None:
    """Take the oldest away; those that are at work are among the newest."""
    folders = sorted((one for one in place.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
    for folder in folders[: max(0, len(folders) - _KEPT + 1)]:
        storage.remove_folder(folder)
