"""A delimited file to columns: its encoding, then its rows, by the fast reader or by the careful one."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.data.phrases import counted
from studio.data.reading.careful import read_carefully
from studio.data.reading.encoding import decode, looks_like_utf8
from studio.data.reading.formats import Found
from studio.data.reading.holes import without_holes
from studio.data.reading.limits import Choices, Limits
from studio.data.reading.pieces import without_pieces
from studio.data.reading.quick import read_quickly
from studio.data.reading.rows import Rows, TooManyBrokenMarks, with_rows
from studio.data.reading.shapes import unwrapped, without_rule
from studio.data.reading.structure import MARK, NotPlain
from studio.data.table import Problem, Reading
from studio.errors import StudioError

Data = bytes | memoryview
_ESCAPED = b'\\"'


def read_delimited(
    data: Data, name: str, choices: Choices, limits: Limits, *, quick: bool = True
) -> tuple[Found, Reading]:
    """The columns of a delimited file. `quick`: whether the fast reader may do it; the result is the same."""
    try:
        rows, encoding, notes = _read(data, name, choices, limits, quick=quick)
        refusal = None
        if not rows.broken and rows.dialect.quoted:
            return _found(rows, encoding, notes)
    except TooManyBrokenMarks as error:
        refusal = error
    if (mended := _with_doubled_marks(data, name, choices, limits, quick=quick)) is not None:
        rows, encoding, notes = mended
    elif refusal is not None:
        raise refusal
    return _found(rows, encoding, notes)


def _found(rows: Rows, encoding: str, notes: tuple[str, ...]) -> tuple[Found, Reading]:
    rows = with_rows(without_pieces(without_rule(rows)))
    return Found(rows.columns.cells, rows.columns.rows), _reading(rows, encoding, notes)


Read = tuple[Rows, str, tuple[str, ...]]


def _read(data: Data, name: str, choices: Choices, limits: Limits, *, quick: bool) -> Read:
    """The rows, the encoding, and notes on it."""
    read = _as_it_is(data, name, choices, limits, quick=quick)
    if read[0].dialect.delimiter or bytes(data[_marks(data) :][:1]) != b'"':
        return read
    if (text := unwrapped(decode(bytes(data), choices.encoding, mend=True).text)) is None:
        return read
    rows, _, notes = _as_it_is(text.encode(), name, replace(choices, encoding="UTF-8"), limits, quick=quick)
    if not rows.dialect.delimiter or 20 * (rows.columns.body.ragged + len(rows.broken)) > rows.columns.cells.num_rows:
        return read
    note = "Every line was in quotation marks as a whole; they were taken off, and the cells separated."
    return rows, read[1], (*read[2], *notes, note)


def _as_it_is(data: Data, name: str, choices: Choices, limits: Limits, *, quick: bool) -> Read:
    prefer = "\t" if Path(name).suffix.lower() in (".tsv", ".tab") else ""
    if quick and looks_like_utf8(data, choices.encoding):
        text = np.frombuffer(data, np.uint8)
        rows = _quickly(text[_marks(data) :], choices, limits, prefer)
        if rows is not None:
            return rows, "UTF-8", ()
    decoded = decode(bytes(data), choices.encoding, mend=True)
    rows = None
    if quick and (decoded.encoding != "UTF-8" or decoded.hole):
        rows = _quickly(np.frombuffer(decoded.text.encode(), np.uint8), choices, limits, prefer)
    rows = rows or read_carefully(decoded.text, choices, limits, prefer)
    return without_holes(rows, decoded.hole) if decoded.hole else rows, decoded.encoding, decoded.notes


def _marks(data: Data) -> int:
    """Bytes of the byte order marks at the beginning, of which there may be two."""
    count = 0
    while bytes(data[count : count + len(MARK)]) == MARK:
        count += len(MARK)
    return count


def _with_doubled_marks(data: Data, name: str, choices: Choices, limits: Limits, *, quick: bool) -> Read | None:
    """The rows where \\" within cells means a quotation mark, as databases write it; None where that fits not every row."""
    if not looks_like_utf8(data, choices.encoding) or _ESCAPED not in (whole := bytes(data)):
        return None
    try:
        rows, encoding, notes = _read(whole.replace(_ESCAPED, b'""'), name, choices, limits, quick=quick)
    except StudioError:
        return None
    if rows.broken or not rows.dialect.quoted or rows.columns.body.ragged or encoding != "UTF-8":
        return None
    return rows, encoding, (*notes, "Quotation marks with a backslash before them were read as quotation marks.")


def _quickly(text: "np.typing.NDArray[np.uint8]", choices: Choices, limits: Limits, prefer: str) -> Rows | None:
    try:
        return read_quickly(text, choices, limits, prefer) if len(text) else None
    except NotPlain:
        return None


def _reading(rows: Rows, encoding: str, notes: tuple[str, ...]) -> Reading:
    columns, body, delimiter = rows.columns, rows.columns.body, rows.dialect.delimiter
    broken = (f"{counted(len(rows.broken), 'row')} left out for broken quotation marks.",) if rows.broken else ()
    return Reading(
        "TSV" if delimiter == "\t" else "CSV",
        encoding,
        delimiter,
        columns.header_row,
        notes=(*notes, *rows.dialect.notes, *columns.notes, *broken, *rows.notes),
        repaired=_by_row(body.repaired),
        doubtful=_by_row(body.doubtful),
        set_aside=_by_row(body.set_aside + rows.broken),
        rows_repaired=body.trimmed + body.padded,
        rows_doubtful=body.doubted,
        rows_set_aside=body.ragged + body.remarks + body.repeated + body.dropped + len(rows.broken),
        rows_empty=body.empty,
    )


def _by_row(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.row))
