"""One label an answer: the label, and bars of confidence for the likeliest ones."""

from collections import Counter
from collections.abc import Sequence

from typing_extensions import override

from studio.data.example import Example
from studio.tasks.task import Answer, Task
from studio.ui.answers.kind import Kind, Said, sureness
from studio.ui.markup import Child, Markup, element, fragment
from studio.ui.pieces import bars, card
from studio.ui.views.report import bar
from studio.ui.views.rows_seen import label_bars
from studio.ui.words import count, percent, told_apart

MOST_LABELS = 6
LONGEST_LABEL = 80


class LabelKind(Kind):
    """One label, with the model's confidence over all of them."""

    name = "label"
    truth_title, sure_title = "Label in the file", "Confidence"
    worst_hint = (
        "Wrong answers the model was surest of. Look for wrong labels in the file here, and for texts even a person "
        "would find hard."
    )
    flawless = "Not one test row got a wrong label."

    @override
    def body(self, said: Said) -> Child:
        ranked = sorted(said.answer.confidence.items(), key=lambda pair: -pair[1])
        rest = ranked[MOST_LABELS:]
        more = (
            f"{count(len(rest), 'other label')} {'has' if len(rest) == 1 else 'share'} {percent(sum(share for _, share in rest))}."
            if rest
            else None
        )
        value = said.answer.value
        return (
            element("p", element("b", value, dir="auto"), class_="rs-number rs-said-label"),
            element("p", sureness(said.answer.confidence.get(value, 0.0)), class_="rs-hint"),
            ladder(ranked[:MOST_LABELS], chosen={value}),
            element("p", more, class_="rs-hint") if more else None,
        )

    @override
    def sure(self, said: Said) -> str:
        return percent(said.answer.confidence.get(said.answer.value, 0.0))

    @override
    def together(self, task: Task, answers: Sequence[Answer]) -> Markup | None:
        return how_often([answer.value for answer in answers], "How often each label was given")

    @override
    def targets(self, task: Task, examples: Sequence[Example], counts: Sequence[tuple[str, int]]) -> Markup | None:
        return card(f"{task.role_titles[task.target]}s", label_bars(counts), text=_balance(counts))


def ladder(ranked: Sequence[tuple[str, float]], chosen: set[str], marks: dict[str, float] | None = None) -> Markup:
    """Labels with their probabilities as bars, the chosen ones in colour; `marks` are thresholds to draw."""
    names = told_apart([label for label, _ in ranked], LONGEST_LABEL)
    lines = [
        element(
            "li",
            element("span", short, class_="rs-name", dir="auto", title=label),
            element("span", bar(share), _mark((marks or {}).get(label)), class_="rs-track", aria_hidden="true"),
            element("b", percent(share)),
            class_="rs-ours" if label in chosen else None,
        )
        for (label, share), short in zip(ranked, names, strict=True)
    ]
    return element("ul", lines, class_="rs-ladder rs-confidences", aria_label="Confidence by label")


def _mark(threshold: float | None) -> Markup | None:
    if threshold is None:
        return None
    return element("s", style=f"left:{100 * min(1.0, max(0.0, threshold)):.2f}%")


def how_often(labels: Sequence[str], title: str) -> Markup:
    """Bars of the most frequent labels."""
    said = Counter(labels).most_common(MOST_LABELS)
    return fragment(element("h4", title, class_="rs-h4"), bars(said, label=title))


def _balance(counts: Sequence[tuple[str, int]]) -> str:
    if len(counts) < 2:
        return ""
    rows = sum(value for _, value in counts)
    most, least = counts[0][1] / rows, counts[-1][1]
    return f"{len(counts)} labels; the most frequent has {percent(most)} of the rows, the rarest has {count(least, 'row')}."


KIND = LabelKind()
