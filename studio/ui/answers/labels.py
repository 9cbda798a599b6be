"""Several labels an answer: a bar a label, each with the threshold from which on it is given."""

from collections.abc import Sequence

from typing_extensions import override

from studio.data.example import Example
from studio.tasks.label_thresholds import OWN_THRESHOLDS
from studio.tasks.task import Answer, Task
from studio.ui.answers.json_values import strings
from studio.ui.answers.kind import Kind, Said, balance
from studio.ui.answers.label import how_often, ladder
from studio.ui.markup import Child, Markup, element
from studio.ui.pieces import card
from studio.ui.views.rows_seen import label_bars
from studio.ui.words import count

MOST_LABELS = 10


class LabelsKind(Kind):
    """Any of the labels, as chips; the bars say why."""

    name = "labels"
    truth_title = "Labels in the file"
    flawless = "Every test row got just its labels."

    @override
    def body(self, said: Said) -> Child:
        chosen = strings(said.answer.value)
        # those given first, then by how near the others came to their thresholds
        ranked = sorted(
            said.answer.confidence.items(),
            key=lambda pair: (pair[0] not in chosen, said.thresholds.get(pair[0], 0.5) - pair[1]),
        )
        rest = len(ranked) - max(MOST_LABELS, len(chosen))
        more = f"{count(rest, 'other label')} further from being given." if rest > 0 else None
        line = "The line in a bar is the threshold, chosen on the validation rows: from there on the label is given."
        return (
            element("div", _chips(chosen), class_="rs-number"),
            ladder(ranked[: max(MOST_LABELS, len(chosen))], chosen=set(chosen), marks=dict(said.thresholds)),
            element("p", line, class_="rs-hint") if said.thresholds and ranked else None,
            element("p", more, class_="rs-hint") if more else None,
        )

    @override
    def cell(self, said: Said, value: str) -> Markup:
        return _chips(strings(value))

    @override
    def together(self, task: Task, answers: Sequence[Answer]) -> Markup | None:
        given = [strings(answer.value) for answer in answers]
        none = sum(not each for each in given)
        told = f"{count(none, 'row')} got no label." if none else None
        return element(
            "div",
            how_often([label for each in given for label in each], "How often each label was given"),
            element("p", told, class_="rs-hint") if told else None,
            element("p", OWN_THRESHOLDS, class_="rs-hint"),
        )

    @override
    def targets(self, task: Task, examples: Sequence[Example], counts: Sequence[tuple[str, int]]) -> Markup | None:
        several = sum(len(strings(example.target or "")) > 1 for example in examples)
        none = sum(not strings(example.target or "") for example in examples)
        told = f" {count(several, 'row') if several else 'No row'} {'have' if several > 1 else 'has'} several labels"
        told += f", {none:,} none." if none else "."
        return card(task.role_titles[task.target], label_bars(counts), text=balance(counts, "label") + told)


def _chips(labels: Sequence[str]) -> Markup:
    if not labels:
        return element("span", "no label", class_="rs-nothing")
    items = [element("li", label, dir="auto") for label in labels]
    return element("ul", items, class_="rs-labels-said")


KIND = LabelsKind()
