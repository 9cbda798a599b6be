"""Records to columns: where the header is, names for every column, which rows do not fit. Each repair is told."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from studio.data.phrases import counted, listed, shortened
from studio.data.table import Problem
from studio.errors import StudioError

NO_HEADER = -1
"""As a choice of header row: the file has none."""

MOST_PROBLEMS = 1000
"""Problems listed one by one; the notes count them all."""

_PREFACE = 30
"""A header is looked for in this many records."""
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*")


@dataclass
class Columns:
    """What became of the records: named columns, the row numbers that stayed, and what was done."""

    cells: pa.Table
    rows: list[int]
    header_row: int
    """0 where there is none."""
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def assemble(numbers: Sequence[int], records: Sequence[list[str]], header_row: int = 0) -> Columns:
    """Columns out of records; `numbers` are the file's own row numbers. `header_row` overrules the guess (`NO_HEADER`: none).

    Rows that do not fit the header are left out and listed, never shifted. Raises: StudioError without any row.
    """
    at = _header_index(numbers, records, header_row)
    named = at >= 0
    width = len(records[at]) if named else _usual_width(records)
    header = list(records[at]) if named else [""] * width
    body = _Body.of(numbers[at + 1 :], records[at + 1 :], header, has_preface=at > 0)
    if not body.kept and not body.problems:
        raise StudioError("The file has column names but no rows", fix="Add rows below the header and upload it again.")
    columns = list(zip(*body.kept, strict=True)) if body.kept else [()] * width
    keep = [i for i in range(width) if header[i].strip() or any(cell.strip() for cell in columns[i])]
    names, notes = unique_names([header[i] for i in keep], [i + 1 for i in keep])
    if len(keep) < width:
        notes.append(f"{counted(width - len(keep), 'column')} without name and content left out.")
    if named and any(any(record) for record in records[:at]):
        notes.append(f"What stands above the column names (row {numbers[at]}) was left out.")
    if at == 0 and not header_row and _looks_like_data(header, body.kept):
        notes.append(
            f"Row {numbers[at]} was taken for the column names, but looks like data. If the file has no names in its "
            "first row, add a row with names above it and upload it again, or that row is lost."
        )
    cells = pa.table({name: pa.array(columns[i], pa.large_string()) for name, i in zip(names, keep, strict=True)})
    return Columns(
        cells, body.numbers, numbers[at] if named else 0, [*notes, *body.notes()], body.problems[:MOST_PROBLEMS]
    )


def unique_names(header: Sequence[str], positions: Sequence[int] = ()) -> tuple[list[str], list[str]]:
    """Names that tell the columns apart, and notes on what was changed: ["id", "", "id "] → id, Column 2, id (2).

    `positions` are the columns' places in the file, from 1.
    """
    taken = {name.strip() for name in header}
    names: list[str] = []
    repeated, unnamed, spaced = [], [], []
    for position, given in zip(positions or range(1, len(header) + 1), header, strict=True):
        name = given.strip()
        if name != given and name:
            spaced.append(name)
        if not name:
            name = _free(f"Column {position}", taken)
            unnamed.append(name)
        elif name in names:
            repeated.append(name)
            name = _free_number(name, taken)
        taken.add(name)
        names.append(name)
    notes = []
    if unnamed:
        notes.append(f"Columns without a name were called {listed(unnamed)}.")
    if repeated:
        notes.append(f"Columns with the same name were numbered: {listed(sorted(set(repeated)))}.")
    if spaced:
        notes.append(f"Spaces around column names were removed: {listed(spaced)}.")
    return names, notes


def locate_header(records: Sequence[Sequence[str]]) -> int:
    """Index of the header: the first record that is not empty, or, below a title, the first full one.

    A title is at most one cell a line, with an empty line after it or at least three columns below it.
    """
    filled = [sum(bool(cell.strip()) for cell in record) for record in records[:_PREFACE]]
    first = next((index for index, count in enumerate(filled) if count), 0)
    if not filled or filled[first] != 1:
        return first
    below = next((index for index in range(first + 1, len(filled)) if filled[index] >= 2), None)
    if below is None or filled[below] != len(records[below]):
        return first
    if any(count == 0 for count in filled[first:below]):
        return below
    rest = [len(record) for record in records[below + 1 :] if any(record)]
    fitting = sum(width == filled[below] for width in rest)
    return below if filled[below] >= 3 and rest and fitting >= 0.9 * len(rest) else first


def _header_index(numbers: Sequence[int], records: Sequence[list[str]], header_row: int) -> int:
    """Index of the header among the records; -1 for none."""
    if not any(any(cell.strip() for cell in record) for record in records):
        raise StudioError("The file is empty", fix="Upload a table with column names and rows.")
    if header_row == NO_HEADER:
        return -1
    if header_row > 0:
        if header_row not in numbers:
            raise StudioError(f"No row starts at row {header_row}", fix="Choose the row that holds the column names.")
        return list(numbers).index(header_row)
    return locate_header(records)


def _usual_width(records: Sequence[list[str]]) -> int:
    return Counter(len(record) for record in records if any(record)).most_common(1)[0][0]


@dataclass
class _Body:
    """The rows below the header, as many cells in each as the header has."""

    numbers: list[int] = field(default_factory=list)
    kept: list[list[str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    empty: int = 0
    trimmed: int = 0
    remarks: int = 0

    @classmethod
    def of(
        cls, numbers: Sequence[int], records: Sequence[list[str]], header: list[str], *, has_preface: bool
    ) -> "_Body":
        body = cls()
        width = len(header)
        named = max((i + 1 for i, name in enumerate(header) if name.strip()), default=width)
        after_gap = False
        for number, cells in zip(numbers, records, strict=True):
            count = len(cells)
            if (not count or not cells[0].strip()) and not "".join(cells).strip():
                body.empty += 1
                after_gap = True
                continue
            if has_preface and after_gap and width > 2 and not "".join(cells[1:]).strip():
                body.remarks += 1
                body.problems.append(Problem(number, "", shortened(cells[0]), "A remark below the table; left out."))
                continue
            if count != width:
                if count > width and not "".join(cells[width:]).strip():
                    cells = cells[:width]
                    body.trimmed += 1
                elif named <= count < width:
                    cells = [*cells, *[""] * (width - count)]
                else:
                    body.problems.append(_ragged(number, cells, width))
                    continue
            body.numbers.append(number)
            body.kept.append(cells)
        return body

    def notes(self) -> list[str]:
        ragged = len(self.problems) - self.remarks
        told = []
        if ragged:
            told.append(f"{counted(ragged, 'row')} left out for having more or fewer cells than there are columns.")
        if self.remarks:
            told.append(f"{counted(self.remarks, 'remark')} below the table left out.")
        if self.empty:
            told.append(f"{counted(self.empty, 'empty row')} left out.")
        if self.trimmed:
            told.append(f"Empty cells beyond the last column were cut off in {counted(self.trimmed, 'row')}.")
        return told


def _ragged(number: int, cells: list[str], width: int) -> Problem:
    more = len(cells) > width
    hint = "is a text with the separator in it not in quotation marks?" if more else "is a cell missing?"
    what = f"{counted(len(cells), 'cell')} where there are {counted(width, 'column')}: {hint} The row was left out."
    return Problem(number, "", shortened(" ¦ ".join(cells)), what)


def _looks_like_data(header: list[str], rows: list[list[str]]) -> bool:
    """Whether the header is of the same kind as what stands below it: a number, a label that recurs, a long text."""
    sample = rows[:1000]
    for position, name in enumerate(map(str.strip, header)):
        below = [cell for row in sample if (cell := row[position].strip())]
        if not name or not below:
            continue
        if _NUMBER.fullmatch(name) and sum(bool(_NUMBER.fullmatch(cell)) for cell in below) >= 0.9 * len(below):
            return True
        if below.count(name) >= 2 and len(set(below)) <= len(below) / 2:
            return True
        if len(name.split()) >= 8 or len(name) > 100:
            return True
    return False


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free_number(name, taken)


def _free_number(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"


def longest_cell(cells: pa.Table) -> tuple[int, str, int]:
    """Characters of the longest cell, its column, and its index."""
    longest = (0, "", 0)
    for name in cells.column_names:
        lengths = pc.utf8_length(cells.column(name))
        most = pc.max(lengths).as_py() or 0
        if most > longest[0]:
            longest = (most, name, pc.index(lengths, most).as_py())
    return longest
