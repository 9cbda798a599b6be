"""Answers from a run's model: one process that holds it, asked in lines, changed when another run is asked, let go when idle."""

import itertools
import json
import logging
import threading
from collections.abc import Sequence
from typing import Any, Literal

from studio.errors import StudioError
from studio.jobs.spare import Spare, Spares
from studio.rundir import RunDir
from studio.tasks.task import Answer

MOST_TEXTS = 256
"""Texts in one request; callers with more ask in turns, and can show progress between them."""
READY_S = 120.0
ANSWER_S = 120.0
IDLE_S = 600.0

_log = logging.getLogger(__name__)


class Answering:
    """Asks models. One question at a time; a process that died is started again once."""

    def __init__(self, spares: Spares, *, idle_s: float = IDLE_S, answer_s: float = ANSWER_S) -> None:
        self._spares, self._idle_s, self._answer_s = spares, idle_s, answer_s
        self._held: tuple[str, Spare] | None = None
        """Run folder, and the process that holds its model."""
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def ask(
        self, run: RunDir, model: Literal["tuned", "untuned"], texts: Sequence[str | dict[str, str]]
    ) -> list[Answer]:
        """What the run's model says of each text, or of each dict of all input roles.

        `untuned` is the baseline: the frozen base model with a linear head.
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
                return _answers(self._exchange(run, {"model": model, "texts": list(texts)}), len(texts))
            finally:
                self._start_timer()

    def warm(self, run: RunDir) -> None:
        """Begin to load the run's model, so that the first question is answered sooner. Returns at once."""
        with self._lock:
            if self._held is None or self._held[0] != str(run.path) or not self._held[1].is_alive:
                self._let_go()
                self._hold(run)
                self._start_timer()

    def forget(self, run: RunDir) -> None:
        """Let go of the run's model if it is held; before the run is deleted."""
        with self._lock:
            if self._held is not None and self._held[0] == str(run.path):
                self._let_go()

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._stop_timer()
            self._let_go()

    def _exchange(self, run: RunDir, request: dict[str, Any]) -> dict[str, Any]:
        """One question and its reply, with a second try on a fresh process when the held one is gone."""
        for attempt in (1, 2):
            if self._held is None or self._held[0] != str(run.path):
                self._let_go()
                self._hold(run)
            assert self._held is not None
            spare = self._held[1]
            number = next(self._numbers)
            try:
                spare.send(json.dumps({"id": number, **request}).encode(), self._answer_s)
                return _reply_to(spare, number, READY_S + self._answer_s)
            except TimeoutError as error:
                self._let_go(at_once=True)
                raise StudioError(
                    "The model did not answer in time", where=f"run {run.id}", fix="Ask with fewer or shorter texts."
                ) from error
            except (BrokenPipeError, EOFError):
                _log.warning("The model of run %s went away (attempt %d): %s", run.id, attempt, spare.complaint())
                self._let_go()
        raise StudioError(
            "The process that holds the model ended unexpectedly, twice",
            where=f"run {run.id}",
            fix="The machine may lack memory: wait until training has ended, or close other programs.",
        )

    def _hold(self, run: RunDir) -> None:
        spare = self._spares.take()
        self._held = (str(run.path), spare)
        try:
            spare.order("answer", run.path)
        except (BrokenPipeError, TimeoutError):
            _log.warning("A spare worker could not be used: %s", spare.complaint())  # the next message to it fails

    def _let_go(self, at_once: bool = False) -> None:
        if self._held is not None:
            if at_once:
                self._held[1].process.kill()
            self._held[1].end()
        self._held = None

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
                self._let_go()


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
    labels, rows = reply["labels"], reply["confidence"]
    if len(rows) != count:
        raise StudioError("The model answered a different number of texts than were asked", fix="Ask again.")
    shares = [dict(zip(labels, map(float, row), strict=True)) for row in rows]
    return [Answer(max(share, key=share.__getitem__), share) for share in shares]
