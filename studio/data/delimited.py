"""A delimited file to columns: its encoding, then its rows, by the fast reader or by the careful one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from studio.data.careful import read_carefully
from studio.data.encoding import Decoded, decode, looks_like_utf8
from studio.data.formats import Found
from studio.data.limits import Choices, Limits
from studio.data.phrases import counted
from studio.data.quick import read_quickly
from studio.data.rows import Rows
from studio.data.structure import MARK, NotPlain
from studio.data.table import Problem, Reading

Data = bytes | memoryview
Text = Callable[[], Decoded]


def read_delimited(
    data: Data, name: str, choices: Choices, limits: Limits, *, quick: bool = True
) -> tuple[Found, Reading]:
    """The columns of a delimited file. `quick`: whether the fast reader may do it; the result is the same."""
    prefer = "\t" if Path(name).suffix.lower() in (".tsv", ".tab") else ""
    rows = None
    encoding, notes = "UTF-8", tuple[str, ...]()
    if quick and looks_like_utf8(data[:4], choices.encoding):
        text = np.frombuffer(data, np.uint8)
        rows = _quickly(text[len(MARK) :] if bytes(data[:3]) == MARK else text, choices, limits, prefer)
    if rows is None:
        decoded = decode(bytes(data), choices.encoding)
        encoding, notes = decoded.encoding, decoded.notes
        if quick and encoding != "UTF-8":
            rows = _quickly(np.frombuffer(decoded.text.encode(), np.uint8), choices, limits, prefer)
        rows = rows or read_carefully(decoded.text, choices, limits, prefer)
    return Found(rows.columns.cells, rows.columns.rows), _reading(rows, encoding, notes)


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
        repaired=tuple(body.repaired),
        set_aside=_by_row(body.set_aside + rows.broken),
        rows_repaired=body.trimmed + body.padded,
        rows_set_aside=body.ragged + body.remarks + body.repeated + len(rows.broken),
    )


def _by_row(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.row))
