"""HTML whose buttons speak: what a person does in it becomes an event of the page (the script is assets/results.js).

Events, each with the data its handler gets in `gr.EventData`:
`cell` (truth, answer) for a number of the confusion matrix, `act` (act, run, place, runs) for a button with `data-act`,
`refresh` when its step is opened, by a click or by a jump (which gradio's `Tab.select` does not tell), and every so many
seconds while something with `data-refresh` can be seen. All of it is a stranger's word.
"""

import gradio as gr

from studio.assets import ASSETS

SCRIPT = (ASSETS / "results.js").read_text(encoding="utf-8")


def clickable(value: str = "", *, elem_id: str | None = None) -> gr.HTML:
    """A piece of HTML with listeners; `value` must be a `Markup`, or a constant of ours."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=SCRIPT, padding=False, container=False, apply_default_css=False)


def number_of(event: gr.EventData, name: str) -> int:
    """A whole number the browser sent, or -1."""
    value = _data(event).get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def text_of(event: gr.EventData, name: str) -> str:
    """A short text the browser sent, or nothing."""
    value = _data(event).get(name)
    return value if isinstance(value, str) and len(value) <= 200 else ""


def texts_of(event: gr.EventData, name: str) -> list[str]:
    """A few short texts the browser sent."""
    values = _data(event).get(name)
    return [each for each in values[:10] if isinstance(each, str)] if isinstance(values, list) else []


def _data(event: gr.EventData) -> dict[str, object]:
    data = event._data
    return data if isinstance(data, dict) else {}
