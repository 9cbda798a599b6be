"""Why something that lies under models/offered cannot be chosen as a base model: told, since nothing tells more than its absence."""

import json
from pathlib import Path

from studio.models.families import family_of
from studio.models.found import FOLDER_NAME
from studio.rundir import Home

_TOKENIZERS = (
    "tokenizer.json",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "vocab.txt",
    "vocab.json",
)
"""One of these is in every folder that brings its tokenizer."""
MOST = 20


def unusable(home: Home) -> list[tuple[str, str]]:
    """`(name, what to do)` of what lies there and is not offered, by name. What begins with a dot is nobody's model."""
    place = home.models / "offered"
    found = sorted(place.iterdir(), key=lambda path: path.name) if place.is_dir() else []
    told = ((path.name, why_not(path)) for path in found if not path.name.startswith("."))
    return [(name, why) for name, why in told if why][:MOST]


def why_not(path: Path) -> str:
    """What is wrong with it and what to do; empty for a folder that can be chosen."""
    if not path.is_dir():
        return "it is a file: unpack the model into a folder of its own."
    if not FOLDER_NAME.fullmatch(path.name):
        return "rename the folder: letters without accents, digits, dots, hyphens and underscores only."
    try:
        config = json.loads((path / "config.json").read_bytes())
    except FileNotFoundError:
        inner = next((each.name for each in sorted(path.iterdir()) if (each / "config.json").is_file()), "")
        return f"the model lies one folder deeper, in “{inner}”: move that up." if inner else "it has no config.json."
    except (OSError, ValueError, RecursionError):
        return "its config.json cannot be read."
    if not isinstance(config, dict) or family_of(config) is None:
        return "the studio does not know this kind of model."
    if not any(path.glob("*.safetensors")):
        return "it holds no safetensors weights: other formats can carry code and are not loaded."
    if not any((path / name).is_file() for name in _TOKENIZERS):
        return "it has no tokenizer: copy tokenizer.json and tokenizer_config.json beside the weights."
    return ""
