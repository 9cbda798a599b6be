"""Records to columns: where the header is, names for every column, which rows do not fit. Each repair is told."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from studio.data.phrases import counted, listed
from studio.data.reading.body import Body, Numbers, is_blank
from studio.data.reading.headers import are_names, is_data, lacks_a_name, locate_header
from studio.data.reading.limits import check_size
from studio.data.reading.shifted import without_shifted
from studio.errors import StudioError

NO_HEADER = -1
"""As a choice of header row: the file has none."""

Head = list[tuple[int, list[str]]]
"""Row number and cells of the first records."""

_HEAD, _HEAD_SIZE = 200, 1_000_000
"""Records, and cells and characters in them, by which the header is found."""
_BLOCK = 10_000


@dataclass
class Columns:
    """What became of the records: named columns, the row numbers that stayed, and what was done."""

    cells: pa.Table
    rows: Sequence[int] | Numbers
    header_row: int
    """0 where there is none."""
    notes: list[str]
    body: Body


@dataclass(frozen=True)
class Heading:
    """Where the column names are, and what they are."""

    row: int
    """The file's own number; 0 where there is none."""
    below: int
    """Index of the first record that may be a row."""
    names: list[str]
    """Empty ones where there is no header."""
    notes: tuple[str, ...] = ()
    has_preface: bool = False
    second: int = 0
    """Number of a row below the names that holds names too; 0 where there is none."""


def find_heading(head: Head, header_row: int = 0) -> Heading:
    """The header among the first records. `header_row` overrules the guess (`NO_HEADER`: none; else it ends the head)."""
    if not any(any(cell.strip() for cell in record) for _, record in head):
        raise StudioError("The file is empty", fix="Upload a table with column names and rows.")
    records = [record for _, record in head]
    if header_row == NO_HEADER:
        return Heading(0, 0, [""] * _usual_width(records))
    if header_row > 0:
        at = next((i for i, (number, record) in enumerate(head) if number == header_row and any(record)), -1)
        if at < 0:
            raise StudioError(f"No row starts at row {header_row}", fix="Choose the row that holds the column names.")
    else:
        at = locate_header(records)
        likeness = is_data(records[0], records[1:]) if at == 0 else False
        if likeness:
            note = (
                f"No column names were found: row {head[0][0]} looks like data and was read as such. "
                "To name the columns, add a row with names above it and upload it again."
            )
            return Heading(0, 0, [""] * len(records[0]), (note,))
    notes = []
    if not header_row and likeness is None:
        notes.append(
            f"Row {head[0][0]} was taken for the column names, but looks like data. If the file has no names in its "
            "first row, add a row with names above it and upload it again, or that row is lost."
        )
    if any(any(record) for record in records[:at]):
        notes.append(f"What stands above the column names (row {head[at][0]}) was left out.")
    names, below, second = records[at], at + 1, 0
    if lacks_a_name(names, records[below:]):
        names = ["", *names]
        notes.append("The rows have one cell more than there are column names: the numbers they begin with.")
    if not header_row and below < len(head) and len(names) > 1 and are_names(records[below], records[below + 1 :]):
        second, below = head[below][0], below + 1
        notes.append(f"Row {second} looks like a second row of column names; it was set aside.")
    return Heading(head[at][0], below, names, tuple(notes), at > 0, second)


def body_of(heading: Heading) -> Body:
    """For the rows below the heading."""
    body = Body(heading.names, has_preface=heading.has_preface)
    if heading.second:
        body.leave_out(heading.second, "", "It looks like a second row of column names. The row was left out.")
    return body


def finish(heading: Heading, body: Body, *, has_more: bool = False, are_split: bool = True) -> Columns:
    """Named columns out of all rows. `has_more`: some were not even cut into cells; `are_split`: the
    cells are what stands between separators. Raises: StudioError without any row."""
    cells, rows, width = body.table(), body.rows(), body.width
    if are_split:
        cells, rows = without_shifted(body, cells, rows)
    if not cells.num_rows and not body.set_aside and not has_more:
        raise StudioError("The file has column names but no rows", fix="Add rows below the header and upload it again.")
    keep = [i for i in range(width) if heading.names[i].strip() or not is_blank(cells.column(i)).all()]
    names, notes = unique_names([heading.names[i] for i in keep], [i + 1 for i in keep])
    if len(keep) < width:
        notes.append(f"{counted(width - len(keep), 'column')} without name and content left out.")
    notes += heading.notes
    named = cells.select(keep).rename_columns(names)
    return Columns(named, rows, heading.row, [*notes, *body.notes()], body)


def assemble(
    numbers: Sequence[int], records: Sequence[list[str]], header_row: int = 0, most_columns: int = 0
) -> Columns:
    """Columns out of records; `numbers` are the file's own row numbers. Rows that do not fit are set aside, never shifted."""
    first = next((i for i, record in enumerate(records) if record), 0)
    head = take_head(zip(numbers[first:], records[first:], strict=True), header_row)
    heading = find_heading(head, header_row)
    check_size(0, len(heading.names), 0, most_columns or len(heading.names))
    body = body_of(heading)
    for start in range(first + heading.below, len(records), _BLOCK):
        body.add(numbers[start : start + _BLOCK], records[start : start + _BLOCK])
    return finish(heading, body, are_split=False)


def take_head(records: Iterable[tuple[int, list[str] | None]], header_row: int = 0) -> Head:
    """The first records, by which the header is found; None stands for a broken one. A chosen `header_row` is among them."""
    head: Head = []
    size = 0
    for count, (number, record) in enumerate(records, 1):
        if record is not None:
            head.append((number, record))
            size += len(record) + sum(map(len, record))
        if number >= header_row and (count >= _HEAD or size >= _HEAD_SIZE):
            break
    return head


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


def _usual_width(records: Sequence[list[str]]) -> int:
    return Counter(len(record) for record in records if any(record)).most_common(1)[0][0]


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free_number(name, taken)


def _free_number(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"
