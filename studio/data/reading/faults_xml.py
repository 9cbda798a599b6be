"""The cells with an error in the parts of workbooks that are XML: `.xlsx` and `.ods`."""

import re
from typing import IO
from xml.parsers import expat

Faults = dict[tuple[int, int], str]
"""(row, column), both from 0 → what Excel shows there, as `#DIV/0!`."""

_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_SHOWN = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:[0-9]{3}")


def faults_of_xlsx(source: IO[bytes]) -> Faults:
    """Of the part of a sheet. Raises: KeyError where a cell does not say its place; ExpatError."""
    found: Faults = {}
    place: tuple[int, int] | None = None
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal place, inside
        name = tag.rpartition(":")[2]
        if name == "c":
            place = place_of(attributes.get("r", "")) if attributes.get("t") == "e" else None
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


def place_of(name: str) -> tuple[int, int]:
    """(4, 2) of C5. Raises: KeyError where a cell does not say its place."""
    if not (told := _PLACE.fullmatch(name)):
        raise KeyError(name)
    column = 0
    for letter in told[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(told[2]) - 1, column - 1


def faults_of_ods(source: IO[bytes], sheet: str, height: int, width: int) -> Faults:
    """Of `content.xml`, which holds all sheets and gives equal neighbors once. Raises: KeyError without that sheet; ExpatError."""
    walk = _OpenDocument(sheet, height, width)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = walk.start, walk.text, walk.end
    parser.ParseFile(source)
    if not walk.has_sheet:
        raise KeyError(sheet)
    return walk.found


class _OpenDocument:
    """Where in the document the parser is."""

    def __init__(self, sheet: str, height: int, width: int) -> None:
        self.found: Faults = {}
        self.has_sheet = False
        self._sheet, self._height, self._width = sheet, height, width
        self._path: list[str] = []
        self._inside = False
        self._row = self._column = self._rows = self._columns = 0
        self._is_error = False
        self._shown = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag.rpartition(":")[2])
        name = self._path[-1]
        if name == "table" and self._path[-2:-1] == ["spreadsheet"]:
            self._inside = attributes.get("table:name") == self._sheet
            self.has_sheet |= self._inside
            self._row = 0
        elif name == "table-row":
            self._rows, self._column = int(attributes.get("table:number-rows-repeated", "1")), 0
        elif name in ("table-cell", "covered-table-cell"):
            self._columns = int(attributes.get("table:number-columns-repeated", "1"))
            self._is_error = attributes.get("calcext:value-type") == "error"
            self._shown = ""

    def text(self, data: str) -> None:
        if self._inside and self._path[-2:] == ["table-cell", "p"]:  # and not in a comment
            self._shown += data

    def end(self, _: str) -> None:
        name = self._path.pop()
        if not self._inside:
            return
        if name in ("table-cell", "covered-table-cell"):
            if self._is_error or _SHOWN.fullmatch(self._shown):
                for row in range(self._row, min(self._row + self._rows, self._height)):
                    for column in range(self._column, min(self._column + self._columns, self._width)):
                        self.found[row, column] = self._shown or "an error"
            self._column += self._columns
        elif name == "table-row":
            self._row += self._rows
