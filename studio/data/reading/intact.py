"""Whether the parts of a zipped workbook are whole, and which of them may have cells that hold an error."""

import re
import zipfile
import zlib
from typing import IO

from studio.errors import StudioError

_STEP = 1 << 20
_LONGEST = 64
"""Bytes that tell of an error, at most."""
_XML = re.compile(
    rb"""\st\s*=\s*["']e["']|value-type\s*=\s*["']error["']|>(?:#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d{3})<"""
)
_BINARY = re.compile(
    rb"(?:\x03\x09|\x0b[\x80-\xff]{0,3}[\x00-\x7f])..\x00\x00.{4}[\x00\x07\x0f\x17\x1d\x24\x2a\x2b]", re.DOTALL
)
"""How a record of an error, or of a formula with one, may begin."""


def check_parts(file: IO[bytes]) -> frozenset[str]:
    """Unpacks every part but pictures, which compares their checksums. Names of the parts that may have errors in cells.

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
                        if _has(_BINARY if part.endswith(".bin") else _XML, source):
                            faulty.add(part)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError) as error:
        raise StudioError(
            "The Excel file is damaged: what is in it does not fit its checksums",
            where=f"part {part[:80]}" if part else "",
            fix="Open it in Excel and save it again, or download it again.",
        ) from error
    return frozenset(faulty)


def _has(pattern: "re.Pattern[bytes]", source: IO[bytes]) -> bool:
    """Reads to the end, whatever is found."""
    found, end = False, b""
    while data := source.read(_STEP):
        found = found or pattern.search(end + data) is not None
        end = data[-_LONGEST:]
    return found
