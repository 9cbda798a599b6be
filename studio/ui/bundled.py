"""The example tables that come with the studio."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.assets import ASSETS
from studio.columns import Columns


@dataclass(frozen=True)
class Bundled:
    """An example table that comes with the studio."""

    file: str
    title: str
    text: str
    columns: Columns
    rows: int
    task: str = ""
    """Empty for what the table looks like."""


def bundled() -> list[Bundled]:
    """The example tables of this installation."""
    index = ASSETS / "examples" / "index.json"
    if not index.is_file():
        return []
    found = [Bundled(**each) for each in json.loads(index.read_bytes())]
    return [replace(each, columns=_columns(each.columns)) for each in found]


def _columns(roles: Mapping[str, str | Sequence[str]]) -> Columns:
    """JSON has lists for several columns of a role."""
    return {role: each if isinstance(each, str) else tuple(each) for role, each in roles.items()}


def path_of(example: Bundled) -> Path:
    """Where the example lies."""
    return ASSETS / "examples" / Path(example.file).name
