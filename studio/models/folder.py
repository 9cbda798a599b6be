"""From a run's base model to the folder it is loaded from. Knows where models lie, not how they are loaded."""

import json
import re
from dataclasses import replace
from pathlib import Path

from studio.config import Model
from studio.errors import StudioError
from studio.models.embedded import embedded_folder
from studio.models.hub import downloaded, refuse_code
from studio.models.presets import preset_named
from studio.rundir import Home

_OFFERED = "folder:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def model_folder(model: Model, home: Home) -> Path:
    """The folder of `model` on this machine. Raises: StudioError with what to do when it is not here."""
    if model.id == "embedded":
        return embedded_folder()
    if model.id.startswith(_OFFERED):
        return _offered(model.id.removeprefix(_OFFERED), home)
    preset = preset_named(model.id)
    if model.revision:  # the order's own pin, also after a later version of the studio moved the preset's
        preset = replace(preset, revision=model.revision)
    folder = downloaded(home, preset)
    if folder is None:
        raise StudioError(
            f"The base model {preset.title} is not on this machine",
            where=f"{preset.id} at revision {preset.revision[:12]}",
            fix="Download it in step 2, Model, or choose the built-in one.",
        )
    return folder


def offered_folders(home: Home) -> list[str]:
    """Model ids (`folder:NAME`) of the folders the administrator put under models/offered, by name."""
    place = home.models / "offered"
    names = sorted(path.name for path in place.iterdir()) if place.is_dir() else []
    return [_OFFERED + name for name in names if _NAME.fullmatch(name) and (place / name / "config.json").is_file()]


_DECODERS = ("ForCausalLM", "LMHeadModel")


def family_of(model: Model, folder: Path) -> str:
    """`encoder`, `decoder` or `encoder-decoder`: a preset's fact, else what the folder's config.json says."""
    if not model.id.startswith(_OFFERED):
        return preset_named(model.id).family
    try:
        facts = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return "encoder"
    if facts.get("is_encoder_decoder"):
        return "encoder-decoder"
    named = [str(name) for name in facts.get("architectures") or ()]
    is_decoder = facts.get("is_decoder") or (
        any(name.endswith(_DECODERS) for name in named) and "bert" not in str(facts.get("model_type")).lower()
    )
    return "decoder" if is_decoder else "encoder"


def pooling_of(model: Model, folder: Path) -> str:
    """How this model's token vectors become one, `mean` or `first`: a preset's fact, else the folder's own word.

    Source: sentence-transformers keeps `1_Pooling/config.json` beside the weights; without it, the mean.
    """
    if not model.id.startswith(_OFFERED):
        return preset_named(model.id).pooling
    try:
        facts = json.loads((folder / "1_Pooling" / "config.json").read_bytes())
    except (OSError, ValueError):
        return "mean"
    return "first" if facts.get("pooling_mode_cls_token") else "mean"


def _offered(name: str, home: Home) -> Path:
    folder = home.models / "offered" / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        raise StudioError(
            f"There is no model folder named {name[:80]!r}", fix="Ask the administrator which folders are offered."
        )
    try:
        refuse_code(json.loads((folder / "config.json").read_bytes()))
    except (OSError, ValueError) as error:
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
