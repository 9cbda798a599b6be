"""The stories of watched runs, kept in memory and shared by all viewers: each new line of a story is read once.

A viewer says where it is (`Cursor`) and gets only what is new since then. Nothing here decides or writes anything.
"""

import json
import threading
import time
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studio.errors import StudioError
from studio.events import Checked, Event, Started, Step, each_event, whole_lines
from studio.rundir import Home, RunDir
from studio.story import Story
from studio.ui.card import Card, Watched, card, header
from studio.ui.points import Points
from studio.ui.timeline import Timeline

FRESH_S = 0.2
"""A status is looked up again only after this time, whoever asks."""
_MOST_RUNS = 32
_MOST_CARDS = 64
_MOST_REPLIES = 256
_MOST_NEW_POINTS = 1000
"""A viewer this far behind gets the thinned history instead."""
_MOST_STEPS = 8000
"""Steps of a story kept as events; older ones are thinned, since only the curve needs them, and that has its points."""
_LARGE_READ = 200_000
"""Bytes of story that take long enough to parse to be worth a thread."""


@dataclass(frozen=True)
class Cursor:
    """What a viewer has: events up to `order`, of the life `life` of the run, and the card of that version."""

    order: int = 0
    life: int = -1
    card: str = ""

    @classmethod
    def of(cls, value: object) -> "Cursor":
        """From what a page sent; anything odd means: show everything."""
        if not isinstance(value, dict):
            return cls()
        order, life, version = value.get("order"), value.get("life"), value.get("card")
        if type(order) is not int or type(life) is not int or not isinstance(version, str) or order < 0:
            return cls()
        return cls(order, life, version[:16])


