"""Workbooks store a text that many cells share once: how much text a sheet becomes, told before it is unpacked."""

import zipfile
import zlib
from typing import IO
from xml.parsers import expat

from studio.errors import StudioError

_SMALLEST_CELL = len('<c t="s"><v>0</v></c>')


def check_shared(file: IO[bytes], most_characters: int) -> None:
    """Raises: StudioError when the shared texts of a sheet, counted in every cell, are more. Damage is left to the reader."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = {entry.filename.lower(): entry for entry in archive.infolist()}
            strings = entries.pop("xl/sharedstrings.xml", None)
            if strings is None:
                return
            with archive.open(strings) as source:
                lengths = _lengths(source)
            longest = max(lengths, default=0)
            for entry in entries.values():
                if longest * (entry.file_size // _SMALLEST_CELL) <= most_characters:
                    continue
                with archive.open(entry) as source:
                    characters = _characters(source, lengths)
                if characters > most_characters:
                    raise StudioError(
                        f"A sheet holds {characters / 1e6:,.0f} million characters, the limit is {most_characters / 1e6:,.0f}",
                        fix="Save only the sheet with the table, as CSV, with fewer rows or shorter texts.",
                    )
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, expat.ExpatError):
        return


def _lengths(source: IO[bytes]) -> list[int]:
    """Characters of each shared text."""
    lengths: list[int] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if _local(tag) == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.ParseFile(source)
    return lengths


def _characters(source: IO[bytes], lengths: list[int]) -> int:
    """Characters in all cells of a sheet that show a shared text; 0 for another part of the workbook."""
    total = 0
    shared = inside = False
    index = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal shared, inside, index
        name = _local(tag)
        if name == "c":
            shared = attributes.get("t") == "s"
        inside, index = shared and name == "v", ""

    def text(data: str) -> None:
        nonlocal index
        if inside:
            index += data

    def end(_: str) -> None:
        nonlocal total, inside
        if inside and index.strip().isdecimal() and int(index) < len(lengths):
            total += lengths[int(index)]
        inside = False

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    try:
        parser.ParseFile(source)
    except expat.ExpatError:
        return total  # a picture, or damaged: the reader tells
    return total


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]
