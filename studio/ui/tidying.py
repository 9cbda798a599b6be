"""Uploads that nobody needs any more: removed while the server runs."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator

from studio import storage
from studio.jobs.runs import delete_old_drafts
from studio.rundir import Home

KEPT_DAYS = 30
"""An upload that no form has read for so long is removed; runs hold their own frozen rows."""
_log = logging.getLogger(__name__)


def sweep(home: Home, days: int = KEPT_DAYS) -> None:
    """Remove uploads that no form has read for so long, and half ones. Call while no page is open."""
    storage.sweep(home.tables)
    remove_unused(home, days)


def remove_unused(home: Home, days: int = KEPT_DAYS) -> None:
    """Remove uploads that no form has read for so long. Safe at any time."""
    oldest = time.time() - days * 86400
    for folder in home.tables.iterdir():
        if folder.is_dir() and folder.stat().st_mtime < oldest:
            storage.remove_folder(folder)


@contextlib.contextmanager
def swept(home: Home, every_s: float = 86400.0) -> Iterator[None]:
    """Sweep now, and remove unused uploads every day while the block lasts."""
    over = threading.Event()

    def keep_tidy() -> None:
        while not over.wait(every_s):
            try:
                remove_unused(home)
                delete_old_drafts(home)
            except OSError:
                _log.exception("Old uploads could not be removed; the next try is tomorrow")

    sweep(home)
    threading.Thread(target=keep_tidy, name="uploads", daemon=True).start()
    try:
        yield
    finally:
        over.set()