class Watch:
    """One run as its viewers see it. Safe to use from several threads."""

    def __init__(self, run: RunDir, place: Callable[[str], int], clock: Callable[[], float] = time.time) -> None:
        self.run, self._place, self._clock = run, place, clock
        self._lock = threading.Lock()
        self._watched, self._header = Watched(run), header(run)
        self._cards: OrderedDict[str, Card] = OrderedDict()
        self._replies: dict[Cursor, bytes] = {}
        self._begin()

    def _begin(self) -> None:
        self._offset = self._order = self._life = 0
        self._looked = 0.0
        self._story, self._points = Story(), Points()
        self._checks: list[tuple[int, Checked]] = []
        self._timeline = Timeline(self._watched.title, self._watched.shown, self._watched.example)
        self._version = ""
        self._card: Card = {}

    @property
    def is_far_behind(self) -> bool:
        """Whether the next look will take long (a run opened for the first time)."""
        return self._size() - self._offset > _LARGE_READ

    @property
    def is_over(self) -> bool:
        """Whether nothing more will ever be told."""
        return self._card.get("status") == "finished"

    @property
    def is_resting(self) -> bool:
        """Whether nothing is at work: news, if any, begin with a click."""
        return self._card.get("status") in ("paused", "failed", "interrupted", "draft")

    def reply(self, cursor: Cursor) -> bytes:
        """What is new since `cursor`, as the inside of a JSON object."""
        with self._lock:
            self._look()
            known = self._replies.get(cursor)
            if known is None:
                if len(self._replies) >= _MOST_REPLIES:
                    self._replies.clear()
                known = self._replies[cursor] = json.dumps(self._new(cursor), separators=(",", ":")).encode()
            return known

    def _look(self) -> None:
        now = self._clock()
        size = self._size()
        if size < self._offset:  # another story under the same name: a folder that was put back
            self._begin()
        if size > self._offset:
            self._read()
        elif now - self._looked < FRESH_S:
            return
        self._looked = now
        new = self._header | self._card_now(now)
        if new != self._card:
            self._card = new
            self._version = f"{zlib.crc32(json.dumps(new, sort_keys=True).encode()):08x}"
            self._cards[self._version] = new
            self._cards.move_to_end(self._version)
            while len(self._cards) > _MOST_CARDS:
                self._cards.popitem(last=False)
            self._replies.clear()

    def _card_now(self, now: float) -> Card:
        status = self._story.status(self.run)
        place = self._place(self.run.id) if status == "queued" else 0
        return card(self.run, self._watched, self._story, status, now, place)

    def _size(self) -> int:
        try:
            return self.run.events_file.stat().st_size
        except OSError:
            return 0

    def _read(self) -> None:
        try:
            with self.run.events_file.open("rb") as readable:
                readable.seek(self._offset)
                lines = whole_lines(readable.read())
        except OSError:
            return
        self._offset += len(lines)
        old = max(0, lines.count(b"\n") - _MOST_STEPS // 2)
        stride = 1 + old // (_MOST_STEPS // 2)  # of a long story's old steps so few are kept from the start
        for place, event in enumerate(each_event(lines)):
            self._order += 1
            self._tell(event, self._order)
            if place < old and place % stride and isinstance(event, Step):
                self._story.steps.pop()
        if lines:
            self._replies.clear()
        if len(self._story.steps) > _MOST_STEPS:
            self._story.steps[: -_MOST_STEPS // 2] = self._story.steps[: -_MOST_STEPS // 2 : 2]

    def _tell(self, event: Event, order: int) -> None:
        self._story.tell(event)
        if isinstance(event, Step):  # nearly all are; a timeline has no line for them
            self._points.add(event.step, event.loss, order)
            return
        self._timeline.tell(event, order)
        match event:
            case Checked():
                others = [(number, check) for number, check in self._checks if check.step != event.step]
                self._checks = [*others, (order, event)]
            case Started():
                self._points.span = max(4.0, event.total_steps / 120)
                if self._story.resumed > self._life:  # steps that a crash lost are told again: viewers start over
                    self._life = self._story.resumed
                    self._points.forget_after(event.step)
                    self._checks = [(number, check) for number, check in self._checks if check.step <= event.step]

    def _new(self, cursor: Cursor) -> dict[str, Any]:
        behind = self._points.count_since(cursor.order) > _MOST_NEW_POINTS
        whole = cursor.life != self._life or cursor.order > self._order or behind
        since = 0 if whole else cursor.order
        reply: dict[str, Any] = {"order": self._order, "life": self._life}
        if whole:
            raw, smooth = self._points.thinned()
            reply |= {"whole": True, "raw": raw, "smooth": smooth}
        elif self._points.count_since(since):
            reply["steps"] = self._points.since(since)
        if checks := [_check(check, self._watched) for order, check in self._checks if order > since]:
            reply["checks"] = checks
        if lines := self._timeline.since(since):
            reply["lines"] = lines
        if cursor.card != self._version or whole:
            old = {} if whole else self._cards.get(cursor.card, {})
            reply["card"] = self._version
            reply["now"] = {name: value for name, value in self._card.items() if old.get(name) != value}
        return reply


def _check(check: Checked, watched: Watched) -> list[Any]:
    """`[step, loss, watched metric or None, 1 if it was a new best, epoch]`."""
    value = check.metrics.get(watched.shown)
    return [
        check.step,
        check.loss,  # rounded once, where it is shown: else the chart and the words beside it differ in the last digit
        None if value is None else round(value, 4),
        int(check.is_best),
        round(check.epoch, 2),
    ]


class Watching:
    """All runs that somebody looks at now; those nobody asked about for a while make room."""

    def __init__(self, home: Home, queue: Callable[[], list[str]]) -> None:
        self._home, self._queue = home, queue
        self._watches: OrderedDict[str, Watch] = OrderedDict()
        self._lock = threading.Lock()

    def watch(self, run_id: str) -> Watch:
        """The run of that id. Raises: StudioError for anything that is not the id of a run here."""
        try:
            run = self._home.run(run_id)
        except StudioError:
            self._watches.pop(run_id, None)
            raise
        with self._lock:
            found = self._watches.get(run_id)
            if found is None:
                found = self._watches[run_id] = Watch(run, self._place)
            self._watches.move_to_end(run_id)
            while len(self._watches) > _MOST_RUNS:
                self._watches.popitem(last=False)
        return found

    def _place(self, run_id: str) -> int:
        queue = self._queue()
        return queue.index(run_id) if run_id in queue else 0


class Pace:
    """How long a viewer waits before it asks again, so that all together ask at most `most_per_s` times a second.

    The number of viewers is not counted but follows from what they were told (Little's law): the waits handed out
    in the last seconds, divided by those seconds.
    """

    def __init__(self, most_per_s: float = 40.0, shortest_s: float = 0.5, longest_s: float = 6.0) -> None:
        self._most, self._shortest, self._longest = most_per_s, shortest_s, longest_s
        self._given: deque[tuple[float, float]] = deque(maxlen=2000)
        self._sum = 0.0

    def wait(self, now: float, span_s: float = 4.0) -> float:
        """Seconds until this viewer may ask again; `now` is any clock that does not jump."""
        if len(self._given) == self._given.maxlen:
            self._sum -= self._given.popleft()[1]
        while self._given and self._given[0][0] < now - span_s:
            self._sum -= self._given.popleft()[1]
        viewers = self._sum / span_s
        wait = min(self._longest, max(self._shortest, viewers / self._most))
        self._given.append((now, wait))
        self._sum += wait
        return wait
