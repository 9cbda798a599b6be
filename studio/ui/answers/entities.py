"""Stretches of a text: the text with every stretch marked, its type named in words and in a colour of its own."""

from collections.abc import Mapping, Sequence
from zlib import crc32

from typing_extensions import override

from studio.data.example import Example
from studio.tasks.task import Answer, Task
from studio.ui.answers.json_values import Span, spans
from studio.ui.answers.kind import Kind, Said, balance
from studio.ui.answers.label import how_often
from studio.ui.markup import Child, Markup, element, fragment
from studio.ui.pieces import card
from studio.ui.views.rows_seen import label_bars

HUES = 8
"""Colours in results.css; the types named first have one each."""


class EntitiesKind(Kind):
    """Marked text."""

    name = "entities"
    holds_question = True
    worst_hint = "The rows in which most was missed or wrongly found. Look for wrong marks in the file here."
    flawless = "In every test row just the right stretches were found."

    @override
    def body(self, said: Said) -> Child:
        text = text_of(said.inputs)
        found = spans(said.answer.value, len(text))
        none = element("p", "Nothing was found in this text.", class_="rs-hint") if not found else None
        kinds = sorted({span.kind for span in found})
        told = [[", " if place else f"{len(found)} found: ", element("bdi", kind)] for place, kind in enumerate(kinds)]
        return (
            none,
            element("p", told, ".", class_="rs-hint") if told else None,
            marked(text, found, said.labels),
        )

    @override
    def cell(self, said: Said, value: str) -> Markup:
        text = text_of(said.inputs)
        return marked(text, spans(value, len(text)), said.labels)

    @override
    def together(self, task: Task, answers: Sequence[Answer]) -> Markup | None:
        kinds = [span.kind for answer in answers for span in spans(answer.value, 1 << 31)]
        return how_often(kinds, "How often each type was found") if kinds else None

    @override
    def targets(self, task: Task, examples: Sequence[Example], counts: Sequence[tuple[str, int]]) -> Markup | None:
        if not counts:
            return None
        return card("What is marked in the texts", label_bars(counts), text=balance(counts, "type"))


def text_of(inputs: Mapping[str, str]) -> str:
    """The text that the stretches count in."""
    return inputs.get("text", next(iter(inputs.values()), ""))


def marked(text: str, found: Sequence[Span], labels: Sequence[str] = ()) -> Markup:
    """The text with its stretches marked; a type's colour is its place among `labels`, so that right and said agree on it."""
    pieces: list[Child] = []
    at = 0
    for span in found:
        pieces += [text[at : span.start], _mark(text[span.start : span.end], span.kind, labels)]
        at = span.end
    return element("p", *pieces, text[at:], class_="rs-marked", dir="auto")


def _mark(text: str, kind: str, labels: Sequence[str]) -> Markup:
    hue = (labels.index(kind) if kind in labels else crc32(kind.encode())) % HUES
    return fragment(element("mark", text, element("small", kind, dir="auto"), data_hue=hue))


KIND = EntitiesKind()
