"""Answers from the models of runs: a process for each of the last two, asked in lines, let go when idle.

Two, so that two visitors on two runs do not make each other wait for a model to load at every question.
"""

import itertools
import json
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from studio.errors import StudioError
from studio.jobs.spare import Spare, Spares
from studio.rundir import RunDir
from studio.tasks.task import Answer

MOST_TEXTS = 256
"""Texts in one request; callers with more ask in turns, and can show progress between them."""
MOST_WRITTEN = 8
"""The same for models that write, which take seconds for each, so that a request ends in time."""
READY_S = 120.0
ANSWER_S = 120.0
IDLE_S = 600.0
MOST_MODELS = 2
"""Models held at once. The one not used for longest goes first."""
IN_USE_S = 60.0
"""A model asked so lately is not given up for one that may be asked soon (`warm`)."""

_log = logging.getLogger(__name__)


@dataclass
class _Held:
    """A process that holds a run's model, and when it was last asked for (monotonic seconds)."""

    spare: Spare
    used: float


class Answering:
    """Asks models. One question at a time, so none is let go while it answers; one that died is started again once."""

    def __init__(self, spares: Spares, *, idle_s: float = IDLE_S, answer_s: float = ANSWER_S) -> None:
        self._spares, self._idle_s, self._answer_s = spares, idle_s, answer_s
        self._held: dict[str, _Held] = {}
        """Run folder → the process that holds its model; the one not used for longest comes first."""
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def ask(
        self,
        run: RunDir,
        model: Literal["tuned", "untuned"],
        texts: Sequence[str | dict[str, str]],
        targets: Sequence[str] | None = None,
    ) -> list[Answer]:
        """What the run's model says of each text, or of each dict of all input roles.

        `untuned` is the baseline: the frozen base model with a linear head. `targets` are the right answers, of which a
        model that writes says how much they surprise it (`Answer.losses`).
        The first question to a run waits for its model to load. Raises: StudioError.
        """
        if len(texts) > MOST_TEXTS:
            raise StudioError(f"At most {MOST_TEXTS} texts can be asked at once", fix="Ask in smaller portions.")
        if not (run.model / "config.json").is_file():
            raise StudioError("This run has no model yet", where=f"run {run.id}", fix="Wait until it is finished.")
        if not texts:
            return []
        with self._lock:
            self._stop_timer()
            try:
                asked = {"model": model, "texts": list(texts)}
                asked |= {"targets": list(targets)} if targets is not None else {}
                return _answers(self._exchange(run, asked), len(texts))
            finally:
                if (held := self._held.get(str(run.path))) is not None:
                    held.used = time.monotonic()
                self._let_go_unused(self._idle_s)
                self._start_timer()

    def warm(self, run: RunDir) -> None:
        """Begin to load the run's model, so that the first question is answered sooner. Does not wait for it.

        Takes no model from somebody who asked it just now.
        """
        with self._lock:
            held = self._held.get(str(run.path))
            if held is not None and held.spare.is_alive:
                return
            self._let_go(run)
            others = list(self._held.values())
            if len(others) >= MOST_MODELS and time.monotonic() - others[0].used < IN_USE_S:
                return  # both are in use: this one is loaded when it is asked
            self._stop_timer()
            self._hold(run)
            self._start_timer()

    def forget(self, run: RunDir) -> None:
        """Let go of the run's model if it is held; before the run is deleted."""
        with self._lock:
            self._let_go(run)

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._stop_timer()
            self._let_go_unused(0)

    def _exchange(self, run: RunDir, request: dict[str, Any]) -> dict[str, Any]:
        """One question and its reply, with a second try on a fresh process when the held one is gone."""
        for attempt in (1, 2):
            spare = self._hold(run)
            number = next(self._numbers)
            try:
                spare.send(json.dumps({"id": number, **request}).encode(), self._answer_s)
                return _reply_to(spare, number, READY_S + self._answer_s)
            except TimeoutError as error:
                self._let_go(run, at_once=True)
                raise StudioError(
                    "The model did not answer in time", where=f"run {run.id}", fix="Ask with fewer or shorter texts."
                ) from error
            except (BrokenPipeError, EOFError):
                _log.warning("The model of run %s went away (attempt %d): %s", run.id, attempt, spare.complaint())
                self._let_go(run)
        raise StudioError(
            "The process that holds the model ended unexpectedly, twice",
            where=f"run {run.id}",
            fix="The machine may lack memory: wait until training has ended, or close other programs.",
        )

    def _hold(self, run: RunDir) -> Spare:
        """The process that holds the run's model, made if there is none; it is now the one used last."""
        key = str(run.path)
        held = self._held.pop(key, None)
        if held is None:
            while len(self._held) >= MOST_MODELS:
                self._held.pop(next(iter(self._held))).spare.end()
            held = _Held(self._spares.take(), 0.0)
            try:
                held.spare.order("answer", run.path)
            except (BrokenPipeError, TimeoutError):
                _log.warning("A spare worker could not be used: %s", held.spare.complaint())  # the next message fails
        held.used = time.monotonic()
        self._held[key] = held
        return held.spare

    def _let_go(self, run: RunDir, at_once: bool = False) -> None:
        held = self._held.pop(str(run.path), None)
        if held is not None:
            if at_once:
                held.spare.process.kill()
            held.spare.end()

    def _let_go_unused(self, seconds: float) -> None:
        oldest = time.monotonic() - seconds
        for key in [key for key, held in self._held.items() if held.used <= oldest]:
            self._held.pop(key).spare.end()

    def _start_timer(self) -> None:
        self._timer = threading.Timer(self._idle_s, self._idle)
        self._timer.daemon = True
        self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _idle(self) -> None:
        with self._lock:
            if self._timer is None or self._timer is threading.current_thread():  # else a question came in between
                self._let_go_unused(0)


def _reply_to(spare: Spare, number: int, timeout_s: float) -> dict[str, Any]:
    """The reply to that question; what was said before (that it is ready, an answer nobody waited for) is skipped."""
    while True:
        said: dict[str, Any] = spare.receive(timeout_s)
        if said.get("id") == number:
            return said
        if "error" in said and said.get("id") is None:
            raise StudioError(str(said["error"]))


def _answers(reply: dict[str, Any], count: int) -> list[Answer]:
    if "error" in reply:
        raise StudioError(str(reply["error"]))
    labels, values, rows = reply["labels"], reply["values"], reply["confidence"]
    losses = reply.get("losses") or [(0.0, 0, 0)] * count
    unread = reply.get("unread") or [(0, False)] * count
    added = reply.get("added") or [()] * count
    if {len(values), len(rows), len(losses), len(unread), len(added)} != {count}:
        raise StudioError("The model answered a different number of texts than were asked", fix="Ask again.")
    return [
        Answer(
            str(value),
            _confidence(labels, row),
            losses=(float(nats), int(tokens)),
            guessed=int(guessed),
            lost=int(lost),
            is_cut=bool(is_cut),
            added=tuple((int(start), int(end)) for start, end in places),
        )
        for value, row, (nats, tokens, guessed), (lost, is_cut), places in zip(
            values, rows, losses, unread, added, strict=True
        )
    ]


def _confidence(labels: Sequence[str], said: Sequence[float] | dict[str, float]) -> dict[str, float]:
    """Of the labels, in their order, or of guesses by their names."""
    pairs = said.items() if isinstance(said, dict) else zip(labels, said, strict=True) if said else ()
    return {str(name): float(share) for name, share in pairs}
