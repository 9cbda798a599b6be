"""Readings as language modeling: nothing but text."""

from collections.abc import Iterator

from studio.data.detect.detection import Detection
from studio.data.detect.view import View, quoted

TASK = "language-modeling"


def read(view: View) -> Iterator[Detection]:
    """The best column of texts; likely only where there is nothing else."""
    texts = [text for text in view.texts if text.words >= 3 or len(view.usable) == 1]
    if not texts:
        return
    text = texts[0]
    alone = len(view.usable) == 1 and not view.labels  # a label that never changes is one all the same
    fit = (0.9 if text.said("text") > 0.5 and text.words > 12 else 0.75) if alone else 0.3
    if text.words < 3:
        fit = 0.2
    only = (
        ""
        if not alone
        else " and there is nothing else"
        if len(view.columns) == 1
        else " and no other column can be used"
    )
    reason = f"{quoted(text)} holds texts{only}: learn to write as it does."
    yield Detection(TASK, "text", {"text": text.name}, fit, reason)
