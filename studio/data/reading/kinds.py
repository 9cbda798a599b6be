"""What kind of file it is, by its first bytes rather than by its name; refuses what is no table."""

import zipfile
from pathlib import Path
from typing import IO, Literal

from studio.errors import StudioError

Kind = Literal["text", "json", "parquet", "excel", "gzip", "zip"]

_TABLES = "Upload a CSV, TSV, JSONL, Parquet or Excel file."
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "Copy the table into a spreadsheet and save it as CSV."),
    (b"BZh", "a bzip2 archive", "Unpack it and upload the file inside."),
    (b"\xfd7zXZ\0", "an xz archive", "Unpack it and upload the file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and upload the file inside."),
    (b"Rar!", "a RAR archive", "Unpack it and upload the file inside."),
    (b"\x89PNG", "a picture", _TABLES),
    (b"\xff\xd8\xff", "a picture", _TABLES),
    (b"GIF8", "a picture", _TABLES),
    (b"SQLite format 3\0", "a database", "Export the table from it as CSV."),
    (b"{\\rtf", "a word processor's document", "Copy the table into a spreadsheet and save it as CSV."),
    (b"\x7fELF", "a program", _TABLES),
    (b"\x80\x04\x95", "a Python pickle, which is never opened because it can run code", _TABLES),
)
_WEB_PAGE = (b"<!doctype html", b"<html", b"<head", b"<table", b"<?xml")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARK = b"\xef\xbb\xbf"


def is_packed(head: bytes) -> bool:
    """Whether a file's size says nothing about what is in it."""
    return head.startswith((b"PK", b"PAR1", b"\x1f\x8b", _OLD_OFFICE))


def kind_of(file: IO[bytes], name: str) -> Kind:
    """The kind of a file. `name` is what people call it.

    Raises: StudioError for an empty file and for anything that is no table, saying what it is.
    """
    file.seek(0)
    head = file.read(1024)
    start = head.removeprefix(_MARK).lstrip()
    if not start.strip(b"\0"):
        raise StudioError(
            "The file is empty", where=name, fix="Upload a table with column names in the first row and rows below."
        )
    for magic, what, fix in _REFUSED:
        if head.startswith(magic):
            raise StudioError(f"The file is {what}, not a table", where=name, fix=fix)
    if _is_web_page(start):
        raise StudioError(
            "The file is a web page, not a table",
            where=name,
            fix="Often this is a login or error page saved by mistake: download the table itself, as CSV.",
        )
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(_OLD_OFFICE):
        return "excel"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(file, name)
    return "json" if _is_json(start, name) else "text"


def _is_web_page(start: bytes) -> bool:
    """Whatever comments stand above."""
    while start.startswith(b"<!--"):
        start = start.partition(b"-->")[2].lstrip()
        if not start:
            return True
    return start[:20].lower().startswith(_WEB_PAGE)


def _kind_of_zip(file: IO[bytes], name: str) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            inside = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise StudioError("The file is a damaged archive", where=name, fix="Save it again and upload it.") from error
    is_workbook = any(entry.startswith("xl/") for entry in inside) or "content.xml" in inside
    return "excel" if is_workbook else "zip"


def _is_json(start: bytes, name: str) -> bool:
    """By its name, or, whatever the name, by starting like an object with a quoted key."""
    if Path(name).suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return True
    inner = start[1:].lstrip()
    if start.startswith(b"["):
        return inner.startswith(b"{") and inner[1:].lstrip().startswith(b'"')
    return start.startswith(b"{") and inner.startswith(b'"') and b":" in inner
