"""The worker's side of the conversation: it says events, notes its progress, and hears what is asked of it.

Knows no torch, so that the first word can be said before torch is imported.
"""

import math
import time
from typing import Literal

from studio import storage
from studio.events import Event, Preparing, Step, to_line
from studio.rundir import RunDir
from studio.story import Story

_PREPARING_S = 0.5
"""At most one word in this time while something is got ready."""

Asked = Literal["stop", "pause", "shutdown"]


class Leave(Exception):  # noqa: N818 - nothing went wrong
    """The worker was asked to save everything and go, between two batches of something longer."""

    def __init__(self, by: Literal["you", "shutdown"]) -> None:
        super().__init__(by)
        self.by = by


class Lost(Exception):  # noqa: N818 - the same
    """The run is another worker's now: nothing more may be written, not even a last word."""


class Reporter:
    """One a worker process, which holds the run's lease."""

    def __init__(self, run: RunDir, hold: storage.Hold) -> None:
        self.run, self._hold = run, hold
        self.story = Story.of(run.events())
        self._seq = self.story.last.seq if self.story.last is not None else 0
        self._log = storage.Log(run.events_file)
        self._told = -math.inf
        self._shut_down = False

    def say(self, event: Event) -> None:
        """Append an event to the story. Steps may wait in the system's memory; everything else is on disk on return.

        Raises: Lost.
        """
        self.beat()
        self._seq += 1
        event = event.model_copy(update={"seq": self._seq, "time": time.time()})
        self._log.append(to_line(event), durable=not isinstance(event, Step | Preparing))
        self.story.tell(event)

    def sync(self) -> None:
        """Wait until everything said is on disk: a checkpoint must never know more than the story. Raises: Lost."""
        self.beat()
        self._log.append(b"", durable=True)

    def shut_down(self, *_signal: object) -> None:
        """SIGTERM's handler: be asked to leave."""
        self._shut_down = True

    def asked(self) -> Asked | None:
        """What is wanted of the worker now. Looked at after every step: two `stat` calls."""
        if self._shut_down:
            return "shutdown"
        if self.run.requested("pause") is not None:
            return "pause"
        return "stop" if self.run.requested("stop") is not None else None

    def prepare(self, what: str, done: float | None = None) -> None:
        """Say what is being got ready, often called and seldom said; then `breathe`."""
        now = time.monotonic()
        before = self.story.preparing.what if self.story.preparing is not None else ""
        if what != before or now - self._told > _PREPARING_S:
            self.say(Preparing(what=what, done=None if done is None else round(done, 3)))
            self._told = now
        self.breathe()

    def breathe(self, _done: float = 0.0) -> None:
        """Between two batches of something longer: a sign of progress, and a chance to go. Raises: Leave, Lost."""
        self.beat()
        match self.asked():
            case "shutdown":
                raise Leave("shutdown")
            case "pause":
                raise Leave("you")

    @property
    def seconds(self) -> float:
        """Time at work up to now, pauses left out."""
        last = self.story.last
        return self.story.seconds + (max(0.0, time.time() - last.time) if last is not None else 0.0)

    def beat(self) -> None:
        """Something was done, and something may be written next. Raises: Lost when that is not this worker's any more."""
        self._hold.progress = time.time()
        if not self._hold.is_ours():
            raise Lost

    def close(self) -> None:
        """Nothing more is said."""
        self._log.close()


class Pace:
    """How fast it goes and how long it will take, from the padded tokens computed: what a step really costs."""

    def __init__(self) -> None:
        self._rates: list[float] = []
        self._skip = 1
        """The first step allocates, and is not typical."""
        self._clear()

    def _clear(self) -> None:
        self._seconds, self._padded, self._tokens, self._rows = 0.0, 0, 0, 0

    def add(self, *, seconds: float, padded: int, tokens: int, rows: int) -> None:
        """One step was done."""
        self._seconds += seconds
        self._padded += padded
        self._tokens += tokens
        self._rows += rows

    def read(self) -> tuple[float, float]:
        """Rows and real tokens a second since the last reading."""
        seconds = max(self._seconds, 1e-9)
        rates = self._rows / seconds, self._tokens / seconds
        if self._skip:
            self._skip -= 1
        elif self._padded:
            self._rates = [*self._rates[-19:], self._padded / seconds]
        self._clear()
        return rates

    def seconds_for(self, padded: float) -> float | None:
        """Seconds that so many padded tokens of training will take; None before there is a measure."""
        if not self._rates:
            return None
        return padded / sorted(self._rates)[len(self._rates) // 2]
