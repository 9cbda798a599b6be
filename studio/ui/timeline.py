"""What happened in a run, as sentences. Lines are numbered; a line may be rewritten, as when a check's version is saved."""

from dataclasses import dataclass
from typing import Literal

from studio import figures
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
    Warned,
)
from studio.tasks import metric_named
from studio.ui.words import count, quantity

Tone = Literal["", "good", "watch", "bad"]
MOST_LINES = 120
"""Lines a viewer gets when it opens a run; the older ones in between are left out."""


@dataclass
class Line:
    """One thing that happened."""

    number: int
    order: int
    """Number of the event that wrote it last."""
    when: str
    """`step 1,300`, or what else tells the moment."""
    text: str
    tone: Tone
    kind: str
    step: int


class Timeline:
    """The lines of one run, kept up to date by `tell`."""

    def __init__(self, watch_title: str = "", watch: str = "", example: str = "row") -> None:
        """`example`: what people call one of those that are learned from."""
        self.lines: list[Line] = []
        self._example = example
        self.watch_title, self.watch = watch_title, watch
        self._patience = 0
        self._best: list[tuple[int, float]] = []
        """`(step, watched value)` of the checks that were the best when they came."""

    def tell(self, event: Event, order: int) -> None:
        """Take in the next event; `order` counts events from 1."""
        match event:
            case Preparing():
                when = "after the resume" if any(line.kind == "started" for line in self.lines) else "before training"
                self._say_or_rewrite(order, when, event.what.rstrip(".") + ".", "preparing")
            case Started():
                self._started(event, order)
            case Checked():
                self._checked(event, order)
            case Saved():
                self._saved(event, order)
            case Warned():
                self._say(order, _at(event.step), event.text, "watch", "warned", event.step)
            case Paused():
                by = "when the studio was closed" if event.by == "shutdown" else "by you"
                self._say(order, _at(event.step), f"Paused {by}. Everything is saved.", "", "paused", event.step)
            case Scoring():
                text = f"Training ended ({event.reason}). Answering the test {self._example}s with the version of step {event.best_step:,}."
                self._say(order, _at(event.step), text, "", "scoring", event.step)
            case Finished():
                self._say(
                    order, _at(event.step), "Finished: model and report are ready.", "good", "finished", event.step
                )
            case Failed():
                self._say(order, _at(event.step), event.what.rstrip(".") + ".", "bad", "failed", event.step)

    def since(self, order: int) -> list[list[str | int]]:
        """`[number, when, text, tone]` of the lines written after event `order`, at most the newest MOST_LINES."""
        new = [line for line in self.lines[-MOST_LINES:] if line.order > order]
        return [[line.number, line.when, line.text, line.tone] for line in new]

    def _started(self, event: Started, order: int) -> None:
        self._patience = event.patience
        self._best = [best for best in self._best if best[0] <= event.step or best[0] == 0]
        if event.step:
            text = f"Went on from step {event.step:,}."
        else:
            text = (
                f"Training began: {count(event.epochs, 'epoch')} of {count(event.train_rows, self._example)}, "
                f"{count(event.total_steps, 'step')} in all."
            )
        self._say(order, _at(event.step) or "start", text, "", "started", event.step)

    def _checked(self, event: Checked, order: int) -> None:
        value = event.metrics.get(self.watch)
        said = (
            f"{self.watch_title} {quantity(value, metric_named(self.watch).unit)}"
            if value is not None
            else f"loss {figures.loss(event.loss)}"
        )
        verdict = self._verdict(event)
        if event.is_best:
            self._best.append((event.step, event.best_value))
        if event.step == 0:
            self._say(order, "before any tuning", f"The untuned model: {said}.", "", "checked", 0)
            return
        detail = f"{said}, validation loss {figures.loss(event.loss)}" if value is not None else said
        tone: Tone = "good" if event.is_best else ""
        self._say(order, _at(event.step), verdict.format(detail), tone, "checked", event.step)

    def _verdict(self, event: Checked) -> str:
        """What a check means, in the terms of early stopping; `{}` stands for its numbers."""
        before = [value for step, value in self._best if step < event.step]
        if event.is_best:
            stands = before and abs(before[-1] - event.best_value) < 1e-9
            return "As good as the best, with a lower loss: {}." if stands else "A new best: {}."
        if self._patience and event.chances_left >= self._patience:
            best = "the best" if event.best_step else "the untuned start"
            return f"Catching up: {{}}; not yet better than {best}."
        return "Not better than the best: {}."

    def _saved(self, event: Saved, order: int) -> None:
        last = self.lines[-1] if self.lines else None
        if last is not None and last.kind == "checked" and last.step == event.step and event.step:
            if not last.text.endswith(" Saved."):
                last.text, last.order = last.text + " Saved.", order
            return
        text = "Saved. A pause or a crash loses nothing before this step."
        if last is not None and last.kind == "saved":
            last.when, last.text, last.order, last.step = _at(event.step), text, order, event.step
            return
        self._say(order, _at(event.step), text, "", "saved", event.step)

    def _say_or_rewrite(self, order: int, when: str, text: str, kind: str) -> None:
        """Progress inside one phase says the same sentence many times: it stays one line."""
        if self.lines and self.lines[-1].kind == kind and self.lines[-1].text == text:
            return
        self._say(order, when, text, "", kind, 0)

    def _say(self, order: int, when: str, text: str, tone: Tone, kind: str, step: int) -> None:
        self.lines.append(Line(len(self.lines), order, when, text, tone, kind, step))


def _at(step: int) -> str:
    return f"step {step:,}" if step else ""
