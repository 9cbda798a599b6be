"""Excel and OpenDocument workbooks: one sheet as text, and no more of it than allowed, whatever the file says."""

import json
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

import psutil

from studio.data.formats import UNPACKED, check_size
from studio.data.phrases import shortened
from studio.data.shared import check_shared
from studio.errors import StudioError

_PROGRAM = str(Path(__file__).with_name("sheet.py"))
_MEMORY = 4
"""Bytes of memory for a byte of unpacked workbook; 2.5 were seen with a million rows of numbers."""
_LEAST_MEMORY = 1 << 29
_LEAST_CELLS = 1_000_000
"""A sheet may span this many, or one for each byte of the unpacked workbook, where a filled cell takes 30 and more.
Empty ones take none there, but memory and time like any other."""
_ONE_AT_A_TIME = threading.Lock()
"""Two large ones side by side would need the memory of both."""
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


def read_sheet(path: Path, sheet: str, most_bytes: int, most_rows: int, most_columns: int) -> Sheet:
    """The sheet of that name; an empty `sheet` takes the first with content.

    Raises: StudioError for damaged or encrypted files, sheets that are not there, and what unpacks to too much.
    """
    most = most_bytes * UNPACKED
    most_cells = max(_LEAST_CELLS, _unpacked(path, most))
    check_shared(path, most)
    memory = min(most * _MEMORY + _LEAST_MEMORY, psutil.virtual_memory().available // 2)
    with _ONE_AT_A_TIME, _opened(path, sheet[:100], memory) as lines:
        found = next(lines)
        names: list[str] = found["names"]
        if "sheet" not in found:
            raise StudioError(f"There is no sheet {sheet[:60]!r}", fix=f"Choose one of: {', '.join(names)}.")
        below = found["height"] - 1  # the column names are no row of the table, nor is a title above them
        check_size(below if below > most_rows + _ABOVE else 0, found["width"], most_rows, most_columns)
        if (cells := found["height"] * found["width"]) > most_cells:
            raise StudioError(
                f"The sheet spans {cells:,} cells, nearly all of them empty",
                where=f"sheet {shortened(found['sheet'], 60)}",
                fix="It may have cells far away from the table: save only the table, as CSV.",
            )
        rows = _rows(lines, most)
    notes: tuple[str, ...] = ()
    if len(names) > 1 and not sheet:
        notes = (f"The workbook has {len(names)} sheets; “{shortened(found['sheet'], 60)}” was read.",)
    return Sheet(found["sheet"], rows, notes, tuple(names))


def _rows(lines: Iterator[list[list[str]]], most_characters: int) -> list[list[str]]:
    """All cells, row by row. A text that many cells share is stored once in the file and costs memory in every one."""
    rows: list[list[str]] = []
    characters = 0
    for row in chain.from_iterable(lines):
        rows.append(row)
        characters += sum(map(len, row))
        if characters > most_characters:
            raise StudioError(
                f"The sheet holds more than {most_characters / 1e6:,.0f} million characters",
                where=f"row {len(rows)}",
                fix="Upload fewer rows, or shorten the texts.",
            )
    return rows


@contextmanager
def _opened(path: Path, sheet: str, memory: int) -> Iterator[Iterator[Any]]:
    """What the program `sheet.py` says of the workbook, line by line; it ends with the block."""
    order = json.dumps({"path": str(path.resolve()), "sheet": sheet, "most_memory": memory})
    try:
        program = subprocess.Popen(
            [sys.executable, "-P", _PROGRAM, order],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=1 << 20,
        )
    except OSError as error:
        raise StudioError(
            f"The workbook could not be opened: {error.strerror}", fix="Close other programs, then try again."
        ) from error
    with program:
        assert program.stdout is not None
        try:
            yield _lines(program, program.stdout, memory)
        finally:
            program.kill()


def _lines(program: "subprocess.Popen[bytes]", output: IO[bytes], memory: int) -> Iterator[Any]:
    """Raises: StudioError when it could not read the workbook, or not to its end."""
    for line in output:
        if not line.endswith(b"\n"):
            break  # it was ended in the middle
        said = json.loads(line)
        if isinstance(said, dict) and "problem" in said:
            raise _refused(said["problem"], memory)
        yield said
    code = program.wait()
    if code:
        raise _refused("damaged" if code > 0 else "slow" if code == -signal.SIGXCPU else "large", memory)


def _refused(problem: str, memory: int) -> StudioError:
    match problem:
        case "locked":
            return StudioError(
                "The workbook is locked with a password", fix="Save it without a password and upload it again."
            )
        case "large":
            return StudioError(
                f"The sheet takes more than {memory / 1e6:,.0f} MB of memory",
                fix="It may have cells far away from the table: save only the table, as CSV.",
            )
        case "slow":
            return StudioError("The sheet takes too long to read", fix="Save only the table, as CSV.")
    return StudioError("The Excel file is damaged", fix="Open it in Excel and save it again.")


def _unpacked(path: Path, most: int) -> int:
    """Bytes of the unpacked workbook. A few kilobytes of zip can hold gigabytes; the directory at its end says how many
    before anything is unpacked. Raises: StudioError for more than `most`."""
    unpacked = path.stat().st_size
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > most:
            raise StudioError(
                f"The workbook unpacks to {unpacked / 1e6:,.0f} MB, the limit is {most / 1e6:,.0f} MB",
                fix="Save only the sheet with the table, as CSV.",
            )
    return unpacked
