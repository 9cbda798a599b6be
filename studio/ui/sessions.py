"""The newest session of every open page, so that clicks whose answers overlap undo nothing of each other.

A browser sends its session along with every click, and gets one back. Two handlers at work at the same time, as a click on
Start while a measurement ends, were given the same session; written as they come, the later answer would undo the earlier
one. So what a handler changed is put into the session of now, here, and what every handler is given is the newest.

The browser keeps its session all the same: after a restart of the server it is all there is.
"""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import fields, replace

from studio.ui.session import Session

_MOST, _MOST_BYTES = 2000, 100_000_000
"""Pages remembered, the latest used ones, and what they may take together; a page that was forgotten goes on with what its
browser sent. A session takes 2 kB, and 3 MB where somebody fills it with all that `Session.parse` lets through."""


class Sessions:
    """Of all pages that are open. A page is known by gradio's id of it, a new one at every load."""

    def __init__(self, most: int = _MOST, most_bytes: int = _MOST_BYTES) -> None:
        """For at most so many pages."""
        self._most, self._most_bytes = most, most_bytes
        self._newest: OrderedDict[str, Session] = OrderedDict()
        self._bytes: dict[str, int] = {}
        """Of memory, of the same pages."""
        self._lock = threading.Lock()
        self._settling = [threading.Lock() for _ in range(64)]
        """Of pages, by their ids: `keep` may have files to remove, and only its own page waits for that."""

    def newest(self, page: str, sent: Session) -> Session:
        """The page's session of now: the one settled last, or what the browser sent if none was."""
        with self._lock:
            return self._newest.get(page, sent)

    def settle(
        self, page: str, given: Session, found: Session, keep: Callable[[Session], Session] | None = None
    ) -> Session:
        """The session after a handler that was given one and found another.

        Only what it changed is put into the session of now, or what `keep(now)` says. A page without an id has no other
        handlers: its session is the one found.
        """
        with self._settling[hash(page) % len(self._settling)]:
            now = self.newest(page, given)
            settled = changed(given, found, now) if keep is None else keep(now)
            if page:
                self._remember(page, given, settled)
            return settled

    def _remember(self, page: str, given: Session, settled: Session) -> None:
        with self._lock:
            if page in self._newest or settled != given:  # a page that changed nothing may not be loaded yet
                self._newest[page] = settled
                self._newest.move_to_end(page)
                self._bytes[page] = sys.getsizeof(page) + _bytes_of(vars(settled))
            while len(self._newest) > self._most or sum(self._bytes.values()) > self._most_bytes:
                forgotten, _ = self._newest.popitem(last=False)
                del self._bytes[forgotten]


def changed(given: Session, found: Session, now: Session) -> Session:
    """The session of now with those fields put in that differ between the other two."""
    names = [each.name for each in fields(Session)]
    return replace(
        now, **{name: getattr(found, name) for name in names if getattr(found, name) != getattr(given, name)}
    )


def _bytes_of(value: object) -> int:
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, tuple | list) else ()
    return sys.getsizeof(value) + sum(map(_bytes_of, parts))
