"""A number an answer: the number large, its place among the training rows' numbers, and how far off it is."""

from collections.abc import Sequence

from typing_extensions import override

from studio.data.example import Example
from studio.figures import change, number
from studio.plots.scatter import scatter
from studio.plots.style import Figure
from studio.tasks.task import Answer, Task
from studio.ui.answers.kind import Kind, Said
from studio.ui.markup import Child, Markup, element, fragment
from studio.ui.pieces import bars, card

_BINS = 12


class NumberKind(Kind):
    """One number."""

    name = "number"
    sure_title = "Off by"
    worst_hint = (
        "The rows whose answer is furthest from the number in the file. Look for wrong numbers in the file here, "
        "and for texts even a person would find hard."
    )
    flawless = "Every test row got just its number."

    @override
    def body(self, said: Said) -> Child:
        right = None
        if said.right is not None:
            right = f"The file says {said.task.show(said.right)}; that is off by {self.sure(said)}."
        return (
            element(
                "p", element("b", shown(said.answer.value) or said.task.show(said.answer.value)), class_="rs-number"
            ),
            element("p", right, class_="rs-hint") if right else None,
        )

    @override
    def cell(self, said: Said, value: str) -> Markup:
        """What the file says, as it stands there; an answer, with the digits that say something."""
        told = shown(value) if value == said.answer.value and value != said.right else ""
        return element("span", told, dir="auto") if told else super().cell(said, value)

    @override
    def sure(self, said: Said) -> str:
        right, answer = _number(said.right or ""), _number(said.answer.value)
        return "" if right is None or answer is None else change(answer - right)

    @override
    def together(self, task: Task, answers: Sequence[Answer]) -> Markup | None:
        return _spread([answer.value for answer in answers], "The numbers that were answered")

    @override
    def targets(self, task: Task, examples: Sequence[Example], counts: Sequence[tuple[str, int]]) -> Markup | None:
        values = [value for example in examples if (value := _number(example.target or "")) is not None]
        if not values:
            return None
        middle = sorted(values)[len(values) // 2]
        told = f"From {number(min(values))} to {number(max(values))}; half of the rows have at most {number(middle)}."
        spread = bars(_bins(values), label="Rows by number")
        return card(f"{task.role_titles[task.target]}s", spread, text=told)

    @override
    def figure(self, task: Task, examples: Sequence[Example], answers: Sequence[Answer]) -> Figure | None:
        points = [
            (right, answer, example.row)
            for example, said in zip(examples, answers, strict=True)
            if (right := _number(example.target or "")) is not None and (answer := _number(said.value)) is not None
        ]
        return scatter(points) if points else None


def _spread(texts: Sequence[str], title: str) -> Markup | None:
    values = [value for text in texts if (value := _number(text)) is not None]
    if not values:
        return None
    return fragment(element("h4", title, class_="rs-h4"), bars(_bins(values), label=title))


def _bins(values: Sequence[float]) -> list[tuple[str, int]]:
    """Range and rows of each bar; every value its own bar where there are few."""
    different = sorted(set(values))
    if len(different) <= _BINS:
        return [(number(value), values.count(value)) for value in different]
    low, width = different[0], (different[-1] - different[0]) / _BINS
    rows = [0] * _BINS
    for value in values:
        rows[min(_BINS - 1, int((value - low) / width))] += 1
    return [(f"{number(low + at * width)} to {number(low + (at + 1) * width)}", found) for at, found in enumerate(rows)]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value - value == 0 else None  # neither inf nor nan


def shown(text: str) -> str:
    """An answer as people read it; nothing for what is no number."""
    value = _number(text)
    return "" if value is None else number(value)


KIND = NumberKind()
