"""What the doctor looks at, and what it says: a patient is a table with its roles, a finding is one thing worth knowing about it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.config import Edit
from studio.data.alike import normals, signatures
from studio.data.doctor.scan import places_where, shared_by_several
from studio.data.edits import digest
from studio.data.table import Table
from studio.figures import quantity

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

    def of_all(self, space: str = " ") -> str:
        """As in `12.5 % of all`; `space` stands before the sign."""
        least = 0.001
        return f"{'less than ' if self.share < least else ''}{quantity(max(self.share, least), space=space)} of all"

    @property
    def key(self) -> str:
        """What tells it from other findings of the same kind: the change that it offers."""
        return f"{self.kind}-{digest(self.fix)}" if self.fix else self.kind


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
    """Tokens the base model can read; 0 where none is chosen."""
    lengths: tuple[int, ...] = ()
    """Tokens of each row as the model reads it, or nothing when they were not counted; of rows that are no example, 0."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the languages that the base model knows; empty when it knows many or none is chosen."""
    unread: float = 0.0
    """Share of the texts' characters for which the base model has no tokens."""
    reads_windows: bool = False
    """Whether the task reads longer texts in several windows."""
    drops_oldest: bool = False
    """Whether what is too long loses its oldest messages first, and not its end."""

    @property
    def rows(self) -> Sequence[int]:
        """The file's own number of each row."""
        return self.table.rows

    def column(self, name: str) -> list[str]:
        """All values of a column; read once."""
        if name not in self._columns:
            self._columns[name] = self.table.column(name)
        return self._columns[name]

    def cells(self, name: str) -> pa.Array:
        """All values of a column as one Arrow array, for looking through it at once."""
        if name not in self._cells:
            self._cells[name] = whole(self.table, name)
        return self._cells[name]

    def role(self, *names: str) -> str:
        """The (first) column with the first of these roles that any has; empty when none has."""
        return next((self.roles[name][0] for name in names if self.roles.get(name)), "")

    @property
    def one_row_each(self) -> bool:
        """Whether every row is an example of its own, and not a word or a turn of one."""
        return not self.role("token", "sentence_id", "conversation_id", "conversation")

    @property
    def plain_rows(self) -> bool:
        """Whether every row is an example of its own whose texts are written for people: no JSON, no words in a row."""
        return self.one_row_each and not self.role("messages", "conversations")

    @cached_property
    def prose(self) -> tuple[str, ...]:
        """Columns that people wrote: the texts, and answers that are texts. Without what is written for machines (JSON, tags)."""
        machine = {self.role(name) for name in ("messages", "conversations", "spans", "tags")}
        written = [self.role(name) for name in ("context", "question", "answer", "source", "target", "content")]
        written += [self.role(name) for name in ("text", "text_pair", "instruction", "input", "response")]
        columns = dict.fromkeys((*self.texts, *written))
        return tuple(name for name in columns if name in self.table.columns and name not in machine)

    def is_counted_in(self, column: str) -> bool:
        """Whether something points into its texts by place (spans, the start of an answer, one tag a word), so that a
        text must not change its length."""
        counted = {
            "answer_start": ("context", "answer"), "spans": ("text",), "tags": ("tokens", "text"), "tag": ("token",),
        }  # fmt: skip
        return any(
            column == self.role(place) for role, places in counted.items() if self.role(role) for place in places
        )

    @property
    def to_write(self) -> str:
        """The column of the texts that the model is to write, one a row; empty for tasks without."""
        return self.role("target", "response") if self.plain_rows else ""

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns without which a row teaches nothing. What an instruction is given beside it may be empty."""
        texts = (name for name in self.texts if name != self.role("input"))
        return tuple(dict.fromkeys(name for name in (*texts, self.label, self.to_write) if name))

    @cached_property
    def usable_places(self) -> np.ndarray:
        """Places of the rows with something in every column that is needed, int64."""
        filled = np.ones(len(self.table), bool)
        for name in self.needed:
            filled &= ~blank(self.cells(name))
        return places_where(filled)

    @cached_property
    def usable(self) -> list[int]:
        """The same as a list."""
        places: list[int] = self.usable_places.tolist()
        return places

    @cached_property
    def labels(self) -> list[str]:
        """The label of each usable row, without the spaces around it."""
        if not self.label:
            return []
        return [self.label_names[code] for code in self.label_codes.tolist()]

    @cached_property
    def label_counts(self) -> dict[str, int]:
        """Label → its usable rows, the most frequent first."""
        rows = np.bincount(self.label_codes, minlength=len(self.label_names)).tolist()
        return dict(sorted(zip(self.label_names, rows, strict=True), key=lambda each: -each[1]))

    @property
    def label_names(self) -> list[str]:
        """The different labels, in order of appearance."""
        return self._coded_labels[0]

    @property
    def label_codes(self) -> np.ndarray:
        """Which of `label_names` each usable row has, int64."""
        return self._coded_labels[1]

    def labeled(self, labels: Iterable[str]) -> np.ndarray:
        """Places of the usable rows with one of these labels."""
        wanted = set(labels)
        codes = [code for code, name in enumerate(self.label_names) if name in wanted]
        return self.usable_places[np.isin(self.label_codes, codes)]

    @cached_property
    def suspects(self) -> np.ndarray:
        """Places of usable rows whose texts share their letters with another row's: the only ones that can be repeats."""
        places = self.usable_places
        return places[shared_by_several(self.signatures[places])] if self.texts else places[:0]

    @cached_property
    def suspect_texts(self) -> list[tuple[str, ...]]:
        """The normal texts of the suspects (see `data.alike`)."""
        at = pa.array(self.suspects)
        return list(zip(*(normals(self.cells(name).take(at)) for name in self.texts), strict=True))

    @cached_property
    def signatures(self) -> np.ndarray:
        """A number a row for its texts together (see `data.alike.signatures`)."""
        return together([self.cells(name) for name in self.texts]) if self.texts else np.arange(len(self.table))

    def numbers(self, places: Iterable[int]) -> tuple[int, ...]:
        """The file's own numbers of the rows at these places."""
        return tuple(self.rows[place] for place in places)

    def share(self, count: int) -> float:
        """Of all rows."""
        return count / max(1, len(self.table))

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def _cells(self) -> dict[str, pa.Array]:
        return {}

    @cached_property
    def _coded_labels(self) -> tuple[list[str], np.ndarray]:
        if not self.label:
            return [], np.empty(0, np.int64)
        coded = pc.dictionary_encode(self.cells(self.label).take(pa.array(self.usable_places)))
        names = [name.strip() for name in coded.dictionary.to_pylist()]
        number = {name: place for place, name in enumerate(dict.fromkeys(names))}
        codes = np.array([number[name] for name in names], np.int64)
        return list(number), codes[coded.indices.to_numpy()] if len(codes) else codes


