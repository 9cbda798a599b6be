"""Which files a model's weights come from: safetensors files of its own folder, whatever its settings say.

transformers follows these names without a look: to a pickle, or into the folder of another model.
"""

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from studio.errors import StudioError

INDEX = "model.safetensors.index.json"
_PLAIN = re.compile(r"[\w-][\w.-]{0,199}\.safetensors", re.ASCII)
_MOST_BYTES = 50_000_000
"""Of an index; the largest models' have a tenth of this."""


def refuse_strange_index(file: Path, there: Collection[str]) -> None:
    """Refuse an index that names anything but safetensors files among `there`. Raises: StudioError."""
    index: Any = None
    if file.stat().st_size <= _MOST_BYTES:
        try:
            index = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError):
            index = None
    named = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(named, dict) or not named:
        raise _refusal("The list of the model's weight files cannot be read", file.name)
    for name in named.values():
        if not isinstance(name, str) or not _PLAIN.fullmatch(name) or name not in there:
            raise _refusal("The model's weights are not all in safetensors files of its own", str(name)[:80])


def refuse_strange_weights(folder: Path) -> None:
    """Refuse a folder whose weights would be read from elsewhere, or from another kind of file. Raises: StudioError.

    A link to a file is such a file: only the owner of this machine makes links, as the Hub's own cache holds them.
    """
    settings = json.loads((folder / "config.json").read_bytes())
    if isinstance(settings, dict) and (named := settings.get("transformers_weights")) is not None:
        raise _refusal("The model's settings name another file for its weights", str(named)[:80])
    if (folder / "adapter_config.json").exists():
        raise _refusal("The folder holds an adapter, which changes another model", "adapter_config.json")
    if (folder / "model.safetensors").is_file() or not (folder / INDEX).is_file():
        return
    refuse_strange_index(folder / INDEX, {each.name for each in folder.glob("*.safetensors") if each.is_file()})


def _refusal(what: str, where: str) -> StudioError:
    return StudioError(what, where=where, fix="Choose another base model.")
