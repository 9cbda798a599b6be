"""What both readers of delimited text give back, and the words for quotation marks that are broken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from studio.data.masking import cited
from studio.data.phrases import counted
from studio.data.reading.body import MOST_PROBLEMS, Body
from studio.data.reading.dialect import Dialect
from studio.data.reading.repairs import Columns
from studio.data.table import Problem
from studio.errors import StudioError

Flags = npt.NDArray[np.bool_]

_LEAST = 3
"""Rows of the same other number of cells, before the header is doubted."""
MOST_BROKEN = 1000
"""More records with broken quotation marks than this, and the file is refused."""


@dataclass(frozen=True)
class Rows:
    """The columns of a delimited text, and what was found on the way."""

    columns: Columns
    dialect: Dialect
    broken: list[Problem]
    """Rows left out for their quotation marks."""
    notes: tuple[str, ...] = ()


def set_aside(rows: Rows, places: Flags, what: str) -> Rows:
    """The same without the rows at these places, each of them named."""
    columns, body = rows.columns, rows.columns.body
    numbers = np.asarray(columns.rows, np.int64)
    body.set_aside += _told(rows, places, what)
    body.dropped += int(np.count_nonzero(places))
    kept = replace(columns, cells=columns.cells.filter(pa.array(~places)), rows=numbers[~places])
    return replace(rows, columns=kept)


def doubt(rows: Rows, places: Flags, what: str) -> None:
    """Names the rows at these places, which stay."""
    rows.columns.body.doubtful += _told(rows, places, what)
    rows.columns.body.doubted += int(np.count_nonzero(places))


def _told(rows: Rows, places: Flags, what: str) -> list[Problem]:
    numbers = np.asarray(rows.columns.rows, np.int64)[places].tolist()
    cells = rows.columns.cells.filter(pa.array(places)).slice(0, MOST_PROBLEMS).to_pylist()
    told = [cited(" ¦ ".join(row.values())[:1000]) for row in cells]
    return [Problem(number, "", value, what) for number, value in zip(numbers, told, strict=False)]


def with_rows(rows: Rows) -> Rows:
    """The same. Raises: StudioError where not one row is left, or most have one other number of cells than the header."""
    if rows.columns.cells.num_rows:
        _check_width(rows)
        return rows
    raise no_row_left(sorted([*rows.columns.body.set_aside, *rows.broken], key=lambda problem: problem.row))


def _check_width(rows: Rows) -> None:
    """Where most rows agree with each other and not with the header, it is the header that is wrong, not they."""
    body = rows.columns.body
    cells, count = body.widths.most_common(1)[0] if body.widths else (0, 0)
    if cells < 2 or count < _LEAST or 2 * count <= rows.columns.cells.num_rows + body.ragged + len(rows.broken):
        return
    names = counted(body.width, "column name") if rows.columns.header_row else counted(body.width, "column")
    raise StudioError(
        f"There are {names}, but {counted(count, 'row')} (most of them) have {cells} cells",
        where=f"line {rows.columns.header_row or body.odd[0]:,}, and first in line {body.odd[0]:,}",
        fix=f"Give the header {cells} names, or each row {body.width} cells: texts with the separator in them need "
        "quotation marks, and an empty cell its separator.",
    )


def no_row_left(problems: Sequence[Problem]) -> StudioError:
    """The refusal of a table of which every row was set aside, for the reason of the first."""
    return StudioError(
        "No row can be read: " + problems[0].what.removesuffix(" The row was left out."),
        where=f"first in line {problems[0].row:,}",
        fix="Check the line with the column names and what separates the cells, and save the table as “CSV UTF-8”.",
    )


def broken_row(number: int, line: str) -> Problem:
    """A row that cannot be cut into cells."""
    what = "The quotation marks are broken: text before or after them, or no closing one. The row was left out."
    return Problem(number, "", cited(line[:1000].rstrip("\r\n")), what)


class TooManyBrokenMarks(StudioError):  # noqa: N818
    """More than `MOST_BROKEN` rows."""


def too_many_broken(first: int) -> TooManyBrokenMarks:
    """The refusal of a file that has more than `MOST_BROKEN` of them."""
    return TooManyBrokenMarks(
        f"More than {MOST_BROKEN} rows have broken quotation marks",
        where=f"first in line {first}",
        fix="Save the table again from a spreadsheet program, as “CSV UTF-8”.",
    )


def note_swallowed(long: Iterable[tuple[int, list[str]]], delimiter: str, body: Body) -> tuple[str, ...]:
    """Says where a cell runs over lines that are whole rows themselves: a closing quotation mark may be missing.

    `long` are the records over four lines and more. Such a line has the table's number of cells and begins or ends
    with a value that the first or last column holds elsewhere.
    """
    if not delimiter or body.width < 2:
        return ()
    likely = [(start, rows) for start, cells in long if (rows := _rows_inside(cells, delimiter))]
    if not likely:
        return ()
    table = body.table()
    values = {*table.column(0).to_pylist(), *table.column(table.num_columns - 1).to_pylist()}
    return tuple(
        f"A cell of the row in line {start} runs over lines that look like rows themselves: "
        "a closing quotation mark may be missing there."
        for start, rows in likely
        if all(row[0] in values or row[-1] in values for row in rows)
    )[:5]


def _rows_inside(cells: list[str], delimiter: str) -> list[list[str]]:
    width = len(cells)
    lines = [line.split(delimiter) for cell in cells for line in cell.splitlines()[1:-1]]
    return lines if width >= 2 and len(lines) >= 2 and all(len(row) == width for row in lines) else []
