"""Base models as cards, by the size of the machine that they want, and a download as it goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.models.hub.background import Fetching
from studio.models.presets import Preset
from studio.models.sizing import SIZES, Fit, Size, gigabytes
from studio.ui.choices import radio_card, radio_cards
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import card, more
from studio.ui.quantities import about
from studio.ui.words import count

_BYTES_A_PARAMETER = {"encoder": 4, "encoder-decoder": 4, "decoder": 2}
"""As the weights are usually published."""
_LICENSES = {"mit": "MIT", "gemma": "Gemma terms", "llama3.2": "Llama 3.2 licence", "not said": "licence not said"}
_FITS = {
    "whole": ("Fits here", "good"),
    "lora": ("Fits here with adapters", "good"),
    "head": ("Only its head fits here", "watch"),
}
_TOO_LARGE = ("Too large for this machine", "watch")


@dataclass(frozen=True)
class Offer:
    """A model with what is true of it on this machine."""

    choice: str
    preset: Preset
    is_here: bool
    fit: Fit
    speed: float
    """Tokens that training reads a second, roughly."""
    size: Size | None
    is_foreign: bool = False
    """Whether the texts are in a script that it does not know."""


def models(offers: Sequence[Offer], picked: str, hub: bool | None, unusable: Sequence[tuple[str, str]] = ()) -> Markup:
    """All of them; those that cannot be had now are folded away with the reason. `unusable`: `(name, what to do)`."""
    absent = [offer for offer in offers if hub is False and not offer.is_here]
    here = [offer for offer in offers if offer not in absent]
    cards = {offer.choice: _card(offer, picked, hub) for offer in offers}
    return fragment(_by_size(here, cards), _far(absent, cards, any_here=bool(here)), _left_out(unusable))


def _left_out(unusable: Sequence[tuple[str, str]]) -> Markup | None:
    """What an administrator put beside the offered folders in vain."""
    if not unusable:
        return None
    items = [element("li", element("bdi", name[:100]), ": ", why) for name, why in unusable]
    title = f"{count(len(unusable), 'item')} in models/offered cannot be used"
    return more(title, element("ul", items, class_="fs-list"))


def size_of_download(preset: Preset) -> str:
    """About how much has to come: 0.5 GB."""
    return gigabytes(preset.parameters * 1e6 * _BYTES_A_PARAMETER[preset.family])


def fetching(preset: Preset, at_work: Fetching) -> Markup:
    """How far a download is."""
    if at_work.is_cancelled:
        return card(f"Ending the download of {preset.title} …", tone="done")
    title = f"Downloading {preset.title} …"
    text = "It goes on when you close this page; the model is then here for all later runs."
    if not at_work.total:
        return card(title, text=text, tone="done")
    done, total = at_work.done, at_work.total
    left = at_work.seconds_left
    told = f"{gigabytes(done)} of {gigabytes(total)}" + (f" · {about(left)} left" if left is not None else "")
    bar = element("progress", value=done, max=total, class_="fs-progress", aria_label=title)
    return card(title, bar, element("p", told, class_="fs-quiet"), text=text, tone="done")


def _by_size(offers: Sequence[Offer], cards: dict[str, Markup]) -> Markup:
    """Under a heading for each size of machine, where there is more than one."""
    groups: list[tuple[str, list[Markup]]] = [
        (size.title, [cards[offer.choice] for offer in offers if offer.size == size]) for size in SIZES
    ]
    groups.append(("For more than that", [cards[offer.choice] for offer in offers if offer.size is None]))
    groups = [(title, each) for title, each in groups if each]
    if len(groups) <= 1:
        return fragment([radio_cards("Base model", each) for _title, each in groups])
    return fragment(
        [
            fragment(element("h3", title, class_="fs-size"), radio_cards(f"Base models. {title}", each))
            for title, each in groups
        ]
    )


def _far(offers: Sequence[Offer], cards: dict[str, Markup], *, any_here: bool) -> Markup:
    if not offers:
        return fragment()
    if any_here:
        told = "The Hugging Face Hub, the source of all other models, cannot be reached from here: only models on this machine can be used."
        what = None
    else:
        told = "The Hugging Face Hub cannot be reached from here, and no model that can do this task is on this machine yet."
        what = _without_the_hub(offers[0].preset)
    title = f"{count(len(offers), 'model')} to download when the Hugging Face Hub can be reached"
    return fragment(
        element("p", told, class_="fs-note fs-below", data_tone="watch"),
        what,
        more(title, radio_cards("Base models to download", [cards[offer.choice] for offer in offers])),
    )


def _without_the_hub(preset: Preset) -> Markup:
    """What to do for a task that no built-in model can do."""
    files = "'*.json' '*.safetensors' '*.jinja' '*.txt' '*.model'"
    folder = preset.id.rpartition("/")[2]
    command = f"hf download {preset.id} --revision {preset.revision} --local-dir {folder} --include {files}"
    steps = (
        ["Connect this machine to the internet, or set HF_ENDPOINT to a mirror of the Hub that it can reach; then open this step again."],
        [f"Or fetch a model on another machine, for example {preset.title}, with ", element("code", command), "."],
        ["Then copy that folder into ", element("code", "models/offered"), " in the studio’s data folder: it is offered here at once."],
    )  # fmt: skip
    return element("ol", [element("li", step) for step in steps], class_="fs-list")


def _card(offer: Offer, picked: str, hub: bool | None) -> Markup:
    preset = offer.preset
    if preset.id.startswith("folder:"):
        place, note = _chip("On this server", "good"), "A model folder that the administrator of this server offers."
    else:
        place, note = _place(offer, hub), preset.note
    gated = _chip("Its owner asks for consent", "watch") if preset.is_gated and not offer.is_here else None
    suited = _chip("Not for your texts’ script", "watch") if offer.is_foreign else None
    fits = _chip(*(_FITS[offer.fit.trains] if offer.fit.trains else _TOO_LARGE))
    how = " with adapters" if offer.fit.trains == "lora" else ""
    length = f"{preset.context:,} tokens"
    languages = "languages not known" if preset.languages == "unknown" else preset.languages
    said = (_parameters(preset), languages, length, _license(preset), _taught(preset))
    needs = f"Here, roughly: {_speed(offer)}, from {gigabytes(offer.fit.memory)} of memory{how}"
    facts = (" · ".join(each for each in said if each), needs)
    return radio_card(
        offer.choice,
        preset.title,
        element("span", note) if note else None,
        [element("em", fact) for fact in facts],
        element("ul", place, fits, gated, suited, class_="fs-chips"),
        group="model",
        checked=offer.choice == picked,
        disabled=not offer.is_here and hub is False,
    )


def _place(offer: Offer, hub: bool | None) -> Markup:
    if offer.is_here:
        return _chip("On this machine", "good")
    return (
        _chip("Not on this machine", "")
        if hub is False
        else _chip(f"Download {size_of_download(offer.preset)}", "info")
    )


def _speed(offer: Offer) -> str:
    return f"{offer.speed:,.0f} tokens a second" if offer.speed >= 1 else "less than 1 token a second"


def _parameters(preset: Preset) -> str:
    """As in 135 M parameters, 1.7 B parameters. Of a folder it is reckoned from the size of its weights."""
    millions = preset.parameters
    if millions < 1:
        return "less than 1 M parameters"
    return f"{millions / 1000:.1f} B parameters" if millions >= 1000 else f"{millions:,.0f} M parameters"


def _taught(preset: Preset) -> str:
    return "" if preset.family != "decoder" else "taught to chat" if preset.chats else "not taught to chat"


def _license(preset: Preset) -> str:
    """As people write it: MIT, Apache-2.0."""
    return (
        "license not known"
        if preset.license == "unknown"
        else _LICENSES.get(preset.license, preset.license.capitalize())
    )


def _chip(text: str, tone: str) -> Markup:
    return element("li", text, data_tone=tone or None)
