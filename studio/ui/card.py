"""What the live view shows beside the curves, as flat texts and numbers: one value a thing that can change by itself.

A viewer that knows an older card gets only the values that differ, so each value is small and steady.
"""

import json
from typing import Any

from studio import figures
from studio.errors import StudioError
from studio.evaluation.curves import checks_without_progress
from studio.evaluation.words import status_in_words
from studio.jobs.deal import FEW
from studio.models.purpose import task_title
from studio.rundir import Request, RunDir
from studio.story import AT_WORK, Status, Story
from studio.tasks import metric_named, task_named
from studio.ui.quantities import about, clock, speeds
from studio.ui.samples import samples
from studio.ui.titles import model_title
from studio.ui.words import count, quantity, size

Card = dict[str, Any]

CAN: dict[Status, tuple[str, ...]] = {
    "preparing": ("pause", "stop"),
    "training": ("pause", "stop"),
    "queued": ("pause",),
    "draft": ("resume",),
    "paused": ("stop", "resume"),
    "interrupted": ("stop", "resume"),
    "failed": ("resume",),
    "finished": ("results",),
}
"""Status → the buttons that make sense. A run that failed before its first checkpoint begins anew when resumed."""


class Watched:
    """What is watched in a run, and how people call it."""

    def __init__(self, run: RunDir) -> None:
        try:
            config = run.config
            task = task_named(config.task)
            metrics = {metric.name: metric.title for metric in task.metrics}
            self.name = config.early_stopping.watch or task.watch
            self.shown = self.name if self.name in task.checked else task.checked[0]  # the loss has a chart of its own
            self.title, self.example = metrics[self.shown], task.example_is
        except StudioError:  # a damaged order: the story can still be told
            self.name, self.shown, self.title, self.example = "loss", "", "Metric", "row"
        self.is_loss = self.name == "loss"
        self.fact = metric_named(self.shown)
        self.in_words = "validation loss" if self.is_loss else self.title

    def told(self, value: float) -> str:
        """A value of the metric that is shown."""
        return quantity(value, self.fact.unit)

    def gained(self, difference: float) -> str:
        """As in `+3.1 points` for a share."""
        if self.fact.unit == "share":
            return f"{100 * difference:+.1f} points"
        return ("−" if difference < 0 else "+") + quantity(abs(difference), self.fact.unit)

    def is_better(self, one: float, other: float) -> bool:
        """Whether the first of two values of the metric that is shown is the better one."""
        return one > other if self.fact.best == "max" else one < other


def header(run: RunDir) -> Card:
    """The run's name and what it is made of."""
    try:
        config = run.config
        facts = json.loads(run.facts.read_bytes()) if run.facts.is_file() else {}
    except (StudioError, ValueError, OSError):
        return {"title": f"Run {run.id[:6]}", "subtitle": "The settings of this run cannot be read."}
    parts = [model_title(config.model.id), task_title(run).lower()]
    labels = facts.get("labels") if isinstance(facts, dict) else None
    if config.source.rows:
        rows = count(config.source.rows, "row")
        parts.append(f"{rows}, {count(len(labels), 'label')}" if labels and isinstance(labels, list | dict) else rows)
    return {"title": run.title, "subtitle": " · ".join(parts)}


def card(run: RunDir, watched: Watched, story: Story, status: Status, now: float, place: int) -> Card:
    """Everything but the curves, at `now` (seconds since 1970); `place` counts the runs ahead in the queue."""
    return {
        "status": status,
        **_words(run, watched.example, story, status, now, place),
        "progress": _progress(story, status, watched.example),
        **_tiles(watched, story, status, now),
        "axis": _axis(watched, story),
        "stopping": _stopping(watched, story, status),
        "best": _best(watched, story),
        "samples": samples(run, story),
    }


_ASKED: dict[Request, tuple[str, str]] = {
    "end": ("Ending", "The training process is being ended. The run can be resumed afterwards."),
    "stop": ("Stopping", "{at_hand} is being finished. Then the best version is scored and kept."),
    "pause": ("Pausing", "{at_hand} is being finished and everything is being saved."),
}
_DEAF = (
    "It has done nothing since you asked: it is in a long step, or hangs. A click on Stop now ends it at once; "
    "the run can be resumed afterwards."
)
_QUIET = (
    "The training process is there but gets nothing done: the machine is very busy, or it hangs. It may go on by itself"
)


