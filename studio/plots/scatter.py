"""Numbers against numbers: what is right, and what was answered."""

from collections.abc import Sequence

from studio.figures import number
from studio.plots.style import QUIET, TRAINING, Figure, heading, layout

MOST_POINTS = 2000
"""More points than this are thinned evenly: a browser draws them slowly, and they hide each other."""


def scatter(points: Sequence[tuple[float, float, int]]) -> Figure:
    """A point a row (right, answered, its number); on the dashed line the answer is right."""
    shown = points[:: -(-len(points) // MOST_POINTS)]
    low = min(min(right, answer) for right, answer, _ in points)
    high = max(max(right, answer) for right, answer, _ in points)
    room = (high - low or 1.0) * 0.04
    ends = [low - room, high + room]
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": ends,
        "y": ends,
        "line": {"color": QUIET, "width": 1.5, "dash": "dash"},
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [right for right, _, _ in shown],
        "y": [answer for _, answer, _ in shown],
        "customdata": [[f"{row:,}", number(right), number(answer)] for right, answer, row in shown],
        "marker": {"color": TRAINING, "size": 8, "opacity": 0.65},
        "hovertemplate": "row %{customdata[0]}: %{customdata[1]} in the file, %{customdata[2]} answered<extra></extra>",
    }
    off = sum(abs(right - answer) for right, answer, _ in points) / len(points)
    return {
        "data": [line, dots],
        "layout": layout(
            f"Scatter of {len(points):,} test rows: the number in the file from left to right, the model's upwards. "
            f"On average the answer is off by {number(off)}.",
            height=440,
            title=heading("What the file says, and what was answered; on the dashed line the answer is right"),
            hovermode="closest",
            margin={"t": 44},
            xaxis={"title": {"text": "in the file"}, "range": ends, "showgrid": True},
            yaxis={"title": {"text": "answered"}, "range": ends},
        ),
    }
