"""What can be expected before training: simple models on rows they have not learned from, and what more rows would bring."""

from studio.jobs.inspection import Inspection
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import grid
from studio.ui.words import count, percent

_WHO = {"frozen": "the untuned base model with a linear head", "words": "the words alone"}

_COLUMNS = ("Simple model", "Right answers", "95 % interval")
_BY_ROWS = ("Rows learned from", *_COLUMNS[1:])


def expectation(found: Inspection) -> Markup:
    """The ladder, the curve, and one sentence."""
    rungs = [
        [rung.title, percent(metric.value), f"{percent(metric.low)} to {percent(metric.high)}"]
        for rung in found.ladder
        for metric in rung.metrics[:1]
    ]
    points = [
        [f"{point.rows:,}", percent(point.accuracy), f"{percent(point.low)} to {percent(point.high)}"]
        for point in found.growth.points
    ]
    looked = (
        f"{found.looked_at:,} of {count(found.rows, 'row')}"
        if found.looked_at < found.rows
        else count(found.rows, "row")
    )
    text = f"Measured on {looked}, each answered by models that had not learned from it. "
    text += "A tuned model is worth it when it beats the best of these."
    return fragment(
        element("h3", "What to expect before training"),
        element("p", text, class_="fs-quiet"),
        element("div", grid(_COLUMNS, rungs, label="Simple models on this table"), class_="fs-narrow"),
        element("p", element("b", found.growth.sentence), class_="fs-below"),
        element("div", grid(_BY_ROWS, points, label="Right answers by rows", figures=1), class_="fs-narrow"),
        element(
            "p",
            f"Of {_WHO.get(found.curve_of, 'the better simple model')}; the tuned model is not part of it.",
            class_="fs-quiet",
        ),
    )
