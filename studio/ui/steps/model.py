"""Step 2, Model: pick a base model by plain facts, and bring it to this machine if it is not here yet."""

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from studio.config import Model
from studio.errors import StudioError
from studio.models.folder import model_folder, offered_folders
from studio.models.hub import download, downloaded
from studio.models.presets import EMBEDDED, PRESETS, Preset, preset_named
from studio.models.reach import HUB
from studio.models.sizing import expected, gigabytes
from studio.tasks import task_named
from studio.ui import navigation
from studio.ui.choices import choices, chosen, radio_card, radio_cards
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import card, error_card, heading, html, more
from studio.ui.session import Session
from studio.ui.steps import data
from studio.ui.studio import Studio
from studio.ui.words import count, percent

PROGRESS = gr.Progress()
_BYTES_A_PARAMETER = 4
_FOREIGN_SHARE = 0.05
"""More letters than this outside the Latin alphabet, and an English model is not suited."""


@dataclass(frozen=True)
class ModelStep:
    """The components of step 2."""

    cards: gr.HTML
    note: gr.HTML
    fetch: gr.Button
    go_on: gr.Button

    @property
    def view(self) -> list[Any]:
        """What `show` fills, in its order."""
        return [self.cards, self.note, self.fetch, self.go_on]


def draw(studio: Studio) -> ModelStep:
    """Put the step on the page."""
    html(
        heading(
            "Which model should learn it?",
            "A base model already knows language. Larger ones learn more and take longer; the built-in one is a good start.",
        )
    )
    cards = choices("", elem_id="model-cards")
    note = html(elem_id="model-note")
    with gr.Row(elem_classes=["fs-actions"]):
        fetch = gr.Button("Download this model", visible=False, elem_id="model-fetch")
        go_on = gr.Button("Look at the settings", variant="primary", elem_id="model-next")
    return ModelStep(cards, note, fetch, go_on)


# ------------------------------------------------------------------ handlers


def show(studio: Studio, session: Session) -> list[Any]:
    """The cards, with what is true of them on this machine and for this data."""
    return [_cards(studio, session), *_below(studio, session)]


def choose(studio: Studio, session: Session, event: gr.EventData) -> tuple[Any, ...]:
    """A card was picked. The cards stay as they are, so that the keyboard keeps its place."""
    model_id = chosen(event)
    if model_id not in _offered_ids(studio, session):
        raise StudioError("There is no such base model", fix="Choose one of the cards.")
    if model_id != session.model:
        session = replace(session, model=model_id, settings={})
    return session, *_below(studio, session)


def fetching(studio: Studio, session: Session) -> tuple[Markup, Any]:
    """What is shown at once, while `fetch` works."""
    title = f"Downloading {stand_in(session.model).title} …"
    text = "It goes on when you close this page; the model is then here for all later runs."
    return card(title, text=text, tone="done"), gr.Button(interactive=False)


def fetch(studio: Studio, session: Session, progress: gr.Progress = PROGRESS) -> list[Any]:
    """Download the picked model, with its pinned revision."""
    preset = preset_named(session.model)

    def told(done: int, total: int) -> None:
        progress(done / max(1, total), desc=f"Downloading {preset.title}: {gigabytes(done)} of {gigabytes(total)}")

    try:
        download(studio.home, preset, told)
    except StudioError as error:
        cards, _note, button, go_on = show(studio, session)
        return [cards, error_card(error), button, go_on]
    return show(studio, session)


def go_on(studio: Studio, session: Session) -> Any:
    """To the settings, if the model can be used. Raises: StudioError with what to do."""
    model_folder(ordered(session.model), studio.home)
    return navigation.jump("settings")


def ordered(model_id: str) -> Model:
    """The model as an order names it. Raises: StudioError for one that is not offered."""
    if model_id.startswith("folder:"):
        return Model(id=model_id)
    preset = preset_named(model_id)
    return Model(id=preset.id, revision=preset.revision)


def stand_in(model_id: str) -> Preset:
    """Facts for the suggestions: the preset's own; a model folder is taken for a common mid-sized encoder."""
    if model_id.startswith("folder:"):
        return Preset(model_id, model_id.removeprefix("folder:"), "encoder", 110, 512, "unknown", "unknown")
    return preset_named(model_id)


# ------------------------------------------------------------------ pieces


def _suited(session: Session) -> list[Preset]:
    families = task_named(session.task).families
    return [preset for preset in PRESETS if preset.family in families]


def _offered_ids(studio: Studio, session: Session) -> list[str]:
    return [preset.id for preset in _suited(session)] + offered_folders(studio.home)


