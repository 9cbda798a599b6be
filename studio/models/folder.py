"""From a run's base model to the folder it is loaded from. Knows where models lie, not how they are loaded."""

import json
from pathlib import Path
from typing import Any, Literal

from studio.config import Model
from studio.errors import StudioError
from studio.models.embedded import embedded_folder
from studio.models.families import family_of
from studio.models.found import OFFERED, offered_folder
from studio.models.hub import downloaded, refuse_code, refuse_strange_weights
from studio.models.presets import PRESETS, preset_named
from studio.models.unusable import why_not
from studio.rundir import Home


def model_folder(model: Model, home: Home) -> Path:
    """The folder of `model` on this machine. Raises: StudioError with what to do when it is not here."""
    if model.id == "embedded":
        return embedded_folder()
    if model.id.startswith(OFFERED):
        return _offered(model.id, home)
    if not model.revision:
        model = Model(id=model.id, revision=preset_named(model.id).revision)
    folder = downloaded(home, model)  # the order's own pin, also after a later version of the studio moved the preset's
    if folder is None:
        title = next((preset.title for preset in PRESETS if preset.id == model.id), model.id)
        raise StudioError(
            f"The base model {title} is not on this machine",
            where=f"{model.id} at revision {model.revision[:12]}",
            fix="Download it in step 2, Model, or choose the built-in one.",
        )
    return folder


def offered_folders(home: Home) -> list[str]:
    """Model ids (`folder:NAME`) of the folders under models/offered that can be chosen, by name."""
    place = home.models / "offered"
    folders = sorted(place.iterdir()) if place.is_dir() else []
    return [OFFERED + folder.name for folder in folders if not why_not(folder)]


def family_in(folder: Path) -> str:
    """`encoder`, `decoder` or `encoder-decoder`, as the folder's config.json says; empty for a model of no known kind."""
    return family_of(_json(folder / "config.json")) or ""


def pooling_of(model: Model, folder: Path) -> Literal["mean", "first", "last"]:
    """How this model's token vectors become one, `mean`, `first` or `last`: a preset's fact, else the folder's own word.

    Source: sentence-transformers keeps `1_Pooling/config.json` beside the weights; without it, the mean, and a decoder's
    last token, which alone has seen all others.
    """
    known = next((preset for preset in PRESETS if preset.id == model.id), None)
    if known is not None:
        return known.pooling
    facts = _json(folder / "1_Pooling" / "config.json")
    if facts.get("pooling_mode_cls_token"):
        return "first"
    is_decoder = family_of(_json(folder / "config.json")) == "decoder"
    return "last" if facts.get("pooling_mode_lasttoken") or (is_decoder and not facts) else "mean"


def _json(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _offered(choice: str, home: Home) -> Path:
    folder = offered_folder(home, choice)
    name = folder.name
    try:
        refuse_code(json.loads((folder / "config.json").read_bytes()))
        refuse_strange_weights(folder)
    except (OSError, ValueError, RecursionError) as error:
        raise StudioError(
            "The model folder has no readable config.json", where=name, fix="Choose another base model."
        ) from error
    if not any(folder.glob("*.safetensors")):
        raise StudioError(
            "The model folder holds no safetensors weights",
            where=name,
            fix="Convert the model to safetensors; other formats can carry code and are not loaded.",
        )
    return folder
