"""Single test rows as a table: what stands in them, what the model said, and how sure it was."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.ui.markup import Markup, element
from studio.ui.words import percent, shortened

MOST_CHARACTERS = 600
"""A longer text is cut for showing; the download holds all of it."""


@dataclass(frozen=True)
class ShownRow:
    """One test row."""

    row: int
    """Number in the uploaded file."""
    text: str
    truth: str
    answer: str
    confidence: float
    """Probability the model gave its answer."""


def row_table(rows: Sequence[ShownRow], title: str) -> Markup:
    """The rows, in a frame that scrolls sideways on a phone."""
    heads = ("Row", "Text", "Label in the file", "Answer", "Confidence")
    table = element(
        "table",
        element("thead", element("tr", [_head(head) for head in heads])),
        element("tbody", [_line(row) for row in rows]),
        class_="rs-table rs-rows",
    )
    return element("div", table, class_="rs-scroll", tabindex=0, role="region", aria_label=title)


def _head(title: str) -> Markup:
    return element("th", title, scope="col", class_="rs-right" if title in ("Row", "Confidence") else None)


def _line(row: ShownRow) -> Markup:
    right = row.truth == row.answer
    return element(
        "tr",
        element("th", f"{row.row:,}", scope="row", class_="rs-right", data_title="Row"),
        element("td", shortened(row.text, MOST_CHARACTERS), class_="rs-text", dir="auto", data_title="Text"),
        element("td", row.truth, dir="auto", data_title="Label in the file"),
        element("td", row.answer, dir="auto", class_="rs-yes" if right else "rs-no", data_title="Answer"),
        element("td", percent(row.confidence), class_="rs-right", data_title="Confidence"),
    )
