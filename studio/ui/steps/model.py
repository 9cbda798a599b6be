"""Step 2, Model: pick a base model by plain facts, and bring it to this machine if it is not here yet."""

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.models.hub import on_its_way
from studio.models.hub.background import DOWNLOADS, Fetching
from studio.models.hub.words import consent
from studio.models.presets import Preset
from studio.models.reach import HUB
from studio.models.sizing import expected, fit_here, gigabytes, size_of
from studio.models.unusable import unusable
from studio.ui import base_model, navigation
from studio.ui.choices import choices, chosen
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import error_card, heading, html
from studio.ui.session import Session
from studio.ui.steps import data, hub_search
from studio.ui.studio import Studio
from studio.ui.views import models
from studio.ui.words import percent

_FOREIGN_SHARE = 0.05
"""More letters than this outside the Latin alphabet, and an English model is not suited."""
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class ModelStep:
    """The components of step 2."""

    cards: gr.HTML
    note: gr.HTML
    fetch: gr.Button
    cancel: gr.Button
    go_on: gr.Button
    timer: gr.Timer
    """Ticks while the picked model is being downloaded."""
    search: hub_search.SearchPart

    @property
    def view(self) -> list[Any]:
        """What `show` fills, in its order."""
        return [self.cards, *self.below]

    @property
    def below(self) -> list[Any]:
        """What lies under the cards."""
        return [self.note, self.fetch, self.cancel, self.go_on, self.timer]


def draw(studio: Studio) -> ModelStep:
    """Put the step on the page."""
    html(
        heading(
            "Which model should learn it?",
            "A base model already knows language. Larger ones learn more and take longer; start with the one that is picked already.",
        )
    )
    cards = choices("", elem_id="model-cards")
    note = html(elem_id="model-note")
    with gr.Row(elem_classes=["fs-actions"]):
        fetch = gr.Button("Download this model", visible=False, elem_id="model-fetch")
        cancel = gr.Button("Cancel the download", visible=False, elem_id="model-cancel")
        go_on = gr.Button("Look at the settings", variant="primary", elem_id="model-next")
    search = hub_search.draw()
    return ModelStep(cards, note, fetch, cancel, go_on, gr.Timer(_LOOK_EVERY_S, active=False), search)


# ------------------------------------------------------------------ handlers


def show(studio: Studio, session: Session) -> list[Any]:
    """The cards, with what is true of them on this machine and for this data."""
    return [_cards(studio, session), *_below(studio, session)]


def choose(studio: Studio, session: Session, event: gr.EventData) -> tuple[Any, ...]:
    """A card was picked. The cards stay as they are, so that the keyboard keeps its place."""
    choice = chosen(event)
    if choice not in base_model.offered(studio.home, session):
        raise StudioError("There is no such base model", fix="Choose one of the cards.")
    if choice != session.model:
        session = replace(session, model=choice, settings={})
    return session, *_below(studio, session)


def fetch(studio: Studio, session: Session) -> list[Any]:
    """Begin to download the picked model, at its pinned commit, or go on with it."""
    preset = base_model.facts(studio.home, session)
    if not base_model.is_here(studio.home, preset):
        DOWNLOADS.start(studio.home, preset)
    return show(studio, session)


def cancel(studio: Studio, session: Session) -> list[Any]:
    """End the download; what has come is kept."""
    DOWNLOADS.cancel(studio.home, base_model.facts(studio.home, session))
    return _below(studio, session)


def watch(studio: Studio, session: Session) -> list[Any]:
    """A look at the download, every second; the cards change when it is over."""
    at_work = DOWNLOADS.of(studio.home, base_model.facts(studio.home, session))
    if at_work is None or at_work.is_over:
        return show(studio, session)
    return [gr.skip(), *_below(studio, session)]


def go_on(studio: Studio, session: Session) -> Any:
    """To the settings, if the model can be used. Raises: StudioError with what to do."""
    base_model.usable(studio.home, session)
    return navigation.jump("settings")


# ------------------------------------------------------------------ pieces


def _cards(studio: Studio, session: Session) -> Markup:
    foreign = _foreign_share(studio, session) > _FOREIGN_SHARE
    offers = [
        _offer(studio, choice, preset, foreign=foreign)
        for choice, preset in base_model.offered(studio.home, session).items()
    ]
    return models.models(offers, base_model.picked(studio.home, session), HUB.now(wait_s=0.5), unusable(studio.home))


def _offer(studio: Studio, choice: str, preset: Preset, *, foreign: bool) -> models.Offer:
    fit = fit_here(preset, studio.machine)
    return models.Offer(
        choice,
        preset,
        base_model.is_here(studio.home, preset),
        fit,
        expected(preset, studio.machine, trains="lora" if fit.trains == "lora" else "whole").tokens_per_s,
        size_of(preset),
        foreign and preset.languages == "English",
    )


def _below(studio: Studio, session: Session) -> list[Any]:
    """The note under the cards, the buttons, and whether the download is to be looked at."""
    preset = base_model.facts(studio.home, session)
    try:
        base_model.usable(studio.home, session)
    except StudioError as error:
        return _absent(studio, preset, error)
    return [fragment(_size_note(studio, preset), _language_note(studio, session, preset)), *_buttons(go_on=True)]


def _absent(studio: Studio, preset: Preset, error: StudioError) -> list[Any]:
    """Under the cards for a model that is not on this machine."""
    if not preset.revision:
        return [error_card(error), *_buttons()]
    at_work = DOWNLOADS.of(studio.home, preset)
    if at_work is not None and not at_work.is_over:
        return [models.fetching(preset, at_work), *_buttons(cancel=not at_work.is_cancelled, watched=True)]
    return [_before(studio, preset, at_work), *_buttons(_fetch_words(studio, preset))]


def _before(studio: Studio, preset: Preset, ended: Fetching | None) -> Markup:
    """How the last try ended; else what must be done first."""
    if ended is not None and ended.error is not None:
        return error_card(ended.error)
    asked = element("p", consent(preset.id), class_="fs-note", data_tone="watch") if preset.is_gated else None
    return fragment(asked, _size_note(studio, preset))


def _fetch_words(studio: Studio, preset: Preset) -> str:
    came = on_its_way(studio.home, preset)
    if came:
        return f"Go on with the download of {preset.title} ({gigabytes(came)} are here)"
    return f"Download {preset.title} ({models.size_of_download(preset)})"


def _buttons(fetch: str = "", *, cancel: bool = False, go_on: bool = False, watched: bool = False) -> list[Any]:
    return [
        gr.Button(fetch, visible=bool(fetch)),
        gr.Button(visible=cancel),
        gr.Button(interactive=go_on),
        gr.Timer(active=watched),
    ]


def _size_note(studio: Studio, preset: Preset) -> Markup:
    fit = fit_here(preset, studio.machine)
    if fit.trains is not None:
        return fragment()
    told = (
        f"{preset.title} needs about {gigabytes(fit.memory)} of memory to be tuned, more than this machine has free. "
        "Choose a smaller one, or a machine with a larger graphics card."
    )
    return element("p", told, class_="fs-note", data_tone="watch")


def _language_note(studio: Studio, session: Session, preset: Preset) -> Markup:
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
