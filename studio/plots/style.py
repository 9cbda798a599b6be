"""What all figures share: colors as tokens of the page, a calm frame, and labels that can only be text.

A figure is a plain Plotly figure, `{"data": […], "layout": {…}}`; the page replaces `var(--name)` by the theme's color.
"""

from typing import Any

Figure = dict[str, Any]

TRAINING, VALIDATION = "var(--c-train)", "var(--c-val)"
"""Blue and orange, told apart by color-blind people too."""
BRAND, INK, QUIET, LINE, PANEL = "var(--brand)", "var(--ink)", "var(--ink2)", "var(--gridc)", "var(--panel)"
PAIR = (TRAINING, VALIDATION, BRAND, QUIET)
"""Colors of runs side by side."""


def as_text(label: str, most: int = 40) -> str:
    """A label that shows as it was written: Plotly reads `<b>` and `&amp;` in texts, so both are escaped; long ones are cut."""
    flat = " ".join(label.split())
    cut = flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def heading(text: str) -> dict[str, Any]:
    """A title at the upper left, as the cards of the page have it."""
    place = {"x": 0, "xref": "container", "y": 1, "yref": "container", "yanchor": "top"}
    return {"text": as_text(text, 200), **place, "font": {"size": 16, "weight": 700, "color": INK}, "pad": {"t": 2}}


def layout(alt: str, *, height: int = 320, **more: Any) -> dict[str, Any]:
    """The frame of a figure; `alt` says in a sentence what is to be seen, for people who do not see it."""
    frame: dict[str, Any] = {
        "height": height,
        "meta": {"alt": alt},
        "showlegend": False,
        "margin": {"l": 48, "r": 16, "t": 16, "b": 44},
        "xaxis": {"showgrid": False, "gridcolor": LINE, "zeroline": False, "automargin": True},
        "yaxis": {"gridcolor": LINE, "zeroline": False, "automargin": True},
    }
    for name, value in more.items():
        frame[name] = (
            {**frame[name], **value} if isinstance(frame.get(name), dict) and isinstance(value, dict) else value
        )
    return frame
