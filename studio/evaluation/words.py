"""Where a run stands, in plain sentences that follow its curves. One head and one body; numbers only where they help."""

import math
from dataclasses import dataclass
from typing import Literal

from studio import figures
from studio.evaluation.curves import checks_without_progress, diverging, memorizing, next_check, slowing
from studio.events import Checked, Failed, Finished, Paused, Started
from studio.story import Status, Story
from studio.tasks import metric_named

State = Literal["good", "watch", "bad", "done", "wait"]


@dataclass(frozen=True)
class Words:
    """`state` gives the tone: good, worth watching, bad, done, or waiting for something."""

    state: State
    head: str
    body: str


def status_in_words(story: Story, status: Status, place: int = 0, example: str = "row") -> Words:
    """What is going on and what happens next. `place` counts the runs that are ahead in the queue; `example` is what people
    call one of those that are learned from (see `Task.example_is`)."""
    match status:
        case "draft":
            return Words("wait", "Not started", "Everything is ready. Training begins when you start it.")
        case "queued":
            return _queued(story, place)
        case "preparing":
            return _preparing(story)
        case "training":
            return _training(story, example)
        case "scoring":
            return Words("wait", "Scoring the best version", f"{_ending(story)} {_TESTED.format(example)}")
        case "paused":
            return _paused(story, example)
        case "finished":
            return _finished(story)
        case "failed":
            return _failed(story)
        case "interrupted":
            return _interrupted(story)


_TESTED = "It now answers the test {}s, which it has never seen. The report comes next."


def _queued(story: Story, place: int) -> Words:
    ahead = "It starts next." if place == 0 else f"{place:,} {'run is' if place == 1 else 'runs are'} ahead of it."
    again = f" It goes on from step {story.saved.step:,}." if story.saved else ""
    return Words("wait", "Waiting for its turn", f"{ahead} You may close this page.{again}")


def _preparing(story: Story) -> Words:
    said = story.preparing
    if said is None:
        return Words("wait", "Getting ready", "The worker is starting. This takes a few seconds.")
    share = f" ({100 * said.done:.0f} %)" if said.done is not None else ""
    return Words("wait", "Getting ready", f"{said.what.rstrip('.')}{share}.")


def _training(story: Story, example: str) -> Words:
    started = story.started
    if started is None:
        return _preparing(story)
    if (wild := diverging(story)) is not None:
        return _diverging(story, wild.start, wild.now, example)
    if (learned := memorizing(story)) is not None:
        body = (
            f"Since step {learned.since:,} the training {example}s are learned better and better (loss {figures.loss(learned.training[0])} "
            f"to {figures.loss(learned.training[1])}), but the model gets worse on {example}s it does not train on "
            f"({figures.loss(learned.validation[0])} to {figures.loss(learned.validation[1])})."
        )
        return Words(
            "watch", f"Memorizing the training {example}s", f"{body} {_kept(story.best)} {_next(story, started)}"
        )
    idle = checks_without_progress(story)
    if story.checks and idle:
        body = f"The last {'check' if idle == 1 else f'{idle} checks'} brought no progress. {_kept(story.best)}"
        return Words("watch", "Improvement has slowed", f"{body} {_next(story, started)}")
    if slowing(story):
        body = f"Each check still gains a little. {_kept(story.best)}"
        return Words("watch", "Learning slows down", f"{body} {_next(story, started)}")
    return _learning(story, started, example)


def _learning(story: Story, started: Started, example: str) -> Words:
    last = story.checks[-1] if story.checks else None
    if last is None or last.step == 0:
        first = f"The first check on {example}s it does not train on comes at step {next_check(started, story.step):,}."
        probe = f" Before any tuning the model stood at {_watched(started, last)}." if last else ""
        return Words("good", "Learning", f"{first}{probe}")
    if not last.is_best:
        where = f"at step {last.best_step:,}" if last.best_step else "before any tuning"
        body = f"Not yet better than the best so far, {_watched(started, last)} {where}, which is saved. No chance is lost by that."
        return Words("good", "Catching up", f"{body} Nothing for you to do.")
    body = f"The last check was the best so far: {_watched(started, last)} at step {last.step:,}. {_saved(last)}"
    return Words("good", "Learning", f"{body} Nothing for you to do.")


