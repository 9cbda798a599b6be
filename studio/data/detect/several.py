"""Readings as multi-label classification: several labels in one cell, or one column of marks a label."""

from collections.abc import Iterator

from studio.data.detect.detection import Detection
from studio.data.detect.profile import Column
from studio.data.detect.separators import pieces_of
from studio.data.detect.view import View, quoted
from studio.data.phrases import listed

TASK = "multi-label-classification"
_NAMES = {"|": "vertical bars", ";": "semicolons", ",": "commas", "\n": "line breaks", " ": "spaces", "json": "a list"}


def read(view: View) -> Iterator[Detection]:
    """Cells of several labels, then columns of marks."""
    for name, separator in view.separators.items():
        labels = view.named(name)
        texts = [text for text in view.texts if text is not labels and text.words >= 2]
        if texts:
            yield _separated(texts[0], labels, separator)
    marks = tuple(column.name for column in view.marks)
    texts = [text for text in view.texts if text.name not in marks]
    if marks and texts:
        roles: dict[str, str | tuple[str, ...]] = {"text": texts[0].name, "labels": marks}
        reason = (
            f"{listed(marks)} say yes or no of each row and {quoted(texts[0])} holds texts: "
            f"find which of {len(marks)} labels a text has."
        )
        yield Detection(TASK, "text-label-columns", roles, 0.95 if len(marks) > 2 else 0.75, reason)


def _separated(text: Column, labels: Column, separator: str) -> Detection:
    if separator == "json":
        pieces = {piece for value in labels.json if isinstance(value, list) for piece in value}
    else:
        pieces = {piece for value in labels.values for piece in pieces_of(value, separator)}
    means = _NAMES.get(separator, f"“{separator}”")
    means = f"in {means}" if separator == "json" else f"separated by {means}"
    reason = (
        f"{quoted(labels)} holds one or more of about {len(pieces)} labels in a cell, {means}, and {quoted(text)} "
        f"holds texts: find all labels of a text."
    )
    fit = 0.96 if labels.said("labels", "label", "tags") > 0.5 else 0.8
    return Detection(TASK, "text-labels", {"text": text.name, "labels": labels.name}, fit, reason, separator=separator)
