"""Curves of several runs over each other: validation loss, or a metric, by share of the training done."""

from collections.abc import Sequence

from studio.plots.style import PAIR, Figure, as_text, heading, layout
from studio.story import Story


def compare_curves(
    runs: Sequence[tuple[str, Story]], metric: str = "", title: str = "", *, is_share: bool = True
) -> Figure:
    """The checks of each run as one line, by epoch; the best check of each is ringed.

    `runs` holds (name, story). `metric` names a validation metric, from 0 to 1 if it `is_share`; empty means the validation loss (nats).
    """
    data: list[Figure] = []
    form = ".1%" if metric and is_share else ".4~g" if metric else ".3f"
    for number, (name, story) in enumerate(runs):
        color = PAIR[number % len(PAIR)]
        points = [
            (check.epoch, check.metrics.get(metric) if metric else check.loss, check.step) for check in story.checks
        ]
        points = [point for point in points if point[1] is not None]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": as_text(name, 30),
                "cliponaxis": False,
                "x": [point[0] for point in points],
                "y": [point[1] for point in points],
                "customdata": [point[2] for point in points],
                "line": {"color": color, "width": 2.25, "dash": ("solid", "dash", "dot", "dashdot")[number % 4]},
                "marker": {"size": 7, "color": color},
                "hovertemplate": f"{as_text(name, 30)}: %{{y:{form}}} at step %{{customdata:,}}<extra></extra>",
            }
        )
        best = story.best
        value = None if best is None else best.metrics.get(metric) if metric else best.loss
        if best is not None and value is not None:
            ring = {"symbol": "circle-open", "size": 14, "color": color, "line": {"width": 2.25}}
            data.append(
                {"type": "scatter", "mode": "markers", "x": [best.epoch], "y": [value], "marker": ring}
                | {"showlegend": False, "hoverinfo": "skip", "cliponaxis": False}
            )
    what = title or metric or "Validation loss"
    names = " and ".join(name for name, _ in runs)
    end = max((check.epoch for _, story in runs for check in story.checks), default=1.0)
    return {
        "data": data,
        "layout": layout(
            f"{what} by epoch for {names}.",
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            title=heading(f"{as_text(what)} by epoch"),
            margin={"t": 66},
            hovermode="x",
            xaxis={"title": {"text": "epoch"}, "range": [-0.02 * end, 1.02 * end]},  # room for the marks at both ends
            yaxis={"title": {"text": as_text(what).lower()}, **({"tickformat": ".0%"} if metric and is_share else {})},
        ),
    }
