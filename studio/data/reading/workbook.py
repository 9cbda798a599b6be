"""Excel and OpenDocument workbooks: one sheet as text, and no more of it than allowed, whatever the file says."""

import datetime
import zipfile
from dataclasses import dataclass, replace
from typing import IO, Any

import python_calamine

from studio.data.masking import cited
from studio.data.phrases import counted, shortened
from studio.data.reading.bounds import hurry, lower_memory
from studio.data.reading.faults import find_faults
from studio.data.reading.faults_xml import Faults
from studio.data.reading.intact import check_parts
from studio.data.reading.limits import Limits, check_size
from studio.data.reading.padded import Formats, find_padded, padded
from studio.data.reading.shared import check_shared
from studio.errors import StudioError

_MEMORY = 4
"""Bytes of memory for a byte of unpacked workbook; 2.5 were seen with a million rows of numbers."""
_LEAST_MEMORY = 750_000_000
_LEAST_CELLS = 1_000_000
"""A sheet may span this many, or one for each byte of the unpacked workbook, where a filled cell takes 30 and more.
Empty ones take none there, but memory and time like any other."""
_LONGEST_INTEGER = 1e16
"""From here on not every whole number can be told from its neighbors, and it is written with an exponent, which says so."""
_ABOVE = 100
"""Lines that may stand above a table."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: every row from the first on, all cells as text."""

    name: str
    rows: list[list[str]]
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Of all sheets of the workbook."""
    left: int = 0
    """Empty columns before the first, which are no part of the rows."""


def read_sheet(file: IO[bytes], sheet: str, limits: Limits) -> Sheet:
    """The sheet of that name; an empty `sheet` takes the first with content.

    Called in a process of its own: a file of 2 kB can ask for half a terabyte (two cells in far corners), and the
    compiled reader then ends the process it is in.
    Raises: StudioError for damaged or encrypted files, sheets that are not there, and what unpacks to too much.
    """
    unpacked = _unpacked(file, limits.most_unpacked)
    check_shared(file, limits.most_unpacked)
    faulty = check_parts(file) if zipfile.is_zipfile(file) else frozenset[str]()
    lower_memory(unpacked * _MEMORY + _LEAST_MEMORY)
    file.seek(0)
    try:
        with python_calamine.load_workbook(file) as book:
            read = _sheet(book, sheet, max(_LEAST_CELLS, unpacked), limits)
    except python_calamine.PasswordError as error:
        raise StudioError(
            "The workbook is locked with a password", fix="Save it without a password and upload it again."
        ) from error
    except (python_calamine.CalamineError, python_calamine.ZipError, OSError) as error:
        raise StudioError("The Excel file is damaged", fix="Open it in Excel and save it again.") from error
    height, width = len(read.rows), read.left + max(map(len, read.rows), default=0)
    read = _with_zeros(read, find_padded(file, read.name))
    return _with_faults(read, find_faults(file, read.name, faulty, height, width))


def _with_zeros(read: Sheet, formats: Formats) -> Sheet:
    """The numbers with the zeros at their beginning that the sheet shows."""
    shown = ""
    for (row, column), template in formats.items():
        place = column - read.left
        if row < len(read.rows) and 0 <= place < len(read.rows[row]):
            text = padded(read.rows[row][place], template)
            shown = shown or (text if text != read.rows[row][place] else "")
            read.rows[row][place] = text
    if not shown:
        return read
    note = f"Numbers are written as the sheet shows them, with the zeros at their beginning, as {cited(shown, 20)}."
    return replace(read, notes=(*read.notes, note))


def _with_faults(read: Sheet, faults: Faults | None) -> Sheet:
    """The cells with errors as Excel shows them: #DIV/0! and not nothing."""
    if faults is None:
        note = "Whether cells hold an error, as #DIV/0!, cannot be told from this file: such cells were read as empty."
        return replace(read, notes=(*read.notes, note))
    outside = shown = 0
    for (row, column), text in faults.items():
        place = column - read.left
        if row >= len(read.rows) or not 0 <= place < len(read.rows[row]):
            outside += 1
        elif read.rows[row][place] != text:
            read.rows[row][place] = text
            shown += 1
    notes = read.notes
    if shown:
        notes += (
            f"{counted(shown, 'cell')} of the sheet hold an error, as {shortened(next(iter(faults.values())), 20)}.",
        )
    if outside:
        notes += (f"{counted(outside, 'cell')} with an error beside the table were left out.",)
    return replace(read, notes=notes)


def _sheet(book: Any, sheet: str, most_cells: int, limits: Limits) -> Sheet:
    names: list[str] = list(book.sheet_names)
    if sheet and sheet not in names:
        raise StudioError(f"There is no sheet {sheet[:60]!r}", fix=f"Choose one of: {', '.join(names)}.")
    for name in [sheet] if sheet else names:
        found = book.get_sheet_by_name(name)
        if found.total_height:
            break
    height, width = (last + 1 for last in found.end or (-1, -1))
    below = height - 1  # the column names are no row of the table, nor is a title above them
    check_size(below if below > limits.rows + _ABOVE else 0, width, limits.rows, limits.columns)
    if height * width > most_cells:
        raise StudioError(
            f"The sheet spans {height * width:,} cells, nearly all of them empty",
            where=f"sheet {shortened(name, 60)}",
            fix="It may have cells far away from the table: save only the table, as CSV.",
        )
    notes: tuple[str, ...] = ()
    if len(names) > 1 and not sheet:
        notes = (f"The workbook has {len(names)} sheets; “{shortened(name, 60)}” was read.",)
    left = found.start[1] if found.start else 0
    return Sheet(name, _rows(found, limits.most_unpacked), notes, tuple(names), left)


def _rows(sheet: Any, most_characters: int) -> list[list[str]]:
    """All cells, row by row. A text that many cells share is stored once in the file and costs memory in every one."""
    rows: list[list[str]] = []
    characters = 0
    for values in sheet.iter_rows():
        row = [_text(value) for value in values]
        rows.append(row)
        characters += sum(map(len, row))
        if characters > most_characters:
            raise StudioError(
                f"The sheet holds more than {most_characters / 1e6:,.0f} million characters",
                where=f"row {len(rows)}",
                fix="Upload fewer rows, or shorten the texts.",
            )
    return rows


def _text(value: Any) -> str:
    """As typed: 5 and not 5.0, dates as 2026-11-22."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _LONGEST_INTEGER else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(abs(value.total_seconds()), 60)
        sign = "-" if value < datetime.timedelta() else ""
        return f"{sign}{minutes // 60:.0f}:{minutes % 60:02.0f}:{f'{seconds:06.3f}'.rstrip('0').rstrip('.')}"
    return str(value)


def _unpacked(file: IO[bytes], most: int) -> int:
    """Bytes of the unpacked workbook. A few kilobytes of zip can hold gigabytes; the directory at its end says how many
    before anything is unpacked. Raises: StudioError for more than `most`."""
    unpacked = file.seek(0, 2)
    if zipfile.is_zipfile(file):
        packed = unpacked
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        hurry(packed, unpacked)
        if unpacked > most:
            raise StudioError(
                f"The workbook unpacks to {unpacked / 1e6:,.0f} MB, the limit is {most / 1e6:,.0f} MB",
                fix="Save only the sheet with the table, as CSV.",
            )
    return unpacked
