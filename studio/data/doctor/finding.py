"""What the doctor looks at, and what it says: a patient is a table with its roles, a finding is one thing worth knowing about it."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from studio.config import Edit
from studio.data.table import Table

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """Something about the data as a whole. An `error` makes training impossible, a `warning` makes it worse."""

    kind: str
    """Its name for programs, as `repeated-rows`."""
    severity: Severity
    title: str
    text: str
    """What it is, with examples out of the table."""
    why: str = ""
    """Why it matters, and what to do where nothing can be fixed with a click. One sentence."""
    rows: tuple[int, ...] = ()
    """The file's own numbers of the rows it is about."""
    share: float = 0.0
    """Of all rows, from 0 to 1."""
    fix: Edit | None = None
    """What would mend it, ready to be applied. Nothing is changed without the user."""

    @property
    def count(self) -> int:
        """Rows it is about."""
        return len(self.rows)

    @property
    def key(self) -> str:
        """What tells it from other findings of the same kind: the change that it offers."""
        return (
            f"{self.kind}-{hashlib.sha256(self.fix.model_dump_json().encode()).hexdigest()[:12]}"
            if self.fix
            else self.kind
        )


@dataclass(frozen=True)
class Patient:
    """A table whose columns have their roles. Everything is a plain column of texts, row by row."""

    table: Table
    task: str = "text-classification"
    texts: tuple[str, ...] = ()
    """Columns that the model reads."""
    label: str = ""
    """Column of a label that is learned, one a row; empty for tasks without."""
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Role → its columns, as the task (or `data.detect`) names them."""
    test: Table | None = None
    """A separate table of test rows, with the same column names."""
    longest: int = 0
    """Tokens the chosen base model can read; 0 where none is chosen."""
    lengths: tuple[int, ...] = ()
    """Tokens of each row's texts together, or nothing when they were not counted."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the languages that the chosen base model knows; empty when it knows many or none is chosen."""

    @property
    def rows(self) -> tuple[int, ...] | range:
        """The file's own number of each row."""
        return self.table.rows

    def column(self, name: str) -> list[str]:
        """All values of a column; read once."""
        if name not in self._columns:
            self._columns[name] = self.table.column(name)
        return self._columns[name]

    @cached_property
    def usable(self) -> list[int]:
        """Places of the rows with something in every text and in the label."""
        columns = [self.column(name) for name in (*self.texts, *([self.label] if self.label else []))]
        return [place for place, cells in enumerate(zip(*columns, strict=True)) if all(map(str.strip, cells))]

    @cached_property
    def labels(self) -> list[str]:
        """The label of each usable row, without the spaces around it."""
        column = self.column(self.label) if self.label else []
        return [column[place].strip() for place in self.usable] if column else []

    def numbers(self, places: Iterable[int]) -> tuple[int, ...]:
        """The file's own numbers of the rows at these places."""
        return tuple(self.rows[place] for place in places)

    def share(self, count: int) -> float:
        """Of all rows."""
        return count / max(1, len(self.table))

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        return {}


Check = Callable[[Patient], Iterable[Finding]]
"""A pure function; it yields nothing for a healthy table. It must stay quick with a million rows (a second or two)."""


def dropping(kind: str, title: str, rows: Iterable[int]) -> Edit:
    """A fix that takes rows out."""
    return Edit(kind=kind, title=title, drop=tuple(rows))


def writing(kind: str, title: str, column: str, cells: dict[int, str]) -> Edit:
    """A fix that gives cells of one column another text."""
    return Edit(kind=kind, title=title, cells={column: cells})
