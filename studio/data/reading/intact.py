"""Whether the parts of a zipped workbook are whole, and which cells hold an error, which the compiled reader shows as nothing."""

import posixpath
import re
import zipfile
import zlib
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from studio.errors import StudioError

_STEP = 1 << 20
_FAULT = re.compile(rb"""\st\s*=\s*["']e["']""")
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Faults = dict[tuple[int, int], str]
"""(row, column), both from 0 → what Excel shows there, as `#DIV/0!`."""


def check_parts(file: IO[bytes]) -> frozenset[str]:
    """Unpacks every part but pictures, which compares their checksums. Names of the parts with errors in cells.

    Raises: StudioError naming the part that is damaged.
    """
    faulty = set()
    part = ""
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                part = entry.filename
                if "/media/" not in part and not entry.flag_bits & 1:
                    with archive.open(entry) as source:
                        if _has_fault(source) and part.endswith(".xml"):
                            faulty.add(part)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError) as error:
        raise StudioError(
            "The Excel file is damaged: what is in it does not fit its checksums",
            where=f"part {part[:80]}" if part else "",
            fix="Open it in Excel and save it again, or download it again.",
        ) from error
    return frozenset(faulty)


def _has_fault(source: IO[bytes]) -> bool:
    found, end = False, b""
    while data := source.read(_STEP):
        found = found or _FAULT.search(end + data) is not None
        end = data[-20:]
    return found


def find_faults(file: IO[bytes], sheet: str, faulty: frozenset[str]) -> Faults | None:
    """The errors in the cells of a sheet; None where its part is not found and some part has any."""
    if not faulty:
        return {}
    with zipfile.ZipFile(file) as archive:
        try:
            part = _part_of(archive, sheet)
            if part not in faulty:
                return {} if part in archive.namelist() else None
            with archive.open(part) as source:
                return _faults(source)
        except (KeyError, ElementTree.ParseError, expat.ExpatError):
            return None


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Raises: KeyError where the workbook does not say it."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relation = next(
        (each.get(_RELATION) for each in book.iter() if _is(each, "sheet") and each.get("name") == sheet), ""
    )
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = {each.get("Id"): each.get("Target", "") for each in links.iter()}[relation]
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _is(element: ElementTree.Element, name: str) -> bool:
    return element.tag.rpartition("}")[2] == name


def _faults(source: IO[bytes]) -> Faults:
    found: Faults = {}
    place: tuple[int, int] | None = None
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal place, inside
        name = tag.rpartition(":")[2]
        if name == "c":
            place = _place(attributes.get("r", "")) if attributes.get("t") == "e" else None
        inside = name == "v" and place is not None

    def text(data: str) -> None:
        if inside and place is not None:
            found[place] = found.get(place, "") + data

    def end(_: str) -> None:
        nonlocal inside
        inside = False

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    parser.ParseFile(source)
    return found


def _place(name: str) -> tuple[int, int]:
    """(4, 2) of C5. Raises: KeyError where a cell does not say its place."""
    if not (told := _PLACE.fullmatch(name)):
        raise KeyError(name)
    column = 0
    for letter in told[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(told[2]) - 1, column - 1
