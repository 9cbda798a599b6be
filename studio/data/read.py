"""A file in, a `Table` out: all text, nothing guessed away, and every repair said. The one entrance for uploads."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from studio.data.reading.confined import read_confined
from studio.data.reading.kinds import is_packed
from studio.data.reading.limits import Choices, Limits
from studio.data.reading.opened import open_table
from studio.data.table import Table
from studio.errors import StudioError

__all__ = ["Choices", "Limits", "read_table"]

_SMALL = 256_000
"""Bytes of plain text that are read in this process: no text of this size takes more than moments and some megabytes."""


def read_table(path: Path, name: str = "", *, limits: Limits | None = None, choices: Choices | None = None) -> Table:
    """Read CSV, TSV, JSONL, a JSON array, Parquet or Excel, gzipped or zipped too; which is told by the content, not the name.

    Row numbers are the file's own: the line where a record starts (text formats), the row of the sheet (Excel),
    or 2 for the first row (Parquet). `name` is the file's name for people. Whatever is large or packed is read by a
    process of its own, with limits of memory and time (`confined`).
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
    with path.open("rb") as file:
        packed = is_packed(file.read(16))
    read = read_confined if packed or size > _SMALL else open_table
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(_digest, path)
        table = read(path, name, limits, choices)
        return replace(table, sha256=digest.result())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}" if size >= 9.5e6 else f"{size / 1e6:.3g}"
