"""What a kind of damage is: a function from a real table to a file, the truth it held, and what may come of reading it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

EXACT, STATED, REFUSED = "exact", "stated", "refused"
NOT_ACCEPTED, SILENT, TRACEBACK = "not accepted", "SILENTLY WRONG", "TRACEBACK"
OUTCOMES = (EXACT, STATED, REFUSED, NOT_ACCEPTED, SILENT, TRACEBACK)
BAD = (NOT_ACCEPTED, SILENT, TRACEBACK)


@dataclass(frozen=True)
class Truth:
    """The table that a file holds: all text. A name of None may be any; numbers of None are not defined."""

    columns: list[str | None]
    rows: list[list[str]]
    numbers: list[int] | None = None
    """The file's own row number of each row."""

    def without(self, numbers: set[int]) -> "Truth":
        """The same table where those rows are left out."""
        assert self.numbers is not None
        kept = [(n, row) for n, row in zip(self.numbers, self.rows, strict=True) if n not in numbers]
        return Truth(self.columns, [row for _, row in kept], [n for n, _ in kept])


@dataclass(frozen=True)
class Said:
    """A note that explains a difference which is not about single rows, where `pattern` is found in it."""

    pattern: str
    names: bool = False
    """It explains other column names, or another number of empty columns."""
    cells: bool = False
    """It explains other letters in the rows."""
    rows: frozenset[int] = frozenset()
    """It explains these rows, which a note need not name one by one."""
    all: bool = False
    """It says that the table as a whole may have been taken apart wrongly."""


@dataclass(frozen=True)
class Case:
    """A damaged file."""

    data: bytes
    truth: Truth
    name: str = "table.csv"
    also: tuple[Truth, ...] = ()
    """Other tables that a careful person would take for just as right."""
    says: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Source:
    """A real table."""

    name: str
    columns: list[str]
    rows: list[list[str]]

    @property
    def text(self) -> int:
        """Index of the column with the longest texts."""
        return max(range(len(self.columns)), key=lambda i: sum(len(row[i]) for row in self.rows))

    def mapped(self, change: Callable[[str], str]) -> "Source":
        """Every cell changed."""
        return replace(self, rows=[[change(cell) for cell in row] for row in self.rows])

    def simple(self, change: Callable[[str], str] = str) -> "Source":
        """Without line breaks and quotation marks, for damage that would be several kinds at once."""
        return self.mapped(lambda cell: change(" ".join(cell.replace('"', "'").split())))

    def pick(self, rng: random.Random, count: int, ok: Callable[[list[str]], bool] = bool) -> list[int]:
        """Sorted indices of rows, never the first two, that are `ok`."""
        fitting = [i for i, row in enumerate(self.rows) if i >= 2 and ok(row)]
        return sorted(rng.sample(fitting, min(count, len(fitting))))


Make = Callable[[Source, random.Random], Case | None]
"""None where a file has nothing to damage in this way."""


@dataclass(frozen=True)
class Kind:
    """One way to damage a file; `careful` says what a careful person accepts."""

    family: str
    name: str
    make: Make
    allowed: tuple[str, ...] = (EXACT,)
    careful: str = ""


@dataclass
class Kinds:
    """All kinds of a family, in the order they were written."""

    family: str
    every: list[Kind] = field(default_factory=list)

    def add(self, name: str, make: Make, allowed: Sequence[str] = (EXACT,), careful: str = "") -> None:
        """For kinds made in a loop."""
        self.every.append(Kind(self.family, name, make, tuple(allowed), careful))

    def __call__(self, *allowed: str, name: str = "") -> Callable[[Make], Make]:
        """Decorates a function named after its kind, or says the `name`; the docstring is what a careful person accepts."""

        def keep(make: Make) -> Make:
            title = name or getattr(make, "__name__", "").replace("_", " ").strip()
            self.add(title, make, allowed or (EXACT,), (make.__doc__ or "").strip())
            return make

        return keep
