"""A chart on the page: one component that draws any figure of `studio.plots` with the Plotly.js that the studio serves."""

from typing import Any

import gradio as gr

from studio.assets import ASSETS
from studio.plots.style import Figure

_TEMPLATE = '<div class="fs-chart" role="img" tabindex="0" aria-label="Chart" hidden></div>'


def chart(figure: Figure | None = None, *, elem_id: str | None = None, **options: Any) -> gr.HTML:
    """The component; its value is a figure, and None hides it. Height and the text for screen readers are the figure's
    own (`layout.height`, `layout.meta.alt`). `select` fires on a click on a point: `gr.SelectData` with `index`
    ([row, column] of a heatmap, else [trace, point]) and `value`, the point's customdata.

    A function, not a subclass of gr.HTML: importing a subclass would write a `.pyi` file beside this one. Not gr.Plot:
    it rebuilds the chart on every change and brings an older Plotly.js than figures are written for.
    """
    return gr.HTML(
        figure,
        html_template=_TEMPLATE,
        js_on_load=(ASSETS / "plotting.js").read_text("utf-8") + (ASSETS / "chart.js").read_text("utf-8"),
        apply_default_css=False,
        elem_id=elem_id,
        **options,
    )
