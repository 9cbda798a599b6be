"""Packed files: gzip, and zip archives with one table in them. Unpacked into a file without a name, and counted on the way."""

import gzip
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from studio.data.phrases import listed, shortened
from studio.data.reading.bounds import hurry
from studio.data.reading.limits import Limits
from studio.errors import StudioError

_STEP = 1 << 20
_TABLES = {".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xls", ".xlsb", ".xlsm", ".ods"}
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError)


@dataclass(frozen=True)
class Unpacked:
    """What was inside."""

    file: IO[bytes]
    name: str
    """The inner file's, for its ending."""
    member: str = ""
    notes: tuple[str, ...] = ()


def unpack_gzip(file: IO[bytes], name: str, limits: Limits) -> Unpacked:
    """The file that was packed. Raises: StudioError when it is damaged, or larger than allowed."""
    size = file.seek(0, 2)
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as packed:
            inside = _copied(packed, limits.most_unpacked, name, size)
    except _DAMAGED as error:
        raise _damaged(name) from error
    return Unpacked(inside, name.removesuffix(".gz"))


def unpack_zip(file: IO[bytes], name: str, member: str, limits: Limits) -> Unpacked:
    """The table in an archive; `member` says which.

    Raises: StudioError when there is none or there are several, and when it is locked, damaged or too large.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entry, notes = _chosen(archive, name, member)
            if entry.flag_bits & 1:
                raise StudioError(
                    "The zip archive is locked with a password", where=name, fix="Unpack it and upload the file inside."
                )
            if entry.file_size > limits.most_unpacked:
                raise _too_large(limits.most_unpacked, name)
            with archive.open(entry) as packed:
                inside = _copied(packed, limits.most_unpacked, name, entry.compress_size)
    except _DAMAGED as error:
        raise _damaged(name) from error
    return Unpacked(inside, entry.filename, entry.filename, notes)


def _chosen(archive: zipfile.ZipFile, name: str, member: str) -> tuple[zipfile.ZipInfo, tuple[str, ...]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
    names = [entry.filename for entry in entries]
    if any(each.startswith("word/") for each in names):
        raise StudioError(
            "The file is a word processor's document, not a table",
            where=name,
            fix="Copy the table into a spreadsheet and save it as CSV.",
        )
    if member:
        if member not in names:
            raise StudioError(
                f"There is no file {member[:60]!r} in the archive",
                where=name,
                fix=f"Choose one of: {listed(names, 10)}.",
            )
        return entries[names.index(member)], ()
    tables = [entry for entry in entries if PurePosixPath(entry.filename).suffix.lower() in _TABLES] or entries
    if not tables:
        raise StudioError("The zip archive is empty", where=name, fix="Upload the table itself: CSV or Excel.")
    if len(tables) > 1:
        raise StudioError(
            f"The zip archive holds {len(tables)} files: {listed([entry.filename for entry in tables], 10)}",
            where=name,
            fix="Name the one with the table under “Read it differently” (--member on the command line), or unpack it.",
        )
    rest = len(entries) - 1
    notes = (
        (f"“{shortened(tables[0].filename, 60)}” in the archive was read; {rest} more there were not.",) if rest else ()
    )
    return tables[0], notes


def _is_hidden(name: str) -> bool:
    """What file managers put into an archive by themselves."""
    path = PurePosixPath(name)
    return name.startswith("__MACOSX/") or path.name.startswith(".") or path.name in ("Thumbs.db", "desktop.ini")


def _copied(packed: IO[bytes] | gzip.GzipFile, most: int, name: str, packed_size: int) -> IO[bytes]:
    inside = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the reading process
    size = 0
    while part := packed.read(_STEP):
        size += len(part)
        hurry(packed_size, size)
        if size > most:
            inside.close()
            raise _too_large(most, name)
        inside.write(part)
    inside.flush()
    return inside


def _too_large(most: int, name: str) -> StudioError:
    return StudioError(
        f"The file unpacks to more than {most / 1e6:,.0f} MB", where=name, fix="Upload fewer rows, or the table itself."
    )


def _damaged(name: str) -> StudioError:
    return StudioError("The file is a damaged archive", where=name, fix="Pack it again, or upload the table itself.")