def _cards(studio: Studio, session: Session) -> Markup:
    hub = HUB.now(wait_s=0.5)
    foreign = _foreign_share(studio, session) > _FOREIGN_SHARE
    cards = {preset: _preset_card(studio, session, preset, hub, foreign=foreign) for preset in _suited(session)}
    absent = [each for preset, each in cards.items() if hub is False and not _is_here(studio, preset)]
    here = [each for each in cards.values() if each not in absent]
    folders = [
        radio_card(
            model_id,
            model_id.removeprefix("folder:"),
            element("span", "A model folder that the administrator of this server offers."),
            element("ul", _chip("On this server", "good"), class_="fs-chips"),
            group="model",
            checked=model_id == session.model,
        )
        for model_id in offered_folders(studio.home)
    ]
    return fragment(radio_cards("Base model", [*here, *folders]), _far(absent, is_reachable=hub is not False))


def _far(cards: list[Markup], *, is_reachable: bool) -> Markup:
    """The models that cannot be had now, folded away with the reason."""
    if is_reachable or not cards:
        return fragment()
    told = "The Hugging Face Hub, the source of all other models, cannot be reached from here: only models on this machine can be used."
    title = f"{count(len(cards), 'model')} to download when the Hugging Face Hub can be reached"
    return fragment(
        element("p", told, class_="fs-note fs-below", data_tone="watch"),
        more(title, radio_cards("Base models to download", cards)),
    )


def _is_here(studio: Studio, preset: Preset) -> bool:
    return preset.id == EMBEDDED.id or downloaded(studio.home, preset) is not None


def _preset_card(studio: Studio, session: Session, preset: Preset, hub: bool | None, *, foreign: bool) -> Markup:
    here = _is_here(studio, preset)
    need = expected(preset, studio.machine)
    size = gigabytes(preset.parameters * 1e6 * _BYTES_A_PARAMETER)
    place = (
        _chip("On this machine", "good")
        if here
        else _chip("Not on this machine", "")
        if hub is False
        else _chip(f"Download {size}", "info")
    )
    suited = _chip("Not for your texts’ script", "watch") if foreign and preset.languages == "English" else None
    facts = (
        f"{preset.parameters:,.0f} M parameters · {preset.languages} · {preset.context:,} tokens · {_license(preset)}",
        f"Here, roughly estimated: {need.in_words}",
    )
    return radio_card(
        preset.id,
        preset.title,
        element("span", preset.note) if preset.note else None,
        [element("em", fact) for fact in facts],
        element("ul", place, suited, class_="fs-chips"),
        group="model",
        checked=preset.id == session.model,
        disabled=not here and hub is False,
    )


def _license(preset: Preset) -> str:
    """As people write it: MIT, Apache-2.0."""
    return preset.license.upper() if len(preset.license) <= 4 else preset.license.capitalize()


def _chip(text: str, tone: str) -> Markup:
    return element("li", text, data_tone=tone or None)


def _below(studio: Studio, session: Session) -> list[Any]:
    """The note under the cards and the two buttons."""
    try:
        model_folder(ordered(session.model), studio.home)
    except StudioError as error:
        preset = next((preset for preset in PRESETS if preset.id == session.model), None)
        size = gigabytes(preset.parameters * 1e6 * _BYTES_A_PARAMETER) if preset else ""
        return [
            "" if preset else error_card(error),
            gr.Button(f"Download {preset.title} ({size})" if preset else "", visible=preset is not None),
            gr.Button(interactive=False),
        ]
    return [_language_note(studio, session), gr.Button(visible=False), gr.Button(interactive=True)]


def _language_note(studio: Studio, session: Session) -> Markup:
    preset = stand_in(session.model)
    share = _foreign_share(studio, session)
    if share <= _FOREIGN_SHARE or preset.languages != "English":
        return fragment()
    told = f"{percent(share, 0)} of the letters in your texts are not Latin, and {preset.title} knows English only. "
    return element("p", told + "Choose a multilingual model if you can.", class_="fs-note", data_tone="watch")


def _foreign_share(studio: Studio, session: Session) -> float:
    """Share of letters outside the Latin alphabet in a sample of the texts: a hint that needs no language guesser."""
    if not session.table:
        return 0.0
    try:
        examples = data.look(studio, session).examples
    except StudioError:
        return 0.0
    sample = examples[:: max(1, len(examples) // 200)]
    letters = [
        letter for example in sample for text in example.inputs.values() for letter in text[:500] if letter.isalpha()
    ]
    return sum(ord(letter) > 0x24F for letter in letters) / max(1, len(letters))
