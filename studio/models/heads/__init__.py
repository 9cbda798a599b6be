"""The heads a base model can wear: every class of this folder's modules that has a `kind`."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from studio.errors import StudioError
from studio.models.heads import files
from studio.models.heads.files import facts_from, head_files
from studio.models.heads.head import Head, HeadFacts, Layout, Wearing
from studio.models.heads.pooled import SCALE, PooledHead, SequenceHead

__all__ = [
    "HEADS",
    "SCALE",
    "Head",
    "HeadFacts",
    "Layout",
    "PooledHead",
    "SequenceHead",
    "Wearing",
    "facts_from",
    "head_files",
    "head_from",
    "head_named",
]


def _discover() -> dict[str, type[Head]]:
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    classes = [each for module in modules for each in vars(module).values() if isinstance(each, type)]
    return {each.kind: each for each in classes if issubclass(each, Head) and hasattr(each, "kind")}


HEADS = _discover()
"""Kind of head → its class."""


def head_named(kind: str) -> type[Head]:
    """The head of that kind. Raises: StudioError."""
    try:
        return HEADS[kind]
    except KeyError:
        raise StudioError(f"There is no head of the kind {kind[:40]!r}", fix="Update the studio.") from None


def head_from(folder: Path, name: str = "head") -> Head:
    """The head that `head_files` wrote, ready to answer. Raises: StudioError when it is missing or damaged."""
    return files.head_from(folder, HEADS, name)
