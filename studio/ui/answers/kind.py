"""What a kind of answer knows: how one is drawn by itself and in a table, what many are together, what a file holds of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from studio.data.example import Example
from studio.plots.style import Figure
from studio.tasks.task import Answer, Task
from studio.ui.markup import Child, Markup, element
from studio.ui.words import count, percent, shortened

_EMPTY_LINES = re.compile(r"\n\s*\n\s*")
MOST_CHARACTERS = 600
"""A longer text is cut for showing in a table; the download holds all of it."""


@dataclass(frozen=True)
class Said:
    """An answer, with the question and all that helps to draw it."""

    task: Task
    inputs: Mapping[str, str]
    answer: Answer
    right: str | None = None
    """What the file says, where the question is one of the test rows."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Label → from which probability on it is given."""
    labels: tuple[str, ...] = ()
    """Of the report, in a fixed order: what has a colour of its own keeps it everywhere."""


class Kind:
    """One way to draw answers. The plain way is here: text beside text; each kind says what is different."""

    name: ClassVar[str]
    """As `Task.answers_as` says it."""
    truth_title: ClassVar[str] = "In the file"
    sure_title: ClassVar[str] = ""
    """Heading of the column that `sure` fills; empty for none."""
    worst_title: ClassVar[str] = "Worst mistakes"
    worst_hint: ClassVar[str] = (
        "The rows that are furthest from what the file says. Look for mistakes in the file here, "
        "and for texts even a person would find hard."
    )
    flawless: ClassVar[str] = "Not one test row got a wrong answer."
    talks: ClassVar[bool] = False
    """Whether one answer follows another, so that people try it in a conversation."""
    holds_question: ClassVar[bool] = False
    """Whether a drawn answer shows the question too, so that a table needs no column for it."""

    def body(self, said: Said) -> Child:
        """One answer, large."""
        text = said.task.show(said.answer.value)
        return element("p", text, class_="rs-written", dir="auto") if text.strip() else _nothing()

    def cell(self, said: Said, value: str) -> Markup:
        """A target or an answer in a table; `value` is in the task's own form."""
        text = _EMPTY_LINES.sub("\n\n", said.task.show(value))
        return element("span", shortened(text, MOST_CHARACTERS), dir="auto") if text.strip() else _nothing("span")

    def question(self, said: Said) -> Markup:
        """The inputs in a table, each under its title where there are several."""
        texts = [(said.task.role_titles.get(role, role), text) for role, text in said.inputs.items() if text.strip()]
        if len(texts) == 1:
            return element("span", shortened(texts[0][1], MOST_CHARACTERS), dir="auto")
        parts = [
            element("div", element("small", title), element("span", shortened(text, MOST_CHARACTERS), dir="auto"))
            for title, text in texts
        ]
        return element("div", parts, class_="rs-asked")

    def typed(self, text: str) -> str:
        """One of the inputs as people type it into a box."""
        return text

    def chip(self, text: str, most: int) -> str:
        """One of a test row's inputs on a button, in at most `most` characters."""
        return shortened(self.typed(text), most)

    def offered(self, text: str, *, fills: bool) -> str:
        """One of a test row's inputs as a suggestion types it; `fills`: the model fills gaps."""
        return self.typed(text)

    def hint(self, *, fills: bool) -> str:
        """What stands in an empty box."""
        return "Type or paste a text, then press Ask."

    def read(self, typed: str) -> str:
        """What was typed, in the form in which the task reads it."""
        return typed

    def sure(self, said: Said) -> str:
        """How sure the model was, or how far off it is; nothing where that cannot be said."""
        return ""

    def together(self, task: Task, answers: Sequence[Answer]) -> Markup | None:
        """What the answers to a whole table look like."""
        return None

    def targets(self, task: Task, examples: Sequence[Example], counts: Sequence[tuple[str, int]]) -> Markup | None:
        """A picture of the right answers, for the Data step. `counts` are labels with their rows; None: their lengths tell."""
        return None

    def figure(self, task: Task, examples: Sequence[Example], answers: Sequence[Answer]) -> Figure | None:
        """Right against answered, over all test rows."""
        return None


def _nothing(tag: str = "p") -> Markup:
    return element(tag, "no answer", class_="rs-nothing")


def sureness(share: float) -> str:
    """As in `Very sure: 97.3 % confidence.`"""
    word = "Very sure" if share >= 0.95 else "Sure" if share >= 0.8 else "Leaning" if share >= 0.5 else "Unsure"
    return f"{word}: {percent(share)} confidence."


def balance(counts: Sequence[tuple[str, int]], what: str) -> str:
    """As in `3 labels; the most frequent has 40 % of the rows, the rarest has 12 rows.`; nothing for less than two."""
    if len(counts) < 2:
        return ""
    least = counts[-1][1]
    return f"{count(len(counts), what)}; the most frequent is there {counts[0][1]:,} times, the rarest {count(least, 'time')}."
