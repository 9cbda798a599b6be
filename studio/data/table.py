"""What was read from a file: text in named columns, with the file's own row numbers, and how it was read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from studio.config import Edit  # pydantic, which a reading process does without


@dataclass(frozen=True)
class Problem:
    """One place in a file or table that needs a person's eye."""

    row: int
    """The file's own row number (line of the file for text formats, row of the sheet for Excel); 0 for the whole file."""
    column: str
    value: str
    """What stands there, shortened for showing."""
    what: str
    """What is wrong, one sentence."""


@dataclass(frozen=True)
class Reading:
    """How a file was read, for people to see and overrule."""

    format: str
    """`CSV`, `TSV`, `JSONL`, `Parquet`, `Excel` …"""
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 1
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    """Names of all sheets of a workbook."""
    notes: tuple[str, ...] = ()
    """Plain sentences on what was changed on the way in: names given to empty headers, stray spaces, rows left out."""
    repaired: tuple[Problem, ...] = ()
    """Rows that were mended and are in the table; the first thousand."""
    doubtful: tuple[Problem, ...] = ()
    """Rows that are in the table as they stand in the file, and may be incomplete; the first thousand."""
    set_aside: tuple[Problem, ...] = ()
    """Rows, or remarks among them, that are not in the table; the first thousand."""
    rows_repaired: int = 0
    """All of them; 0 where `repaired` lists all."""
    rows_doubtful: int = 0
    rows_set_aside: int = 0
    rows_empty: int = 0
    """Rows of which every cell is blank, and blank lines: they are not in the table."""
    member: str = ""
    """The file inside an archive."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that was repaired, doubted or set aside, in the order of the file."""
        return tuple(sorted((*self.repaired, *self.doubtful, *self.set_aside), key=lambda problem: problem.row))

    @property
    def sentence(self) -> str:
        """As in 'Read as CSV: UTF-8, separated by semicolons, header in line 1; 2 rows set aside (lines 17, 204).'"""
        names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", "，": "full-width commas"}
        parts = [
            self.encoding,
            f"separated by {names.get(self.delimiter, repr(self.delimiter))}" if self.delimiter else "",
            f"sheet {self.sheet}" if self.sheet else "",
            (f"header in line {self.header_row}" if self.header_row else "without column names")
            if self.delimiter
            else "",
        ]
        told = ", ".join(part for part in parts if part)
        done = [
            _happened(max(count, len(problems)), problems, what)
            for count, problems, what in (
                (self.rows_repaired, self.repaired, "repaired"),
                (self.rows_doubtful, self.doubtful, "perhaps incomplete"),
                (self.rows_set_aside, self.set_aside, "set aside"),
            )
            if problems
        ]
        return f"Read as {self.format}{': ' + told if told else ''}{'; ' + ', '.join(done) if done else ''}."


def _happened(count: int, problems: tuple[Problem, ...], what: str) -> str:
    if count == 1:
        return f"1 row {what} (line {problems[0].row}: {problems[0].what.partition(': ')[0].rstrip('.')})"
    shown = ", ".join(f"{problem.row:,}" for problem in problems[:5])
    return f"{count:,} rows {what} (lines {shown}{', …' if count > 5 else ''})"


class RowNumbers(Sequence[int]):
    """Row numbers with gaps, eight bytes each; equal to any sequence of the same numbers."""

    __slots__ = ("_numbers",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, numbers: npt.NDArray[np.int64]) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> "RowNumbers": ...
    def __getitem__(self, place: int | slice) -> "int | RowNumbers":
        return RowNumbers(self._numbers[place]) if isinstance(place, slice) else int(self._numbers[place])

    def __iter__(self) -> Iterator[int]:
        for start in range(0, len(self), 10_000):
            yield from self._numbers[start : start + 10_000].tolist()

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self._numbers, dtype, copy=copy)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and np.array_equal(self._numbers, np.asarray(other))

    def __repr__(self) -> str:
        return f"RowNumbers({list(self[:5])}{', …' if len(self) > 5 else ''})"


def row_numbers(numbers: npt.NDArray[np.int64]) -> Sequence[int]:
    """A range where there are no gaps, which is most files and far smaller."""
    if not len(numbers):
        return range(0)
    first = int(numbers[0])
    gapless = int(numbers[-1]) - first == len(numbers) - 1 and bool((np.diff(numbers) == 1).all())
    return range(first, first + len(numbers)) if gapless else RowNumbers(numbers)


@dataclass(frozen=True)
class Table:
    """All-text columns of equal length. Nothing was turned into numbers, dates or missing values."""

    cells: pa.Table
    """One `large_string` column a column of the file, names unique and not empty."""
    rows: Sequence[int]
    """The file's own row number of each row."""
    reading: Reading
    name: str = ""
    """The file's own name, for showing."""
    sha256: str = field(default="")
    """Digest of the file."""
    edits: "tuple[Edit, ...]" = ()
    """What people changed after it was read (see `data.edits`)."""

    @property
    def columns(self) -> list[str]:
        """Column names, in the file's order."""
        return list(self.cells.column_names)

    def __len__(self) -> int:
        return self.cells.num_rows

    def column(self, name: str) -> list[str]:
        """All values of a column."""
        values: list[str] = self.cells.column(name).to_pylist()
        return values

    def head(self, most: int = 50) -> list[list[str]]:
        """The first rows, each a list of cells."""
        return [list(row.values()) for row in self.cells.slice(0, most).to_pylist()]
