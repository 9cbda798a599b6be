"""In step 2: looking for other base models on the Hub. What is picked is pinned to the commit of that moment."""

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.models.found import remember
from studio.models.hub.find import HUB_ID, Found, look_up, search
from studio.models.presets import suits
from studio.tasks import task_named
from studio.ui.choices import button_card, choices, chosen
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import error_card, html
from studio.ui.session import Session
from studio.ui.studio import Studio
from studio.ui.words import count

_ABOUT = (
    "Only models with safetensors weights, of kinds that the studio knows, and without program code of their own. What you pick "
    "is pinned to its present commit, so that the run can be repeated. The studio has not tried them; look at their licence."
)
_FEWEST = 2
_MANY = 1000


@dataclass(frozen=True)
class SearchPart:
    """The field, its button, and what was found."""

    words: gr.Textbox
    find: gr.Button
    results: gr.HTML


def draw() -> SearchPart:
    """Put it on the page, folded away."""
    with gr.Accordion("Look for another model on the Hugging Face Hub", open=False, elem_id="model-search"):
        html(element("p", _ABOUT, class_="fs-quiet"))
        with gr.Row(elem_classes=["fs-actions"]):
            words = gr.Textbox(label="Name, or part of it", max_lines=1, max_length=200, elem_id="model-search-words")
            find = gr.Button("Search", elem_id="model-search-find")
        results = choices("", elem_id="model-search-results")
    return SearchPart(words, find, results)


def find(studio: Studio, session: Session, words: str) -> Markup:
    """Ask the Hub."""
    words = str(words or "").strip()
    if len(words) < _FEWEST:
        return element("p", "Write at least two letters of its name.", class_="fs-quiet")
    task = task_named(session.task)
    try:
        found = search(words, task.families)
    except StudioError as error:
        return error_card(error)
    named = _named(words) if HUB_ID.fullmatch(words) and all(each.id != words for each in found) else None
    if not found and named is None:
        return element("p", f"The Hub knows no such model that can be tuned for {task.title}.", class_="fs-quiet")
    usable = [_card(each) for each in found if not each.refusal]
    refused = [element("li", element("b", each.id), f": {each.refusal}") for each in found if each.refusal]
    return fragment(
        element("p", f"{count(len(usable), 'model')}, the most used first. Pick one.", class_="fs-quiet") if usable else None,
        element("div", named, usable, class_="fs-picks"),
        element("p", "Found, but refused: the studio never runs code from a model.", class_="fs-quiet fs-below") if refused else None,
        element("ul", refused, class_="fs-list") if refused else None,
    )  # fmt: skip


def look(studio: Studio, session: Session, event: gr.EventData) -> tuple[Session, Markup]:
    """One was picked: look it up in full, and make it the form's model. Where that fails, the reason takes its place."""
    try:
        preset = look_up(chosen(event))
        task = task_named(session.task)
        if not suits(preset, task.families, writes=task.writes):
            raise StudioError(
                f"A model of this kind ({preset.family}) cannot be tuned for {task.title}", fix="Choose another one."
            )
    except StudioError as error:
        return session, error_card(error)
    choice = remember(studio.home, preset)
    told = f"{preset.title} is picked, at commit {preset.revision[:12]}; it stands among the models above."
    return replace(session, model=choice, settings={}), element("p", told, class_="fs-quiet fs-below", role="status")


def _named(model_id: str) -> Markup:
    """A model that was named in full and not found by the words: it may be new, private, or kept from searches."""
    return button_card(model_id, model_id, element("em", "Look up this very model"))


def _card(found: Found) -> Markup:
    size = (
        f"{found.parameters / _MANY:.1f} B parameters"
        if found.parameters >= _MANY
        else f"{found.parameters:,.0f} M parameters"
    )
    facts: tuple[Any, ...] = (size if found.parameters else "size not said", found.languages, found.license)
    consent = element("ul", element("li", "Its owner asks for consent", data_tone="watch"), class_="fs-chips")
    return button_card(
        found.id,
        found.id,
        element("em", " · ".join(facts)),
        element("em", f"{found.downloads:,} downloads last month"),
        consent if found.is_gated else None,
    )
