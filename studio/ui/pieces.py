"""Pieces that several steps are built from: headings, cards, tiles, tables, bars. All texts are escaped (see `ui.markup`)."""

from collections.abc import Iterable, Sequence
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.ui.markup import Child, Markup, element, fragment, sentence
from studio.ui.words import told_apart

_LONGEST_NAME = 60


def html(value: str = "", *, elem_id: str | None = None, **options: Any) -> gr.HTML:
    """A quiet `gr.HTML`: no frame, no click listener. `value` must be a `Markup`, or a constant of ours."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=None, padding=False, container=False, **options)


def heading(title: str, text: str, run: str = "") -> Markup:
    """The head of a step: its title (the page's one visible h1), the run it is about, and a sentence."""
    named = [" ", element("span", run, dir="auto", class_="fs-of")] if run else None
    return element("header", element("h1", title, named), element("p", text), class_="fs-head")


def card(title: str, *body: Child, tone: str = "", text: str = "") -> Markup:
    """A panel with a title and a sentence under it; `tone` is one of good, watch, bad, done."""
    return element(
        "section",
        element("h2", title) if title else None,
        element("p", sentence(text), class_="fs-quiet") if text else None,
        body,
        class_="fs-card",
        data_tone=tone or None,
    )


def error_card(error: StudioError) -> Markup:
    """What happened, where, and what to do, calmly and in its place."""
    return element(
        "section",
        element("h2", sentence(f"{error.what.rstrip('.')}.")),
        element("p", sentence(error.where), class_="fs-quiet") if error.where else None,
        element("p", sentence(error.fix)) if error.fix else None,
        class_="fs-card fs-error",
        data_tone="bad",
        role="alert",
    )


def tiles(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Names with their values, side by side."""
    items = [element("div", element("dt", name), element("dd", value)) for name, value in pairs]
    return element("dl", items, class_="fs-facts")


def bullets(texts: Iterable[str]) -> Markup:
    """A list of sentences; nothing for no sentence."""
    items = [element("li", sentence(text)) for text in texts]
    return element("ul", items, class_="fs-list") if items else fragment()


def grid(columns: Sequence[str], rows: Iterable[Sequence[object]], *, label: str, figures: int = 0) -> Markup:
    """A table that scrolls inside its frame; its first `figures` columns are numbers."""
    body = [
        element(
            "tr",
            [
                element("td", str(cell), class_="fs-figure" if place < figures else None, dir="auto")
                for place, cell in enumerate(row)
            ],
        )
        for row in rows
    ]
    table = element(
        "table",
        element("thead", element("tr", [element("th", name, scope="col", dir="auto") for name in columns])),
        element("tbody", body),
    )
    return element("div", table, class_="fs-grid", role="region", tabindex=0, aria_label=label)


def bars(values: Sequence[tuple[str, int]], *, label: str) -> Markup:
    """Horizontal bars, the longest full width; each says its number. Long names are cut so that they can be told apart."""
    most = max((value for _, value in values), default=0) or 1
    items = [
        element(
            "li",
            element("span", short, dir="auto", title=name),
            element("i", element("b", style=f"width:{100 * value / most:.1f}%"), aria_hidden="true"),
            element("em", f"{value:,}"),
        )
        for (name, value), short in zip(values, told_apart([name for name, _ in values], _LONGEST_NAME), strict=True)
    ]
    return element("ul", items, class_="fs-bars", aria_label=label)


def more(summary: str, *body: Child, is_open: bool = False) -> Markup:
    """Something that opens on a click."""
    return element("details", element("summary", summary), body, class_="fs-more", open=is_open)
