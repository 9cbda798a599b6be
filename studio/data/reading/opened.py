"""An open file to a `Table`: what kind it is, which reader reads it, and whether the table is within the limits."""

import mmap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from studio.data.phrases import in_quotes
from studio.data.reading.body import edges_of
from studio.data.reading.containers import Unpacked, unpack_gzip, unpack_zip
from studio.data.reading.delimited import Data, read_delimited
from studio.data.reading.encoding import decode
from studio.data.reading.formats import Found, read_json
from studio.data.reading.kinds import Kind, kind_of
from studio.data.reading.limits import Choices, Limits, check_size
from studio.data.reading.repairs import assemble
from studio.data.reading.rows import no_row_left
from studio.data.table import Reading, Table, row_numbers
from studio.errors import StudioError


def open_table(path: Path, name: str, limits: Limits, choices: Choices) -> Table:
    """Read the file, in this process. Raises: StudioError saying why the file cannot be read and what to do."""
    with path.open("rb") as file:
        kind = kind_of(file, name)
        inner = Unpacked(file, name)
        if kind in ("gzip", "zip"):
            inner = (
                unpack_gzip(file, name, limits) if kind == "gzip" else unpack_zip(file, name, choices.member, limits)
            )
            kind = kind_of(inner.file, inner.name)
            if kind in ("gzip", "zip"):
                raise StudioError(
                    "The archive holds another archive", where=name, fix="Unpack it and upload the table."
                )
        found, reading = _read(inner.file, kind, inner.name, limits, choices)
        reading = replace(reading, notes=(*inner.notes, *reading.notes), member=inner.member)
        rows = found.rows if isinstance(found.rows, range) else row_numbers(np.asarray(found.rows, np.int64))
        _check(found.cells, rows, limits)
        return Table(found.cells, rows, reading, name)


def _read(file: IO[bytes], kind: Kind, name: str, limits: Limits, choices: Choices) -> tuple[Found, Reading]:
    if kind == "parquet":
        from studio.data.reading.parquet import read_parquet  # noqa: PLC0415 - what it imports takes longer than small files

        found = read_parquet(file, limits)
        return found, Reading("Parquet", notes=tuple(found.notes))
    if kind == "excel":
        return _excel(file, limits, choices)
    if kind == "json":
        return _json(bytes(_mapped(file)), choices, limits)
    return read_delimited(_mapped(file), name, choices, limits)


def _mapped(file: IO[bytes]) -> Data:
    """The bytes of a file; small ones as a copy."""
    file.seek(0)
    size = file.seek(0, 2)
    file.seek(0)
    return file.read() if size < 1 << 20 else memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _json(data: bytes, choices: Choices, limits: Limits) -> tuple[Found, Reading]:
    decoded = decode(data, choices.encoding)
    found, form = read_json(decoded.text, limits.columns, choices.header_row)
    reading = Reading(
        form,
        decoded.encoding,
        notes=(*decoded.notes, *found.notes),
        repaired=tuple(found.repaired),
        set_aside=tuple(found.problems),
    )
    return found, reading


def _excel(file: IO[bytes], limits: Limits, choices: Choices) -> tuple[Found, Reading]:
    from studio.data.reading.workbook import read_sheet  # noqa: PLC0415 - as above

    sheet = read_sheet(file, choices.sheet, limits)
    columns = assemble(range(1, len(sheet.rows) + 1), sheet.rows, choices.header_row, limits.columns)
    if not columns.cells.num_rows:
        raise no_row_left(columns.body.set_aside)
    reading = Reading(
        "Excel",
        header_row=columns.header_row,
        sheet=sheet.name,
        sheets=sheet.names,
        notes=(*sheet.notes, *columns.notes),
        repaired=tuple(columns.body.repaired),
        set_aside=tuple(columns.body.set_aside),
        rows_empty=columns.body.empty,
    )
    return Found(columns.cells, columns.rows), reading


def _check(cells: pa.Table, rows: Sequence[int], limits: Limits) -> None:
    check_size(cells.num_rows, cells.num_columns, limits.rows, limits.columns)
    for name in cells.column_names:
        column = cells.column(name)
        if max(map(_longest, column.chunks), default=0) <= limits.cell_characters:
            continue
        lengths = [len(cell) for cell in column.to_pylist()]
        if (most := max(lengths)) > limits.cell_characters:
            raise StudioError(
                f"A cell has {most:,} characters, the limit is {limits.cell_characters:,}",
                where=f"row {rows[lengths.index(most)]}, column {in_quotes(name)}",
                fix="Shorten the text; if it swallows several rows, a closing quotation mark is missing there.",
            )


def _longest(cells: pa.Array) -> int:
    """Bytes."""
    return int(np.diff(edges_of(cells)).max(initial=0))
