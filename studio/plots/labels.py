"""How many rows each label has."""

from collections.abc import Mapping

from studio.plots.style import QUIET, TRAINING, Figure, as_text, bar_height, layout

MOST_BARS = 30


def label_bars(counts: Mapping[str, int]) -> Figure:
    """Horizontal bars, most frequent on top; past 30 labels the smallest ones share the last bar."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown, rest = (ranked, []) if len(ranked) <= MOST_BARS else (ranked[: MOST_BARS - 1], ranked[MOST_BARS - 1 :])
    names = [as_text(label, 28) for label, _ in shown]
    values = [number for _, number in shown]
    colors = [TRAINING] * len(shown)
    if rest:
        names.append(f"{len(rest)} more labels")
        values.append(sum(number for _, number in rest))
        colors.append(QUIET)
    places = list(range(len(names)))  # numbers, not names: two long labels may look alike once cut
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": places,
        "text": [f"{value:,}" for value in values],
        "textposition": "auto",
        "cliponaxis": False,
        "customdata": names,
        "marker": {"color": colors},
        "hovertemplate": "%{customdata}: %{x:,} rows<extra></extra>",
    }
    told = ", ".join(f"{label} {number:,}" for label, number in ranked[:5])
    return {
        "data": [bars],
        "layout": layout(
            f"Rows of each of {len(counts)} labels. Most frequent: {told}." if counts else "No labels.",
            height=bar_height(len(names)),
            bargap=0.3,
            margin={"l": 8, "r": 40, "t": 8, "b": 36},
            xaxis={"title": {"text": "rows"}, "rangemode": "tozero", "showgrid": True, "gridcolor": "var(--gridc)"},
            yaxis={"tickvals": places, "ticktext": names, "autorange": "reversed", "showgrid": False},
        ),
    }
