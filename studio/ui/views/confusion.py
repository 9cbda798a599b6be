"""What is taken for what: the confusion matrix as a table of buttons, and the most frequent mix-ups as a list."""

from dataclasses import dataclass

from studio.ui.markup import Markup, element
from studio.ui.words import count, percent

MOST_LABELS = 20
"""A larger matrix cannot be read as a table; the list of mix-ups and a heatmap stand in."""
MOST_PAIRS = 15
MOST_BESIDE = 8
"""Up to this many labels the matrix leaves room for the list beside it."""


@dataclass(frozen=True)
class MixUp:
    """Rows of one label that got another; indices into the report's labels."""

    truth: int
    answer: int
    rows: int
    share: float
    """Of all test rows with the label `truth`."""


def mix_ups(confusion: list[list[int]]) -> list[MixUp]:
    """All pairs that occur, most rows first; between equals the larger share of its label."""
    found = [
        MixUp(truth, answer, rows, rows / max(1, sum(row)))
        for truth, row in enumerate(confusion)
        for answer, rows in enumerate(row)
        if rows and truth != answer
    ]
    return sorted(found, key=lambda pair: (-pair.rows, -pair.share, pair.truth, pair.answer))


def confusion_view(labels: list[str], confusion: list[list[int]]) -> Markup:
    """The card. Every number is a button: its rows are shown below."""
    pairs = mix_ups(confusion)
    small = len(labels) <= MOST_LABELS
    hint = "Each line holds the test rows with that label; the columns say what the model answered. "
    return element(
        "section",
        element("h3", "What is taken for what"),
        element(
            "p",
            hint,
            "Choose a number" if small else "Choose a mix-up, or a field of the map below,",
            " to see its rows.",
            class_="rs-hint",
        ),
        element(
            "div",
            _matrix(labels, confusion) if small else None,
            _pair_list(labels, pairs, small=small),
            class_="rs-beside" if small and len(labels) <= MOST_BESIDE else None,
        ),
        class_="fs-card rs-confusion",
    )


def _matrix(labels: list[str], confusion: list[list[int]]) -> Markup:
    heads = [element("th", element("span", label, dir="auto"), scope="col", title=label) for label in labels]
    body = [
        element(
            "tr",
            element("th", element("span", label, dir="auto"), scope="row", title=label),
            [_cell(labels, truth, answer, confusion[truth]) for answer in range(len(labels))],
        )
        for truth, label in enumerate(labels)
    ]
    corner = element("td", element("span", "label ↓"), element("span", "answer →"), class_="rs-corner")
    table = element(
        "table",
        element("caption", "Confusion matrix", class_="rs-said"),
        element("thead", element("tr", corner, heads)),
        element("tbody", body),
        class_="rs-matrix",
        data_upright=len(labels) > 5,
    )
    return element("div", table, class_="rs-scroll", tabindex=0, role="region", aria_label="Confusion matrix")


def _cell(labels: list[str], truth: int, answer: int, row: list[int]) -> Markup:
    rows = row[answer]
    if not rows:
        return element("td", element("span", "·", aria_label="0"), class_="rs-none")
    right = truth == answer
    told = f"“{labels[truth]}” " + ("answered right" if right else f"answered as “{labels[answer]}”")
    shade = 10 + round(55 * rows / max(1, sum(row)))  # percent of color; more would make dark text unreadable
    button = element(
        "button",
        f"{rows:,}",
        type="button",
        data_truth=truth,
        data_answer=answer,
        aria_label=f"{count(rows, 'row')} of {told}",
        title=f"{told}: {count(rows, 'row')}, {percent(rows / max(1, sum(row)))} of the label",
        class_="rs-right-cell" if right else "rs-wrong-cell",
        style=f"--shade:{shade}%",
    )
    return element("td", button)


def _pair_list(labels: list[str], pairs: list[MixUp], *, small: bool) -> Markup:
    if not pairs:
        return element("p", "Not one test row got a wrong label.", class_="rs-hint")
    shown = pairs[: 5 if small else MOST_PAIRS]
    items = [
        element(
            "li",
            element(
                "button",
                element("b", labels[pair.truth], dir="auto"),
                element("span", "taken for"),
                element("b", labels[pair.answer], dir="auto"),
                element("em", f"{count(pair.rows, 'row')}, {percent(pair.share)} of the label"),
                type="button",
                data_truth=pair.truth,
                data_answer=pair.answer,
                class_="rs-pair",
            ),
        )
        for pair in shown
    ]
    rest = len(pairs) - len(shown)
    more = f"{count(rest, 'rarer mix-up')} not listed." if rest else None
    return element(
        "div",
        element("h4", "Most frequent mix-ups"),
        element("ol", items, class_="rs-pairs"),
        element("p", more, class_="rs-hint") if more else None,
    )
