"""The cells with an error in Excel's binary workbooks: `.xlsb` ([MS-XLSB]) and `.xls` ([MS-XLS])."""

import re
import struct
from collections.abc import Iterator

from studio.data.reading.faults_xml import Faults

_SHOWN = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
_ROW, _SHEET = 0, 156
_ERROR, _FORMULA_ERROR = 3, 11
"""Records of `.xlsb`: BrtRowHdr, BrtBundleSh, BrtCellError, BrtFmlaError."""
_BEGIN, _END, _BOUND, _BOOLERR, _FORMULA = 0x0809, 0x000A, 0x0085, 0x0205, 0x0006
"""Records of `.xls`: BOF, EOF, BoundSheet8, BoolErr, Formula."""
_ANY = re.compile(rb"\x05\x02\x08\x00.{7}\x01|\x06\x00.{8}\x02.{5}\xff\xff", re.DOTALL)
"""How a record of `.xls` with an error may begin."""


def faults_of_xlsb(part: bytes) -> Faults:
    """Of the part of a sheet. Raises: IndexError, struct.error."""
    found: Faults = {}
    row = 0
    for kind, data in _records(part):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", data)
        elif kind in (_ERROR, _FORMULA_ERROR):
            column, _, code = struct.unpack_from("<IIB", data)
            found[row, column] = _SHOWN.get(code, "an error")
    return found


def target_in_xlsb(book: bytes, sheet: str) -> str:
    """The relation that leads to the part of a sheet. Raises: KeyError."""
    for kind, data in _records(book):
        if kind == _SHEET:
            relation, after = _wide(data, 8)
            if _wide(data, after)[0] == sheet:
                return relation
    raise KeyError(sheet)


def _wide(data: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * struct.unpack_from("<I", data, at)[0]
    return data[at + 4 : end].decode("utf-16-le"), end


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(part):
        kind, at = _number(part, at, 2)
        size, at = _number(part, at, 4)
        yield kind, part[at : at + size]
        at += size


def _number(part: bytes, at: int, most: int) -> tuple[int, int]:
    """Seven bits a byte, the lowest first, and where it ends; a record's kind keeps none back, but has two bytes at most."""
    number = 0
    for place in range(most):
        number |= (part[at] & 0x7F) << (7 * place)
        at += 1
        if part[at - 1] < 0x80:
            break
    return number, at


def faults_of_xls(stream: bytes, sheet: str) -> Faults:
    """Of a sheet in a workbook's stream. Raises: KeyError without that sheet; struct.error."""
    if not _ANY.search(stream):
        return {}
    found: Faults = {}
    depth = 0
    for kind, at, size in _marks(stream, _begin_of(stream, sheet)):
        if kind == _BEGIN:
            depth += 1  # a chart within the sheet has its own
        elif kind == _END:
            depth -= 1
            if not depth:
                break
        elif depth == 1 and kind == _BOOLERR and size >= 8 and stream[at + 7] == 1:
            found[struct.unpack_from("<HH", stream, at)] = _SHOWN.get(stream[at + 6], "an error")
        elif depth == 1 and kind == _FORMULA and stream[at + 6] == 2 and stream[at + 12 : at + 14] == b"\xff\xff":
            found[struct.unpack_from("<HH", stream, at)] = _SHOWN.get(stream[at + 8], "an error")
    return found


def _begin_of(stream: bytes, sheet: str) -> int:
    """Offset of a sheet. Raises: KeyError."""
    is_old = struct.unpack_from("<H", stream, 4)[0] < 0x600
    for kind, at, size in _marks(stream, 0):
        if kind == _BOUND:
            name = stream[at + 7 if is_old else at + 8 : at + size]
            is_wide = not is_old and stream[at + 7] & 1
            if name.decode("utf-16-le" if is_wide else "latin-1") == sheet:
                begin: int = struct.unpack_from("<I", stream, at)[0]
                return begin
        elif kind == _END:
            break
    raise KeyError(sheet)


def _marks(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, offset and size of each record's content."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, size
        at += 4 + size