def _diverging(story: Story, start: float, now: float, example: str) -> Words:
    fix = "Stop, and train again with a learning rate a third as high."
    if not math.isfinite(now):
        body = f"The loss is no number any more: the steps were too large. {_kept(story.best)} {fix}"
    else:
        body = f"The loss on training {example}s rose from {figures.loss(start)} to {figures.loss(now)}. {_kept(story.best)} {fix}"
    return Words("bad", "The training has lost its way", body)


def _next(story: Story, started: Started) -> str:
    if not started.early_stopping:
        return "Early stopping is off, so all epochs will be trained."
    left = story.checks[-1].chances_left
    if left <= 0:
        return "Training stops now."
    return f"Training stops by itself after {left} more {'check' if left == 1 else 'checks'} without progress."


def _kept(best: Checked | None) -> str:
    """Which version is safe, so that nobody needs to worry."""
    return _saved(best) if best is not None else "No version has been checked yet."


def _saved(best: Checked) -> str:
    if best.best_step == 0:
        return "The best version is still the one before tuning; it is saved."
    return f"The best version, from step {best.best_step:,}, is saved."


def _watched(started: Started, check: Checked) -> str:
    """As in `macro-F1 93.4 %`."""
    name = started.watch.replace("_", "-").replace("macro-f1", "macro-F1")
    if started.watch == "loss":
        return f"validation loss {figures.loss(check.best_value)}"
    return f"{name} {figures.quantity(check.best_value, metric_named(started.watch).unit)}"


def _ending(story: Story) -> str:
    """Why training ended, and which version is kept."""
    last = story.last if isinstance(story.last, Finished) else story.scoring
    if last is None:
        return ""
    idle = checks_without_progress(story)
    since = story.checks[-idle - 1].step if idle < len(story.checks) else 0
    after = f"after step {since:,}" if since else "beyond the start"
    why = {
        "all epochs done": "All epochs are done.",
        "stopped early": f"Training stopped early because {f'{idle} checks in a row' if idle > 1 else 'the checks'} "
        f"{after} brought no progress.",
        "stopped by you": f"You stopped the training at step {last.step:,}.",
    }[last.reason]
    kept = f"the version from step {last.best_step:,}" if last.best_step else "the one before tuning"
    return f"{why} The best version is {kept}."


def _finished(story: Story) -> Words:
    heads = {
        "all epochs done": "Finished",
        "stopped early": "Finished early, best version kept",
        "stopped by you": "Stopped, best version kept",
    }
    reason = story.last.reason if isinstance(story.last, Finished) else "all epochs done"
    return Words("done", heads[reason], f"{_ending(story)} The model is saved and the report is ready.")


def _paused(story: Story, example: str) -> Words:
    step = story.last.step if isinstance(story.last, Paused) else story.step
    if isinstance(story.last, Paused) and story.last.by == "shutdown":
        body = f"The server was shut down. Everything up to step {step:,} is saved, and training goes on by itself."
    else:
        body = f"Everything up to step {step:,} is saved. Resume whenever you like; nothing is lost."
        if story.started is not None:
            body += (
                f" Or stop here: the best version so far then answers the test {example}s, and the report is written."
            )
    return Words("wait", "Paused", body)


def _failed(story: Story) -> Words:
    if not isinstance(story.last, Failed):
        return Words("bad", "The training failed", "The worker's log says more.")
    said = story.last
    place = f"Where: {said.where}. " if said.where else ""
    is_new = said.can_resume and "esume" not in said.fix  # what the supervisor says of a dead worker names it already
    again = " You can resume from the last checkpoint." if is_new else ""
    return Words("bad", f"{said.what.rstrip('.')}.", f"{place}{said.fix}{again}".strip())


def _interrupted(story: Story) -> Words:
    if story.saved is None:
        body = "The worker ended without a word before anything was saved. Start the run again."
    else:
        body = (
            f"The worker ended without a word at step {story.step:,}. "
            f"Resume goes on from step {story.saved.step:,}; the result will be the same."
        )
    return Words("bad", "The training was interrupted", body)
