"""What happened in a run, as sentences. Lines are numbered; a line may be rewritten, as when a check's version is saved."""

from dataclasses import dataclass
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
    Warned,
)
from studio.ui.quantities import clock
from studio.ui.words import count, percent

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

    def __init__(self, watch_title: str = "", watch: str = "") -> None:
        self.lines: list[Line] = []
        self.watch_title, self.watch = watch_title, watch

    def tell(self, event: Event, order: int) -> None:
        """Take in the next event; `order` counts events from 1."""
        match event:
            case Preparing():
                self._say_or_rewrite(order, "before training", event.what.rstrip(".") + ".", "preparing")
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
                text = f"Training ended ({event.reason}). Answering the test rows with the version of step {event.best_step:,}."
                self._say(order, _at(event.step), text, "", "scoring", event.step)
            case Finished():
                text = f"Finished after {clock(event.seconds)}: model and report are ready."
                self._say(order, _at(event.step), text, "good", "finished", event.step)
            case Failed():
                self._say(order, _at(event.step), event.what.rstrip(".") + ".", "bad", "failed", event.step)

    def since(self, order: int) -> list[list[str | int]]:
        """`[number, when, text, tone]` of the lines written after event `order`, at most the newest MOST_LINES."""
        new = [line for line in self.lines[-MOST_LINES:] if line.order > order]
        return [[line.number, line.when, line.text, line.tone] for line in new]

    def _started(self, event: Started, order: int) -> None:
        if event.step:
            text = f"Went on from step {event.step:,}."
        else:
            text = (
                f"Training began: {count(event.epochs, 'epoch')} of {count(event.train_rows, 'row')}, "
                f"{count(event.total_steps, 'step')} in all."
            )
        self._say(order, _at(event.step) or "start", text, "", "started", event.step)

    def _checked(self, event: Checked, order: int) -> None:
        value = event.metrics.get(self.watch)
        said = f"{self.watch_title} {percent(value)}" if value is not None else f"loss {event.loss:.3f}"
        if event.step == 0:
            self._say(order, "before any tuning", f"The untuned model: {said}.", "", "checked", 0)
            return
        detail = f"{said}, validation loss {event.loss:.3f}" if value is not None else said
        verdict = "A new best" if event.is_best else "Not better than the best"
        tone: Tone = "good" if event.is_best else ""
        self._say(order, _at(event.step), f"{verdict}: {detail}.", tone, "checked", event.step)

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
