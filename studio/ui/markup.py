"""HTML from trusted shapes and untrusted texts: a plain `str` is always escaped, only a `Markup` is taken as it is."""

import re
from collections.abc import Iterable
from html import escape

_QUOTED = re.compile(r"“[^”]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc][^”]*”")
"""A quoted text with letters that run from right to left."""
_VOID = frozenset({"br", "hr", "img", "input", "path", "rect", "circle", "line"})


class Markup(str):
    """Finished HTML. Made by `element` and `fragment` alone."""

    __slots__ = ()


Child = str | int | float | None | Iterable["Child"]
"""A text, a `Markup`, nothing, or several of these."""


def fragment(*children: Child) -> Markup:
    """The children one after the other."""
    return Markup("".join(_html(child) for child in children))


def element(tag: str, *children: Child, **attributes: object) -> Markup:
    """`<tag …>children</tag>`. `class_` is class, `data_row` is data-row; None and False leave an attribute out."""
    told = "".join(_attribute(name, value) for name, value in attributes.items())
    return Markup(f"<{tag}{told}>" if tag in _VOID else f"<{tag}{told}>{fragment(*children)}</{tag}>")


def sentence(text: str) -> Markup:
    """A sentence of ours with quoted texts of a person's; of those from right to left, each is kept apart.

    Else two quoted Arabic texts with nothing but a comma between them would change places.
    """
    pieces: list[Child] = []
    at = 0
    for found in _QUOTED.finditer(text):
        pieces += [text[at : found.start()], element("bdi", found[0])]
        at = found.end()
    return fragment(*pieces, text[at:])


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f' {name}=""' if value is True else f' {name}="{escape(str(value))}"'


def _html(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str | int | float):
        return escape(str(child))
    return "".join(_html(each) for each in child)
