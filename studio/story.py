"""The fold over a run's events: what happened so far, and the one word for where the run stands."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from studio.events import (
    Checked,
    Event,
    Failed,
    Finished,
    Paused,
    Preparing,
    Saved,
    Scoring,
    Started,
    Step,
    Warned,
)
from studio.rundir import RunDir

Status = Literal["draft", "queued", "preparing", "training", "scoring", "paused", "finished", "failed", "interrupted"]
OVER: frozenset[Status] = frozenset({"finished", "failed", "paused", "interrupted"})
"""No worker is at work and none is waited for."""
AT_WORK: frozenset[Status] = frozenset({"preparing", "training", "scoring"})
"""A worker lives and is at it."""
_AT_REST = frozenset({"paused", "failed", "finished"})
"""Kinds of events after which time is nobody's. By name: a story has many lines, and a class is asked for slowly."""

ANSWER_S = 20.0
"""Who did nothing at all for so long after a request is in a long step, or hangs."""
_SLACK_S = 1.0
"""What was done so shortly after the asking may have been under way: a file's time is coarse, and a signal takes its time."""
_QUIET_S = 120.0
_QUIET_STEPS, _QUIET_SAVES = 20, 5
_QUIET_CALL_S = 600.0
"""Loading a model, turning all texts into tokens, fitting the simple models: one call each, which says nothing."""


@dataclass
class Story:
    """What the events say, kept up to date by `tell`. After a resume the steps that were lost are dropped."""

    steps: list[Step] = field(default_factory=list)
    checks: list[Checked] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    preparing: Preparing | None = None
    started: Started | None = None
    saved: Saved | None = None
    scoring: Scoring | None = None
    last: Event | None = None
    """The newest event of any kind."""
    seconds: float = 0.0
    """Time at work, pauses left out."""
    saving_s: float = 0.0
    """Seconds between the newest checkpoint and the word before it."""
    resumed: int = 0
    """How often the run went on after a pause or a crash; a reader that keeps points must drop and reload when it grows."""

    @classmethod
    def of(cls, events: list[Event]) -> "Story":
        """The story of all these events."""
        story = cls()
        for event in events:
            story.tell(event)
        return story

    def tell(self, event: Event) -> None:
        """Take in the next event."""
        if self.last is not None and self.last.kind not in _AT_REST and not self._is_restart(event):
            self.seconds += max(0.0, event.time - self.last.time)
        match event:
            case Step():
                self.steps.append(event)
            case Checked():  # a check that was told but not saved comes again after a crash
                self.checks = [*(check for check in self.checks if check.step != event.step), event]
            case Warned():
                self.warnings.append(event)
            case Saved():
                self.saving_s = event.time - self.last.time if self.last is not None else 0.0
                self.saved = event
            case Scoring():
                self.scoring = event
            case Preparing():
                self.preparing = event
            case Started():
                self._start(event)
        self.last = event

    def _is_restart(self, event: Event) -> bool:
        return event.kind == "preparing" and not isinstance(self.last, Preparing)

    def _start(self, event: Started) -> None:
        if self.started is not None:
            self.resumed += 1
            self.steps = [step for step in self.steps if step.step <= event.step]
            self.checks = [check for check in self.checks if check.step <= event.step]
            self.scoring = None
        self.started = event

    @property
    def step(self) -> int:
        """The newest optimizer step."""
        return max(self.steps[-1].step if self.steps else 0, self.started.step if self.started else 0)

    @property
    def best(self) -> Checked | None:
        """The check whose version is kept."""
        return next((check for check in reversed(self.checks) if check.is_best), None)

    def silence(self, run: RunDir, now: float) -> float:
        """Seconds since its worker last got anything done: a batch, a step, a word."""
        holder = run.lease.holder()
        done = max(holder.progress if holder is not None else 0.0, self.last.time if self.last is not None else 0.0)
        return max(0.0, now - done) if done else 0.0

    def longest_silence(self, status: Status) -> float:
        """Seconds of silence that no slow step and no usual checkpoint explains."""
        told = self.steps[-_QUIET_STEPS:]
        steps = sorted((new.time - old.time) / max(1, new.step - old.step) for old, new in pairwise(told))
        if status != "training" or not steps:
            return _QUIET_CALL_S
        return max(_QUIET_S, _QUIET_STEPS * steps[len(steps) // 2], _QUIET_SAVES * self.saving_s)

    def is_deaf(self, run: RunDir, status: Status, now: float) -> bool:
        """Whether asking is no use: nothing was done since it was asked; or it answers the test rows, and is stuck."""
        if status == "scoring":
            return self.silence(run, now) > self.longest_silence(status)
        asked = [time for what in ("stop", "pause") if (time := run.requested(what)) is not None]
        if status not in AT_WORK or not asked:
            return False
        since, silence = now - min(asked), self.silence(run, now)
        return ANSWER_S < since <= silence + _SLACK_S or silence > self.longest_silence(status)

    def status(self, run: RunDir) -> Status:
        """Where the run stands now: the events, the open requests, and whether the worker lives."""
        if isinstance(self.last, Finished):
            return "finished"
        if run.lease.is_held:
            return self._phase()
        if run.requested("start") is not None:
            return "queued"
        if isinstance(self.last, Failed):
            return "failed"
        if isinstance(self.last, Paused):
            return "paused"
        return "draft" if self.last is None else "interrupted"

    def _phase(self) -> Status:
        if self.last is None or isinstance(self.last, Preparing | Failed | Paused):
            return "preparing"
        return "scoring" if self.scoring is not None else "training" if self.started is not None else "preparing"
