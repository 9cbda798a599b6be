"""Which labels are taken for which."""

from collections.abc import Sequence

from studio.plots.style import BRAND, INK, PANEL, Figure, as_text, layout

MOST_NUMBERS = 16
"""With more labels than this the numbers in the cells would not be readable: color and hover tell them."""


def confusion_matrix(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Figure:
    """A heatmap: a row for each true label, a column for each answer; colored by the share of the row.

    A click gives `index` [row, column] (see ui.chart). `counts[true][answer]` are numbers of rows.
    """
    count = len(labels)
    names = [as_text(label, 24) for label in labels]
    places = list(range(count))
    shares = [[cell / max(1, sum(row)) for cell in row] for row in counts]
    heat = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": shares,
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 2 if count <= 40 else 0,
        "ygap": 2 if count <= 40 else 0,
        "colorscale": [[0, "var(--track)"], [1, BRAND]],
        "customdata": [
            [f"{counts[row][column]:,} rows: {names[row]} answered as {names[column]}" for column in places]
            for row in places
        ],
        "hovertemplate": "%{customdata}<br>%{z:.1%} of the rows with that label<extra></extra>",
    }
    numbers = [
        {
            "x": column,
            "y": row,
            "text": f"{counts[row][column]:,}",
            "showarrow": False,
            "font": {"color": "var(--onbrand)" if shares[row][column] > 0.55 else INK, "size": 12},
        }
        for row in places
        for column in places
        if counts[row][column]
    ]
    right = sum(counts[index][index] for index in places)
    total = sum(map(sum, counts))
    axis = {"tickvals": places, "ticktext": names, "showgrid": False, "range": [-0.5, count - 0.5]}
    return {
        "data": [heat],
        "layout": layout(
            f"Confusion matrix of {count} labels: {right:,} of {total:,} rows are answered right, on the diagonal.",
            height=min(900, max(300, 130 + count * (34 if count <= 20 else 14))),
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            hovermode="closest",
            xaxis={**axis, "title": {"text": "answered"}, "tickangle": 0 if count <= 4 else -40, "side": "bottom"},
            yaxis={**axis, "title": {"text": "true label"}, "range": [count - 0.5, -0.5]},
            annotations=numbers if count <= MOST_NUMBERS else [],
            plot_bgcolor=PANEL,
        ),
    }
