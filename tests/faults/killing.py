"""Runs workers that kill themselves with SIGKILL at an exact place. One process imports torch; each worker is a fork of it.

Reads JSON lines `{"run": FOLDER, "kill": [PLACE, NUMBER] | null, "save_always": false}`; answers each with the worker's
exit status: its exit code, or minus the signal that ended it.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import scipy.stats  # noqa: F401 - the report needs it; forks need not wait for its import
import torch

from studio import storage
from studio.evaluation.baselines import BASELINES
from studio.storage import disk
from studio.worker import checkpoint, evaluate, finish, probe, telling, train
from studio.worker.duty import train_run
from studio.worker.reporter import Reporter


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Counter:
    """Kills at the Nth call."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            _die()


def _before(holder: Any, name: str, count: Callable[[], None]) -> None:
    original = getattr(holder, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        count()
        return original(*arguments, **named)

    setattr(holder, name, wrapped)


def _after(holder: Any, name: str, count: Callable[[], None]) -> None:
    original = getattr(holder, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        count()
        return result

    setattr(holder, name, wrapped)


class _Disk(disk.Disk):
    """Kills before the Nth change of the disk while `armed`."""

    def __init__(self, count: Callable[[], None]) -> None:
        self.count, self.armed = count, False

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        changes = ("open", "write", "sync", "truncate", "rename", "remove", "make_folder", "remove_tree")
        if name in changes and super().__getattribute__("armed"):
            super().__getattribute__("count")()
        return value


def _in_save(count: Callable[[], None]) -> None:
    """Count changes of the disk, but only those that a checkpoint makes."""
    counting = _Disk(count)
    disk.DISK = counting
    original = checkpoint.save

    def save(*arguments: Any, **named: Any) -> None:
        counting.armed = True
        try:
            original(*arguments, **named)
        finally:
            counting.armed = False

    checkpoint.save = save


def _torn(count: Callable[[], None]) -> None:
    """Die with a tensor file half written."""

    def write(tensors: Any, path: Path, target: Path) -> None:
        original(tensors, path, target)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        count()

    original = checkpoint._write
    checkpoint._write = write


def _in_check(count: Callable[[], None]) -> None:
    """Die between two batches of a check."""
    original = evaluate.check

    def check(model: Any, kit: Any, asked: Any, breathe: Any) -> Any:
        def counted(done: float) -> None:
            count()
            breathe(done)

        return original(model, kit, asked, counted)

    train.check = check


PLACES: dict[str, Callable[[Callable[[], None]], None]] = {
    "before a step": lambda count: _before(train.Training, "step", count),
    "after a step": lambda count: _after(train.Training, "step", count),
    "between gradient and step": lambda count: _before(torch.optim.AdamW, "step", count),
    "after a word": lambda count: _after(Reporter, "say", count),
    "in a check": _in_check,
    "in a checkpoint": _in_save,
    "in a checkpoint, torn": _torn,
    "after a checkpoint": lambda count: _after(checkpoint, "save", count),
    "in the probe": lambda count: _before(probe, "score_outputs", count),
    "writing the probe": lambda count: _before(storage, "write_file", count),
    "writing the model": lambda count: _after(finish, "write_model", count),
    "before the report": lambda count: _before(finish, "build_report", count),
    "after the report": lambda count: _before(checkpoint, "clear", count),
}


def main() -> None:
    telling._MOST_STEP_EVENTS = 8  # so that a Step event covers several steps, and kills fall in between
    BASELINES["tfidf"] = BASELINES["most_frequent"]  # seconds a worker, and nothing to do with resuming
    _answer("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 99
            try:
                if asked.get("save_always"):
                    train.SAVE_EVERY_S = 0.0
                if asked["kill"]:
                    place, number = asked["kill"]
                    PLACES[place](_Counter(number))
                code = train_run(Path(asked["run"]))
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        _answer(str(os.waitstatus_to_exitcode(status)))


def _answer(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
