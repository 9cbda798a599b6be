"""Models that people found on the Hub: their facts as they were at the pinned commit, kept beside the presets.

A choice names a model on the page and on the command line: a preset's id, `folder:NAME`, or `OWNER/NAME@COMMIT`.
"""

import contextlib
import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from studio.config import Model
from studio.errors import StudioError
from studio.models.families import shape_of
from studio.models.presets import PRESETS, Preset, preset_named
from studio.rundir import Home
from studio.storage import make_folder, write_json

_CHOICE = re.compile(r"([A-Za-z0-9][\w.-]{0,95}/[\w.-]{1,96})@([0-9a-f]{40})")
OFFERED = "folder:"
FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def choice_of(preset: Preset) -> str:
    """How the page names it."""
    if not preset.revision:
        return preset.id
    is_preset = any(each.id == preset.id and each.revision == preset.revision for each in PRESETS)
    return preset.id if is_preset else f"{preset.id}@{preset.revision}"


def remember(home: Home, preset: Preset) -> str:
    """Keep the facts of a model that was looked up, and return its choice."""
    make_folder(_place(home))
    write_json(_file(home, preset.id, preset.revision), asdict(preset))
    return choice_of(preset)


def remembered(home: Home) -> list[Preset]:
    """All that were found, by name. A damaged note is as good as none."""
    place = _place(home)
    notes = [_read(path) for path in sorted(place.glob("*.json"))] if place.is_dir() else []
    return [preset for preset in notes if preset is not None]


def facts_of(home: Home, choice: str) -> Preset:
    """What is known of a chosen model. Raises: StudioError."""
    if choice.startswith(OFFERED):
        return _of_folder(offered_folder(home, choice), choice)
    named = _CHOICE.fullmatch(choice)
    if named is None:
        return preset_named(choice)
    preset = _read(_file(home, named[1], named[2]))
    if preset is None or (preset.id, preset.revision) != (named[1], named[2]):
        raise StudioError(f"The model {named[1]} is not known here", fix="Search for it again in step 2, Model.")
    return preset


def order_of(home: Home, choice: str) -> Model:
    """The model as an order names it, with its commit. Raises: StudioError for one that is not known."""
    if choice.startswith(OFFERED):
        return Model(id=choice)
    preset = facts_of(home, choice)
    return Model(id=preset.id, revision=preset.revision)


def preset_of(home: Home, model: Model) -> Preset:
    """What is known of an order's model, at the order's own commit. Raises: StudioError."""
    known = next((preset for preset in PRESETS if preset.id == model.id), None)
    if known is not None:
        return replace(known, revision=model.revision) if model.revision else known
    return facts_of(home, f"{model.id}@{model.revision}" if model.revision else model.id)


def offered_folder(home: Home, choice: str) -> Path:
    """Where a model folder lies that the administrator offers. Raises: StudioError where there is none."""
    name = choice.removeprefix(OFFERED)
    folder = home.models / "offered" / name
    if not FOLDER_NAME.fullmatch(name) or not folder.is_dir():
        raise StudioError(
            f"There is no model folder named “{name[:80]}”", fix="Ask the administrator which folders are offered."
        )
    return folder


def _of_folder(folder: Path, choice: str) -> Preset:
    """A model folder by its config and the size of its weights; what they leave open is that of a common mid-sized encoder."""
    usual = Preset(choice, choice.removeprefix(OFFERED), "encoder", 110, 512, "unknown", "unknown")
    try:
        shape = shape_of(json.loads((folder / "config.json").read_bytes()), _of_tokenizer(folder))
        weights = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    except (OSError, ValueError, AttributeError):
        return usual
    if shape is None:
        return usual
    usual = replace(usual, family=shape.family, fills=shape.fills, chats=_has_template(folder))
    if not (shape.layers and shape.width and shape.vocabulary and weights):
        return usual
    told = {name: value for name, value in asdict(shape).items() if value}
    return replace(usual, parameters=max(0.1, round(weights / 4e6, 1)), **told)


def _has_template(folder: Path) -> bool:
    """Whether it brings a chat template: in a file of its own, or among the settings of its tokenizer."""
    if (folder / "chat_template.jinja").is_file():
        return True
    return bool(_of_tokenizer(folder).get("chat_template"))


def _of_tokenizer(folder: Path) -> dict[str, Any]:
    """The settings of its tokenizer; nothing where there are none that can be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads((folder / "tokenizer_config.json").read_bytes())
        return found if isinstance(found, dict) else {}
    return {}


def _place(home: Home) -> Path:
    return home.models / "found"


def _file(home: Home, model_id: str, revision: str) -> Path:
    return _place(home) / f"{model_id.replace('/', '--')}@{revision}.json"


def _read(path: Path) -> Preset | None:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Preset(**json.loads(path.read_bytes()))  # a note of an earlier version says less
    return None
