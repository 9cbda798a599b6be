"""Small files of every kind, made where a test needs them."""

import csv
import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from studio.data.read import read_table
from studio.data.table import Table


def read_bytes(folder: Path, data: bytes, name: str = "table.csv", **how) -> Table:
    path = folder / name
    path.write_bytes(data)
    return read_table(path, name, **how)


def read_text(folder: Path, text: str, name: str = "table.csv", encoding: str = "utf-8", **how) -> Table:
    return read_bytes(folder, text.encode(encoding), name, **how)


def csv_bytes(rows, delimiter=",", line_end="\n", encoding="utf-8", quoting=csv.QUOTE_MINIMAL) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(rows)
    return text.getvalue().encode(encoding)


def cells(table: Table) -> list[list[str]]:
    return table.head(len(table))


class Styled(int):
    """A whole number with one of the workbook's formats, by its place from 1."""

    style: int

    def __new__(cls, value: int, style: int) -> "Styled":
        number = super().__new__(cls, value)
        number.style = style
        return number


def workbook(sheets: dict[str, list[list[object]]], formats: tuple[str, ...] = ()) -> bytes:
    """An xlsx file: numbers as numbers, text inline, True as boolean. `formats`: those of the styles 1, 2, …"""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as book:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        package = "http://schemas.openxmlformats.org/package/2006"
        numbers = range(1, len(sheets) + 1)
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in numbers
        )
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{parts}</Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, name in zip(numbers, sheets, strict=True)
        )
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>{listed}</sheets></workbook>'
        )
        related = "".join(
            f'<Relationship Id="r{n}" Type="{relation}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}/relationships">{related}</Relationships>'
        )
        if formats:
            codes = "".join(
                f'<numFmt numFmtId="{164 + n}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
                for n, code in enumerate(formats)
            )
            used = "".join(f'<xf numFmtId="{164 + n}"/>' for n in range(len(formats)))
            book.writestr(
                "xl/styles.xml",
                f'<styleSheet xmlns="{main}"><numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{used}</cellXfs></styleSheet>',
            )
        for n, rows in zip(numbers, sheets.values(), strict=True):
            book.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{_rows(rows)}</sheetData></worksheet>',
            )
    return sink.getvalue()


def _rows(rows: list[list[object]]) -> str:
    return "".join(
        f'<row r="{r}">' + "".join(_cell(f"{chr(64 + c)}{r}", value) for c, value in enumerate(row, 1)) + "</row>"
        for r, row in enumerate(rows, 1)
    )


def _cell(place: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, Styled):
        return f'<c r="{place}" s="{value.style}"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'