def _asked_words(story: Story, status: Status, asked: Request) -> tuple[str, str]:
    """What happens between asking and having: only during training there is a step to finish."""
    if asked == "pause" and status == "preparing":
        return "Pausing", "The worker is leaving. No step was under way, so nothing is lost."
    has_stepped = status == "training" and story.started is not None and story.step > story.started.step
    head, body = _ASKED[asked]
    return head, body.format(at_hand="The step at hand" if has_stepped else "The work at hand")


def _words(run: RunDir, example: str, story: Story, status: Status, now: float, place: int) -> Card:
    """What is going on, and the buttons that make sense then."""
    asked = next((what for what in _ASKED if run.requested(what)), None) if status in AT_WORK else None
    is_deaf = asked != "end" and story.is_deaf(run, status, now)
    if asked and is_deaf and status != "scoring":
        return {"can": ["stop"], "state": "watch", "head": f"{_ASKED[asked][0]}: no answer yet", "body": _DEAF}
    if asked and not is_deaf:
        head, body = _asked_words(story, status, asked)
        return {"can": [], "state": "wait", "head": head, "body": body}
    silence = story.silence(run, now) if status in AT_WORK else 0.0
    if silence > story.longest_silence(status):
        head = f"No sign of progress for {count(int(silence // 60), 'minute')}"
        body, can = f"{_QUIET}; you can also pause or stop it.", ["pause", "stop"]
        if status == "scoring":
            body, can = f"{_QUIET}; Stop ends it at once, and a resume answers the test {example}s again.", ["stop"]
        return {"can": can, "state": "watch", "head": head, "body": body}
    said = status_in_words(story, status, place, example)
    can = [act for act in CAN.get(status, ()) if act != "stop" or status in AT_WORK or story.started is not None]
    return {"can": can, "state": said.state, "head": said.head, "body": said.body}


