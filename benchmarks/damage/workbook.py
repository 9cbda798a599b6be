"""The smallest workbooks that Excel would open: texts shared or in place, numbers, dates, and cells anywhere."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>'
    '<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class Raw(str):
    """A cell as XML, its place written as `{place}`."""


def workbook(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    *,
    shared: bool = False,
    packed: bool = True,
    down: int = 0,
    right: int = 0,
) -> bytes:
    """An xlsx file. `shared`: texts in a table of their own, as Excel writes; `down` and `right`: where cells begin."""
    texts: dict[str, int] = {}
    parts = {
        f"xl/worksheets/sheet{n}.xml": _sheet(rows, texts if shared else None, down, right)
        for n, rows in enumerate(sheets.values(), 1)
    }
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATION}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    related += f'<Relationship Id="s" Type="{_RELATION}/styles" Target="styles.xml"/>'
    types = "".join(f'<Override PartName="/{part}" ContentType="{_KIND}.worksheet+xml"/>' for part in parts)
    types += f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    if shared:
        related += f'<Relationship Id="t" Type="{_RELATION}/sharedStrings" Target="sharedStrings.xml"/>'
        types += f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/>'
        items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{items}</sst>'
    parts |= {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
        "xl/styles.xml": _STYLES,
    }
    return zipped({name: text.encode() for name, text in parts.items()}, packed=packed)


def zipped(parts: Mapping[str, bytes], *, packed: bool = True) -> bytes:
    """A zip archive of these files."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return sink.getvalue()


def _sheet(rows: Sequence[Sequence[object]], texts: dict[str, int] | None, down: int, right: int) -> str:
    written = "".join(
        f'<row r="{r}">{"".join(_cell(f"{_letters(c)}{r}", v, texts) for c, v in enumerate(row, 1 + right))}</row>'
        for r, row in enumerate(rows, 1 + down)
        if row
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{written}</sheetData></worksheet>'


def _cell(place: str, value: object, texts: dict[str, int] | None) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Raw):
        return value.replace("{place}", place)
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    if texts is not None:
        return f'<c r="{place}" t="s"><v>{texts.setdefault(str(value), len(texts))}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
