"""Workbooks in Excel's binary forms, `.xls` and `.xlsb`, as small as they can be; honest ones and others."""

import io
import struct
import zipfile
from collections.abc import Iterable


class Fault(int):
    """An error by its code, as 0x07 for #DIV/0!, of a formula; a plain one is `Plain`."""


class Plain(Fault):
    """An error that no formula gave."""


Cells = Iterable[tuple[int, int, str | float]]
"""`(row, column, value)`, from 0. Texts are shared, as Excel does: each is stored once."""


def cells_of(rows: list[list[str | float]]) -> Cells:
    return [(row, column, value) for row, values in enumerate(rows) for column, value in enumerate(values)]


def xls(cells: Cells, *, rows_told: int = 0) -> bytes:
    """`rows_told`: how many rows the file says it has, whatever it has."""
    texts: dict[str, int] = {}
    body = bytearray(_record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)))
    body += _record(0x0200, struct.pack("<IIHHH", 0, rows_told, 0, 1, 0))
    for row, column, value in cells:
        if isinstance(value, str):
            body += _record(0x00FD, struct.pack("<HHHI", row, column, 0, texts.setdefault(value, len(texts))))
        elif isinstance(value, Plain):
            body += _record(0x0205, struct.pack("<HHHBB", row, column, 0, value, 1))
        elif isinstance(value, Fault):
            result = struct.pack("<BxBxxxH", 2, value, 0xFFFF)
            body += _record(0x0006, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, 0))
        else:
            body += _record(0x0203, struct.pack("<HHHd", row, column, 0, value))
    strings = b"".join(struct.pack("<HB", len(text), 0) + text.encode("latin-1") for text in texts)
    start = _record(0x0809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    shared = _record(0x00FC, struct.pack("<II", len(texts), len(texts)) + strings) + _record(0x000A, b"")
    place = len(start) + 4 + 12 + len(shared)
    listed = _record(0x0085, struct.pack("<IBBBB", place, 0, 0, 4, 0) + b"Data")
    return _compound(start + listed + shared + bytes(body) + _record(0x000A, b""))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """A compound file with that stream as `Workbook`: header, allocation table, one directory sector, content."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    tables = next(count for count in range(1, 110) if count * 128 >= count + 1 + sectors)
    chain = [0xFFFFFFFD] * tables + [0xFFFFFFFE]
    chain += [*range(tables + 2, tables + 1 + sectors), 0xFFFFFFFE]
    chain += [0xFFFFFFFF] * (tables * 128 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\0" * 10 + struct.pack("<8I", tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))
    folder = _entry("Root Entry", 5, 0xFFFFFFFE, 0) + _entry("Workbook", 2, tables + 1, len(stream))
    return (
        header + struct.pack(f"<{len(chain)}I", *chain) + folder.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")
    )


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    links = struct.pack("<BBIII", kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
    return (
        text.ljust(64, b"\0") + struct.pack("<H", len(text) + 2) + links + b"\0" * 36 + struct.pack("<IQ", start, size)
    )


def xlsb(cells: Cells) -> bytes:
    texts: dict[str, int] = {}
    sheet = _brt(129) + _brt(148, b"\0" * 16) + _brt(145)
    last = -1
    for row, column, value in cells:
        if row != last:
            sheet += _brt(0, struct.pack("<I", row) + b"\0" * 13)
            last = row
        if isinstance(value, str):
            sheet += _brt(7, struct.pack("<III", column, 0, texts.setdefault(value, len(texts))))
        elif isinstance(value, Plain):
            sheet += _brt(3, struct.pack("<IIB", column, 0, value))
        elif isinstance(value, Fault):
            sheet += _brt(11, struct.pack("<IIBHIBI", column, 0, value, 0, 1, 0x1C, 0))
        else:
            sheet += _brt(5, struct.pack("<IId", column, 0, value))
    shared = _brt(159, struct.pack("<II", len(texts), len(texts))) + b"".join(_brt(19, b"\0" + _wide(t)) for t in texts)
    listed = _brt(156, struct.pack("<II", 0, 1) + _wide("r1") + _wide("Data")) + _brt(144) + _brt(157)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.bin"/></Relationships>',
        )
        book.writestr("xl/workbook.bin", listed)
        book.writestr("xl/sharedStrings.bin", shared)
        book.writestr("xl/worksheets/sheet1.bin", sheet + _brt(146))
    return sink.getvalue()


def _brt(kind: int, data: bytes = b"") -> bytes:
    return _varint(kind) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    out = bytearray()
    while True:
        out.append(number & 0x7F | (0x80 if number > 0x7F else 0))
        number >>= 7
        if not number:
            return bytes(out)


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