def _progress(story: Story, status: Status, example: str) -> list[Any]:
    """`[left text, right text, share from 0 to 1 or None while it is not known]`."""
    started = story.started
    if status == "finished":
        return ["Finished", f"at step {story.step:,}", 1]
    if status == "scoring":
        return [f"Answering the test {example}s", f"after step {story.step:,}", 1]
    if started is None or status == "preparing":
        done = story.preparing.done if story.preparing and status == "preparing" else None
        left = {"queued": "In the queue", "preparing": "Preparing", "draft": "Not started"}.get(
            status, "Before training"
        )
        return [left, "" if done is None else f"{done:.0%}", done if status == "preparing" else 0]
    step = story.step
    epoch = min(started.epochs, step // max(1, started.steps_per_epoch) + 1)
    share = round(step / max(1, started.total_steps), 4)
    return [f"Epoch {epoch} of {started.epochs}", f"step {step:,} of {started.total_steps:,} · {share:.0%}", share]


def _tiles(watched: Watched, story: Story, status: Status, now: float) -> Card:
    """`[value, note, tone]` each; an empty value has not been measured yet."""
    step = story.steps[-1] if story.steps else None
    running = status in AT_WORK and story.last is not None
    spent = story.seconds + (max(0.0, now - story.last.time) if running and story.last else 0.0)
    left = step.seconds_left if step and status == "training" else None
    lowest = min(story.checks, key=lambda check: check.loss, default=None)
    memory = max((each.memory for each in story.steps[-50:]), default=0)
    limit = story.started.memory_limit if story.started else 0
    return {
        "tile.metric": _metric_tile(watched, story),
        "tile.loss": [figures.loss(lowest.loss), f"at step {lowest.step:,}" if lowest.step else "before any tuning", ""]
        if lowest
        else ["", "after the first check", ""],
        "tile.time": [clock(spent) if spent or running else "", _time_note(status, left), ""],
        "tile.speed": speeds(
            step.rows_per_s if step else 0.0, step.tokens_per_s if step else 0.0, f"{watched.example}s"
        ),
        "tile.memory": [size(memory) if memory else "", f"of {size(limit)}" if limit else "at its peak", ""],
        "tile.rate": [figures.small(step.learning_rate) if step else "", "size of a step now", ""],
    }


def _time_note(status: Status, left: float | None) -> str:
    if status == "training":
        return f"{about(left)} left" if left is not None else "measuring the pace"
    return {"finished": "in all", "scoring": "nearly done"}.get(status, "so far")


def _metric_tile(watched: Watched, story: Story) -> list[str]:
    best = story.best or next(iter(story.checks), None)
    value = best.metrics.get(watched.shown) if best else None
    if best is None or value is None:
        return ["", "after the first check", ""]
    base = _untuned(watched, story)
    if base is None or best.step == 0:
        return [watched.told(value), "before any tuning" if best.step == 0 else f"at step {best.step:,}", ""]
    return [
        watched.told(value),
        f"{watched.gained(value - base)} by tuning",
        "good" if watched.is_better(value, base) else "",
    ]


def _untuned(watched: Watched, story: Story) -> float | None:
    return next((check.metrics.get(watched.shown) for check in story.checks if check.step == 0), None)


def _axis(watched: Watched, story: Story) -> Card:
    """What the charts are drawn against."""
    started = story.started
    return {
        "total": started.total_steps if started else 0,
        "epoch": started.steps_per_epoch if started else 0,
        "epochs": started.epochs if started else 0,
        "title": watched.title,
        "rows": started.validation_rows if started else 0,
        "rows_are": f"{watched.example}s",
        "untuned": _untuned(watched, story),
        "loss": watched.is_loss,
        "share": watched.fact.unit == "share",
        "best": watched.fact.best,
    }


def _best(watched: Watched, story: Story) -> list[Any]:
    """`[step, loss, value, since, last]`: the check whose version is kept, and between which steps chances were lost.

    `since` is the last check with all chances, as in the panel and in words; it is `last` where none is lost.
    """
    best = story.best
    if best is None:
        return []
    idle = checks_without_progress(story)
    since = story.checks[max(0, len(story.checks) - 1 - idle)].step
    value = _short(best.metrics.get(watched.shown))
    return [best.step, best.loss, value, since, story.checks[-1].step]


def _stopping(watched: Watched, story: Story, status: Status) -> Card:
    """The early-stopping panel: a large sentence, chances as `left` of `of`, and the rule in words."""
    started = story.started
    if started is None:
        return {
            "big": "Not started yet",
            "left": 0,
            "of": 0,
            "sub": "The panel fills when training begins.",
            "watch": "",
        }
    if not started.early_stopping:
        sub = "Every epoch will be trained. The best version is kept all the same."
        return {"big": "Off", "left": 0, "of": 0, "sub": sub, "watch": _watch_in_words(watched, story)}
    last = story.checks[-1] if story.checks else None
    left = last.chances_left if last else started.patience
    return {
        "big": _big(story, status, left, started.patience),
        "left": left,
        "of": started.patience,
        "sub": _rule(watched, status, left, started.patience, started.check_every),
        "watch": _watch_in_words(watched, story),
    }


def _big(story: Story, status: Status, left: int, patience: int) -> str:
    if story.scoring is not None:
        return "Stopped early" if story.scoring.reason == "stopped early" else "Training is over"
    if status in ("paused", "failed", "interrupted"):
        return f"{left} of {count(patience, 'chance')} left"
    return "On track" if left == patience else f"{left} of {count(patience, 'chance')} left"


def _rule(watched: Watched, status: Status, left: int, patience: int, every: int) -> str:
    better = figures.progress(watched.in_words)
    if status in ("finished", "scoring"):
        return f"The rule was: stop after {count(patience, 'check')} in a row without {better}."
    will = f"Training will stop after {left} more {'check' if left == 1 else 'checks'} in a row without {better}."
    return f"{will} A check runs every {count(every, 'step')}."


def _watch_in_words(watched: Watched, story: Story) -> str:
    best, rows = story.best, story.started.validation_rows if story.started is not None else 0
    on = f"on {count(rows, f'validation {watched.example}')}" if rows else f"on the validation {watched.example}s"
    if 0 < rows < FEW:
        on += ", so few that chance has a say"
    if best is None:
        return f"Watching {watched.in_words} {on}."
    value = (
        figures.loss(best.best_value) if watched.is_loss else quantity(best.best_value, metric_named(watched.name).unit)
    )
    where = f"at step {best.best_step:,}" if best.best_step else "before any tuning"
    if not best.best_step and story.started is not None and story.started.early_stopping:
        where += "; chances count from the first check after it"
    return f"Watching {watched.in_words}: best {value} {where}. Measured {on}."


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
