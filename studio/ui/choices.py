"""Cards to choose from, as HTML with native buttons and radio buttons: `choose` is the event, the choice its data."""

import gradio as gr

from studio.ui.markup import Child, Markup, element

_SCRIPT = """
const said = (control) => { if (control) trigger('choose', {choice: control.dataset.choice}); };
element.addEventListener('change', (event) => said(event.target.closest('input[data-choice]')));
element.addEventListener('click', (event) => said(event.target.closest('button[data-choice]')));
"""


def choices(value: str, *, elem_id: str) -> gr.HTML:
    """HTML that speaks; `value` must be made of `button_card` and `radio_card`."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=_SCRIPT, padding=False, container=False, apply_default_css=False)


def chosen(event: gr.EventData) -> str:
    """What was chosen: a stranger's word, at most 300 characters."""
    data = event._data
    value = data.get("choice") if isinstance(data, dict) else None
    return value[:300] if isinstance(value, str) else ""


def button_card(choice: str, title: str, *body: Child) -> Markup:
    """A card that acts at once."""
    return element(
        "button", element("b", title), body, type="button", data_choice=choice, class_="fs-pick fs-pick-button"
    )


def radio_card(choice: str, title: str, *body: Child, group: str, checked: bool, disabled: bool = False) -> Markup:
    """A card of which one is chosen; the arrow keys move within its group."""
    control = element(
        "input", type="radio", name=group, data_choice=choice, value=choice, checked=checked, disabled=disabled
    )
    return element("label", control, element("span", element("b", title), body), class_="fs-pick")


def radio_cards(label: str, cards: Child) -> Markup:
    """The group."""
    return element("div", cards, class_="fs-picks", role="radiogroup", aria_label=label)
