"""How long the texts are, against what the model can read."""

from collections.abc import Sequence

from studio.plots.style import BRAND, TRAINING, VALIDATION, Figure, layout

_SLICES = 40


def length_histogram(lengths: Sequence[int], limit: int) -> Figure:
    """Texts by length in tokens, in 40 equal slices; what lies past `limit` is cut off and drawn in orange."""
    longest = max([*lengths, limit, 1])
    width = max(1, -(-longest // _SLICES))
    counts = [0] * (longest // width + 1)
    for length in lengths:
        counts[length // width] += 1
    starts = [index * width for index in range(len(counts))]
    bars = {
        "type": "bar",
        "x": [start + width / 2 for start in starts],
        "y": counts,
        "width": [width * 0.92] * len(counts),
        "customdata": [f"{start:,} to {start + width - 1:,} tokens" for start in starts],
        "marker": {"color": [VALIDATION if start >= limit else TRAINING for start in starts]},
        "hovertemplate": "%{customdata}: %{y:,} texts<extra></extra>",
    }
    over = sum(1 for length in lengths if length > limit)
    edge = {"type": "line", "xref": "x", "yref": "paper", "x0": limit, "x1": limit, "y0": 0, "y1": 1}
    note = {
        "xref": "x",
        "yref": "paper",
        "x": limit,
        "y": 1,
        "xanchor": "right",
        "yanchor": "bottom",
        "showarrow": False,
    }
    return {
        "data": [bars],
        "layout": layout(
            f"Lengths of {len(lengths):,} texts in tokens. {over:,} are longer than the limit of {limit:,}.",
            height=220,
            margin={"t": 28},
            xaxis={"title": {"text": "tokens"}, "range": [0, longest * 1.02], "tickformat": ",d"},
            yaxis={"title": {"text": "texts"}, "rangemode": "tozero", "tickformat": ",d"},
            shapes=[edge | {"line": {"color": BRAND, "width": 2, "dash": "dot"}}],
            annotations=[note | {"text": f"limit {limit:,}", "font": {"color": BRAND, "size": 12}}],
        ),
    }
