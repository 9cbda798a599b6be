"""Reading ahead: what a run needs before its first step is found out while a person still looks at its settings."""

import gc
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from studio.errors import StudioError
from studio.rundir import RunDir
from studio.worker.known import Known
from studio.worker.prepare import prepare
from studio.worker.trouble import panics_told

_FEW_BYTES = 30_000
"""Of frozen rows, which are compressed: about 1,500 short texts."""


class _Called(Exception):  # noqa: N818 - nothing went wrong
    """There is something better to do."""


def is_quick(folder: Path) -> bool:
    """Whether the rows are few enough to be read in a few seconds, also on a small machine."""
    try:
        return RunDir(folder).part("train").stat().st_size < _FEW_BYTES
    except OSError:
        return False


def read(folder: Path, known: Known, is_called: Callable[[], bool]) -> None:
    """Put all that `prepare` finds out about the run in `folder` into `known`; ends early when `is_called`.

    The run is not started. What goes wrong is left to its start, which will say it.
    """

    def listen(_what: str, _done: float | None) -> None:
        if is_called():
            raise _Called

    try:
        run = RunDir(folder)
        with panics_told(run.config.model.id):
            prepare(run, listen, known)
    except _Called:
        pass
    except StudioError as error:
        sys.stderr.write(f"Reading ahead ended: {error}\n")
    except Exception:  # noqa: BLE001 - the process has more to do, and what was wrong is told at the start
        traceback.print_exc()
    gc.collect()  # the model is of no use any more
