"""What an empty studio says: what is needed, what comes out, and examples to start with."""

from collections.abc import Sequence

from studio.ui.bundled import Bundled
from studio.ui.choices import button_card
from studio.ui.markup import Markup, element, fragment

_PROMISES = (
    (
        "What you need",
        "A table with a few dozen examples, better a few hundred: texts, and beside each what the model should say to it.",
    ),
    (
        "What you get",
        "A model that answers new texts, an honest report on rows it never saw, and a zip that runs anywhere.",
    ),
    ("Where your data stays", "On this machine. Nothing is sent anywhere; no account and no graphics card are needed."),
)


def promises() -> Markup:
    """Three sentences for a person who comes for the first time."""
    told = [element("div", element("h2", title), element("p", text)) for title, text in _PROMISES]
    return element("div", told, class_="fs-promises")


def example_cards(examples: Sequence[Bundled]) -> Markup:
    """One card an example table; nothing when none is bundled."""
    cards = [button_card(str(place), each.title, element("span", each.text)) for place, each in enumerate(examples)]
    if not cards:
        return fragment()
    return fragment(element("p", "or start with an example", class_="fs-or"), element("div", cards, class_="fs-picks"))