Check = Callable[[Patient], Iterable[Finding]]
"""A pure function; it yields nothing for a healthy table. It must stay quick with a million rows (a second or two)."""


def whole(table: Table, name: str) -> pa.Array:
    """A column of a table in one piece."""
    cells = table.cells.column(name).combine_chunks()
    return cells.cast(pa.large_string()) if cells.type != pa.large_string() else cells


def blank(cells: pa.Array) -> np.ndarray:
    """Whether each text is nothing but spaces (of any kind), bool."""
    empty = pc.or_(pc.equal(pc.binary_length(cells), 0), pc.utf8_is_space(cells))
    return np.asarray(empty.to_numpy(zero_copy_only=False))


def together(columns: Iterable[pa.Array]) -> np.ndarray:
    """One signature a row of several columns, int64; their order matters."""
    first, *others = [signatures(cells) for cells in columns]
    for numbers in others:
        first = first * np.int64(1_000_003) + numbers  # wraps around, as hashes may
    return first


def dropping(kind: str, title: str, rows: Iterable[int]) -> Edit:
    """A fix that takes rows out."""
    return Edit(kind=kind, title=title, drop=tuple(rows))


def writing(kind: str, title: str, column: str, cells: dict[int, str]) -> Edit:
    """A fix that gives cells of one column another text."""
    return Edit(kind=kind, title=title, cells={column: cells})
