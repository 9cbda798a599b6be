"""Downloads that go on while people do other things: one thread each, seen by every tab, gone with the server."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from studio.errors import StudioError
from studio.models.hub.download import Pinned, download, folder_of
from studio.rundir import Home

_FORGOTTEN_AFTER_S = 600.0


@dataclass
class Fetching:
    """A download at work, or how it ended."""

    done: int = 0
    total: int = 0
    """Bytes; 0 while the Hub has not been asked yet."""
    error: StudioError | None = None
    is_over: bool = False
    wanted: threading.Event = field(default_factory=threading.Event)
    """Cleared when somebody cancels."""
    ended: float = 0.0
    _first: tuple[float, int] | None = None
    """When the first bytes of this try were told, and how many had been here before."""

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody said so; it ends a moment later."""
        return not self.wanted.is_set()

    @property
    def seconds_left(self) -> float | None:
        """How long it will take if it goes on as it did; None as long as nobody can tell."""
        if self._first is None or self.is_over:
            return None
        began, before = self._first
        seconds, came = time.monotonic() - began, self.done - before
        return (self.total - self.done) * seconds / came if came > 0 and seconds > 1 else None

    def told(self, done: int, total: int) -> None:
        """So many bytes are here, of so many."""
        if self._first is None:
            self._first = (time.monotonic(), done)
        self.done, self.total = done, total


class Downloads:
    """All downloads of this server, by the folder that they fill."""

    def __init__(self) -> None:
        self._known: dict[Path, Fetching] = {}
        self._lock = threading.Lock()

    def of(self, home: Home, model: Pinned) -> Fetching | None:
        """The download of that model that is at work, or ended a few minutes ago."""
        with self._lock:
            self._forget()
            return self._known.get(folder_of(home, model))

    def start(self, home: Home, model: Pinned) -> Fetching:
        """Begin, or go on, in the background; the one at work if there is one."""
        place = folder_of(home, model)
        with self._lock:
            known = self._known.get(place)
            if known is not None and not known.is_over:
                known.wanted.set()  # somebody had cancelled it, and somebody wants it again
                return known
            fetching = self._known[place] = Fetching()
            fetching.wanted.set()
        threading.Thread(target=_work, args=(home, model, fetching), daemon=True, name="download").start()
        return fetching

    def cancel(self, home: Home, model: Pinned) -> None:
        """Let it end; what has come is kept."""
        fetching = self.of(home, model)
        if fetching is not None:
            fetching.wanted.clear()

    def _forget(self) -> None:
        now = time.monotonic()
        old = [place for place, each in self._known.items() if each.is_over and now - each.ended > _FORGOTTEN_AFTER_S]
        for place in old:
            del self._known[place]


def _work(home: Home, model: Pinned, fetching: Fetching) -> None:
    failed: StudioError | None = StudioError("The download failed unexpectedly", where=model.id, fix="Try again.")
    try:
        download(home, model, fetching.told, lambda: fetching.is_cancelled)
        failed = None
    except StudioError as error:
        failed = error
    finally:  # whatever it was: else the page would wait for ever
        fetching.error, fetching.ended, fetching.is_over = failed, time.monotonic(), True


DOWNLOADS = Downloads()
