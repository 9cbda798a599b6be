"""What the curves of a run do: four questions, answered with the numbers behind them. Knows no words."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from studio.events import Started, Step
from studio.story import Story

CLEARLY = 0.02
"""A loss that moved by less than this share of itself has stayed where it was."""
FAR_ABOVE = 1.5
"""A training loss this many times its start, as a median over a few steps, is no noise of small batches."""
_FEW = 5  # step events whose median stands for "now" and for "the start"


@dataclass(frozen=True)
class Memorizing:
    """Training rows are learned by heart since `since` (step of the lowest validation loss): losses then and now, in nats."""

    since: int
    validation: tuple[float, float]
    training: tuple[float, float]


@dataclass(frozen=True)
class Diverging:
    """The loss left the path: training loss at the start and now (nats), which may be NaN or infinite."""

    start: float
    now: float


def training_loss(steps: Sequence[Step], after: int, until: int) -> float | None:
    """Mean training loss in nats over the steps after `after` up to `until`; None where there are none."""
    first = bisect_right(steps, after, key=lambda step: step.step)
    last = bisect_right(steps, until, key=lambda step: step.step)
    losses = [step.loss for step in steps[first:last] if math.isfinite(step.loss)]
    return sum(losses) / len(losses) if losses else None


def memorizing(story: Story) -> Memorizing | None:
    """Whether validation loss has stayed clearly above its lowest for two checks or more, not coming back down, while
    training loss went on falling."""
    checks = [check for check in story.checks if math.isfinite(check.loss)]
    if len(checks) < 3:
        return None
    place = min(range(len(checks)), key=lambda index: checks[index].loss)
    lowest, since, last = checks[place], checks[place:], checks[-1]
    above = [check.loss > lowest.loss * (1 + CLEARLY) for check in since[-2:]]
    if len(since) < 3 or not all(above) or last.loss < since[-2].loss * (1 - CLEARLY):
        return None
    then = training_loss(story.steps, checks[place - 1].step if place else 0, lowest.step)
    if then is None:  # the lowest was the check before any step: compare with the first stretch after it
        then = training_loss(story.steps, lowest.step, since[1].step)
    now = training_loss(story.steps, since[-2].step, last.step)
    if then is None or now is None or now > then * (1 - CLEARLY):
        return None
    return Memorizing(lowest.step, (lowest.loss, last.loss), (then, now))


def diverging(story: Story) -> Diverging | None:
    """Whether the training loss is no number any more, or far above its start."""
    losses = [step.loss for step in (*story.steps[:_FEW], *story.steps[-_FEW:])]
    if not losses:
        return None
    start = median([loss for loss in losses[:_FEW] if math.isfinite(loss)] or [math.nan])
    if not math.isfinite(losses[-1]):
        return Diverging(start, losses[-1])
    if len(story.steps) < 2 * _FEW:
        return None
    now = median(losses[-_FEW:])
    return Diverging(start, now) if now > start * FAR_ABOVE + 0.1 else None


def checks_without_progress(story: Story) -> int:
    """How many checks in a row have cost a chance, the newest included.

    The check before tuning costs none, and progress since then counts also below it (`studio.worker.stopping`).
    """
    patience = story.started.patience if story.started else 0
    for passed, check in enumerate(reversed(story.checks)):
        if check.step == 0 or check.chances_left >= patience:
            return passed
    return len(story.checks)


def slowing(story: Story) -> bool:
    """Whether the last two checks together gained less than a tenth of what was gained before them.

    Measured on the best value so far, so that a single lucky check does not make the next one look slow.
    """
    started = story.started
    if started is None or len(story.checks) < 4:
        return False
    first, before, now = (story.checks[place].best_value for place in (0, -3, -1))
    sign = 1 if started.watch_mode == "max" else -1
    return sign * (now - before) < 0.1 * sign * (before - first)


def next_check(started: Started, step: int) -> int:
    """The step of the first check after `step`."""
    return min(started.total_steps, (step // max(1, started.check_every) + 1) * max(1, started.check_every))
