"""A file in, a `Table` out: all text, nothing guessed away, and every repair said."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from studio.data.dialect import find_dialect, read_records, split_lines
from studio.data.encoding import decode
from studio.data.formats import Found, check_size, read_json_array, read_json_lines
from studio.data.kinds import kind_of
from studio.data.parquet import read_parquet
from studio.data.phrases import counted
from studio.data.repairs import assemble, longest_cell
from studio.data.table import Reading, Table
from studio.data.workbook import read_sheet
from studio.errors import StudioError


def _upload_limit() -> int:
    """Bytes, from the environment's STUDIO_MAX_UPLOAD_MB (1 MB = 1 000 000 bytes)."""
    told = os.environ.get("STUDIO_MAX_UPLOAD_MB", "100")
    try:
        megabytes = float(told)
    except ValueError:
        megabytes = 0.0
    if not 0 < megabytes < 1e6:
        raise StudioError(
            f"STUDIO_MAX_UPLOAD_MB is {told[:40]!r}", fix="Set it to a number of megabytes above 0, as 100."
        )
    return int(megabytes * 1_000_000)


@dataclass(frozen=True)
class Limits:
    """What a table may have. Over a limit a file is refused with a sentence, before it is read where that is possible."""

    file_bytes: int = field(default_factory=_upload_limit)
    rows: int = 1_000_000
    columns: int = 1_000
    cell_characters: int = 1_000_000


@dataclass(frozen=True)
class Choices:
    """What a person decided about the file, over the studio's guesses. Empty means guess."""

    encoding: str = ""
    """A title of `encoding.ENCODINGS`."""
    delimiter: str = ""
    """One character."""
    header_row: int = 0
    """The file's own row number; `repairs.NO_HEADER` (-1) for a file without column names."""
    sheet: str = ""


def read_table(path: Path, name: str = "", *, limits: Limits | None = None, choices: Choices | None = None) -> Table:
    """Read CSV, TSV, JSONL, a JSON array, Parquet or Excel; which of them is told by the content, not the name.

    Row numbers are the file's own: the line where a record starts (text formats), the row of the sheet (Excel),
    or 2 for the first row (Parquet). `name` is the file's name for people.
    Raises: StudioError saying why the file cannot be read and what to do.
    """
    limits, choices, name = limits or Limits(), choices or Choices(), name or path.name
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise StudioError(
            f"The file has {_megabytes(size)} MB, the limit is {_megabytes(limits.file_bytes)} MB",
            where=name,
            fix="Upload fewer rows, or ask whoever runs the studio to raise the limit (STUDIO_MAX_UPLOAD_MB).",
        )
    with path.open("rb") as readable:
        kind = kind_of(path, readable.read(1024), name)
    if kind == "parquet":
        found, reading = _parquet(path, limits)
    elif kind == "excel":
        found, reading = _excel(path, limits, choices)
    elif kind == "json":
        found, reading = _json(path, choices)
    else:
        found, reading = _delimited(path, name, choices)
    _check(found.cells, found.rows, limits)
    with path.open("rb") as readable:
        digest = hashlib.file_digest(readable, "sha256").hexdigest()
    return Table(found.cells, _compact_rows(found.rows), reading, name, digest)


def _delimited(path: Path, name: str, choices: Choices) -> tuple[Found, Reading]:
    decoded = decode(path.read_bytes(), choices.encoding)
    lines, encoding, decoding = split_lines(decoded.text), decoded.encoding, decoded.notes
    del decoded  # a large file's text need not stay beside its lines
    prefer = "\t" if Path(name).suffix.lower() in (".tsv", ".tab") else ""
    dialect, skip = find_dialect(lines, choices.delimiter, prefer=prefer)
    records = read_records(lines, dialect, skip)
    columns = assemble(records.lines, records.cells, choices.header_row)
    broken = (
        (f"{counted(len(records.problems), 'row')} left out for broken quotation marks.",) if records.problems else ()
    )
    reading = Reading(
        "TSV" if dialect.delimiter == "\t" else "CSV",
        encoding,
        dialect.delimiter,
        columns.header_row,
        notes=(*decoding, *dialect.notes, *columns.notes, *broken, *records.notes),
        problems=tuple(sorted((*columns.problems, *records.problems), key=lambda problem: problem.row)),
    )
    return Found(columns.cells, columns.rows), reading


def _json(path: Path, choices: Choices) -> tuple[Found, Reading]:
    decoded = decode(path.read_bytes(), choices.encoding)
    array = decoded.text.lstrip().startswith("[")
    found = read_json_array(decoded.text) if array else read_json_lines(decoded.text)
    reading = Reading(
        "JSON" if array else "JSONL",
        decoded.encoding,
        notes=(*decoded.notes, *found.notes),
        problems=tuple(found.problems),
    )
    return found, reading


def _parquet(path: Path, limits: Limits) -> tuple[Found, Reading]:
    found = read_parquet(path, limits.file_bytes, limits.rows, limits.columns)
    return found, Reading("Parquet", notes=tuple(found.notes))


def _excel(path: Path, limits: Limits, choices: Choices) -> tuple[Found, Reading]:
    sheet = read_sheet(path, choices.sheet, limits.file_bytes, limits.rows, limits.columns)
    columns = assemble(range(1, len(sheet.rows) + 1), sheet.rows, choices.header_row)
    reading = Reading(
        "Excel",
        header_row=columns.header_row,
        sheet=sheet.name,
        sheets=sheet.names,
        notes=(*sheet.notes, *columns.notes),
        problems=tuple(columns.problems),
    )
    return Found(columns.cells, columns.rows), reading


def _check(cells: pa.Table, rows: list[int] | range, limits: Limits) -> None:
    check_size(cells.num_rows, cells.num_columns, limits.rows, limits.columns)
    characters, column, index = longest_cell(cells)
    if characters > limits.cell_characters:
        raise StudioError(
            f"A cell has {characters:,} characters, the limit is {limits.cell_characters:,}",
            where=f"row {rows[index]}, column '{column}'",
            fix="Shorten the text; if it swallows several rows, a closing quotation mark is missing there.",
        )


def _compact_rows(rows: list[int] | range) -> tuple[int, ...] | range:
    """A range where there are no gaps, which is most files and far smaller."""
    if isinstance(rows, range):
        return rows
    gapless = range(rows[0], rows[0] + len(rows)) if rows else range(0)
    return gapless if list(gapless) == rows else tuple(rows)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}" if size >= 9.5e6 else f"{size / 1e6:.3g}"
