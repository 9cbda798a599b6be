"""The border around a training worker: lease, priority, signals, and what is said when something goes wrong.

Knows no torch: the first word is said before torch is imported, which takes seconds.
"""

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from studio import storage
from studio.errors import StudioError
from studio.events import Failed, Finished, Paused
from studio.rundir import RunDir
from studio.worker.reporter import Leave, Lost, Reporter
from studio.worker.trouble import panics_told, trouble

if TYPE_CHECKING:
    from studio.worker.known import Known

_NICE = 10
FINISHED_OR_PAUSED, FAILED, TAKEN = 0, 1, 3
"""Exit codes. TAKEN: another worker holds the run (`jobs.last_word` knows it too)."""


def train_run(folder: Path, known: "Known | None" = None) -> int:
    """Train the run in `folder`, or go on with it; returns the exit code. Everything that happens is in its story.

    `known`: what this process found out about the rows before it was asked to train.
    """
    run = RunDir(folder)
    if not run.lease.acquire():
        return TAKEN
    with storage.Hold(run.lease) as hold:
        give_way()
        reporter = Reporter(run, hold)
        try:
            return _train(run, reporter, known)
        except Lost:
            sys.stderr.write("The run is another worker's now; this one leaves it as it is.\n")
            return TAKEN
        finally:
            reporter.close()


def _train(run: RunDir, reporter: Reporter, known: "Known | None") -> int:
    if isinstance(reporter.story.last, Finished):
        return FINISHED_OR_PAUSED
    signal.signal(signal.SIGTERM, reporter.shut_down)
    try:
        storage.sweep(run.path)
        storage.sweep(run.checkpoints)
        reporter.prepare("Starting the training engine")
        from studio.worker.train import train  # noqa: PLC0415 - imports torch; the first word is said by now

        with panics_told(run.config.model.id):
            train(run, reporter, known)
    except Lost:
        raise
    except Leave as leave:
        run.answer_request("pause")
        saved = reporter.story.saved.step if reporter.story.saved is not None else 0
        reporter.say(Paused(step=max(saved, reporter.story.step), by=leave.by))  # not every step has an event
    except StudioError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the worker's log
        reporter.say(_failed(run, reporter, error))
        return FAILED
    except Exception as error:  # noqa: BLE001 - the border: whatever else is our bug, and is told as such
        traceback.print_exc()
        reporter.say(_failed(run, reporter, trouble(error, f"run {run.id}, step {reporter.story.step}")))
        return FAILED
    return FINISHED_OR_PAUSED


def give_way() -> None:
    """Let the page, and whatever else people wait for, go first."""
    os.setpriority(os.PRIO_PROCESS, 0, max(_NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def _failed(run: RunDir, reporter: Reporter, error: StudioError) -> Failed:
    can_resume = run.checkpoints.is_dir() and any(run.checkpoints.glob("step-*"))
    return Failed(step=reporter.story.step, what=error.what, where=error.where, fix=error.fix, can_resume=can_resume)
