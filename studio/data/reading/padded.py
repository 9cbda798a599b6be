"""Numbers that a sheet shows with zeros at their beginning, as postal codes under the format 00000: found in the file itself, since
the compiled reader tells the value and not the format. Of `.xlsx` and `.xlsm` only."""

import re
import zipfile
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from studio.data.reading.faults import UNKNOWN, part_of
from studio.data.reading.faults_xml import place_of

Formats = dict[tuple[int, int], str]
"""(row, column), both from 0 → what the digits are put into, as `00000` or `000-00-0000`."""

_TOKEN = re.compile(r'0|\\(.)|"([^"0-9]*)"|([-/() ])')


def find_padded(file: IO[bytes], sheet: str) -> Formats:
    """The numbers of a sheet that have such a format; none where that cannot be told."""
    try:
        if not zipfile.is_zipfile(file):
            return {}
        with zipfile.ZipFile(file) as archive:
            if "xl/styles.xml" not in archive.namelist():
                return {}
            with archive.open("xl/styles.xml") as source:
                styles = _styles(source)
            if not styles:
                return {}
            with archive.open(part_of(archive, sheet, is_binary=False)) as source:
                return _cells(source, styles)
    except (*UNKNOWN, zipfile.BadZipFile):
        return {}


def padded(digits: str, template: str) -> str:
    """The digits in the places of the template's zeros, from the right; those beyond stand before them: 501, 00000 → 00501."""
    if not digits.isdecimal():
        return digits
    places = template.count("0")
    rest = iter(digits.zfill(places)[len(digits.zfill(places)) - places :])
    return digits[: max(0, len(digits) - places)] + "".join(next(rest) if each == "0" else each for each in template)


def template_of(code: str) -> str:
    """What a format code of zeros and signs between them shows; empty for any other. 000\\-00\\-0000 → 000-00-0000."""
    code = code.partition(";")[0]
    tokens = list(_TOKEN.finditer(code))
    if "".join(token[0] for token in tokens) != code or any((token[1] or "").isdigit() for token in tokens):
        return ""
    template = "".join("0" if token[0] == "0" else token[1] or token[2] or token[3] or "" for token in tokens)
    return template if template.count("0") >= 2 else ""


def _styles(source: IO[bytes]) -> dict[str, str]:
    """Number of a cell's style → its template."""
    templates: dict[str, str] = {}
    styles: list[str] = []
    for _, element in ElementTree.iterparse(source):
        name = element.tag.rpartition("}")[2]
        if name == "numFmt":
            templates[element.get("numFmtId", "")] = template_of(element.get("formatCode", ""))
        elif name == "cellXfs":
            styles = [each.get("numFmtId", "") for each in element]
    return {str(place): templates[each] for place, each in enumerate(styles) if templates.get(each)}


def _cells(source: IO[bytes], styles: dict[str, str]) -> Formats:
    found: Formats = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "c" and attributes.get("t", "n") == "n" and attributes.get("s") in styles:
            found[place_of(attributes.get("r", ""))] = styles[attributes["s"]]

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.ParseFile(source)
    return found
