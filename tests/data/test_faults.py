"""Cells with an error, as #DIV/0!, in every kind of workbook: read as Excel shows them, and said."""

import io
import zipfile

import pytest

from data.binary import Fault, Plain, cells_of, xls, xlsb
from data.write import cells, read_bytes, workbook
from studio.data.read import Choices, Limits
from studio.data.reading.compound import open_stream
from studio.data.reading.faults import find_faults
from studio.data.reading.workbook import read_sheet

ROWS = [["text", "stars"], ["fine", 1.0], [Plain(0x2A), Fault(0x07)], ["bad", Plain(0x17)], ["so so", 2.0]]
READ = [["fine", "1"], ["#N/A", "#DIV/0!"], ["bad", "#REF!"], ["so so", "2"]]
BINARY = {"xls": xls, "xlsb": xlsb}


@pytest.mark.parametrize("kind", BINARY)
@pytest.mark.parametrize("more", [0, 400])
def test_binary_workbooks(tmp_path, kind, more):
    """A small `.xls` too, and one of many sectors."""
    rows = [*ROWS, *[[f"row {n}", float(n)] for n in range(more)], ["last", Fault(0x0F)]]
    table = read_bytes(tmp_path, BINARY[kind](cells_of(rows)), f"rows.{kind}")
    assert cells(table)[:4] == READ
    assert cells(table)[-1] == ["last", "#VALUE!"]
    assert table.reading.notes == ("4 cells of the sheet hold an error, as #N/A.",)


@pytest.mark.parametrize("kind", BINARY)
def test_numbers_that_look_like_such_records(tmp_path, kind):
    rows = [["text", "stars"], *[["x", number] for number in (3.0, 1e-310, 2.3e-308, 0x0309, -1.5)]]
    table = read_bytes(tmp_path, BINARY[kind](cells_of(rows)), f"rows.{kind}")
    assert not table.reading.notes


OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text"))
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
LIBRE = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"{more}><text:p>#DIV/0!</text:p></table:table-cell>'
)
EXCEL = '<table:table-cell table:formula="of:=NA()" office:value-type="float" office:value="0"><text:p>#N/A</text:p></table:table-cell>'


def ods(rows):
    def cell(value):
        if value.startswith("<"):
            return value
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    lines = "".join(f"<table:table-row{how}>{''.join(map(cell, row))}</table:table-row>" for how, row in rows)
    content = (
        f'<office:document-content {NAMES} {CALC}><office:body><office:spreadsheet><table:table table:name="Other">'
        f'<table:table-row>{LIBRE.format(more="")}</table:table-row></table:table><table:table table:name="Data">'
        f"{lines}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<m:manifest xmlns:m="{OFFICE}:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{KIND}"/></m:manifest>'
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as book:
        book.writestr("mimetype", KIND)
        book.writestr("content.xml", content)
        book.writestr("META-INF/manifest.xml", manifest)
    return sink.getvalue()


KIND = "application/vnd.oasis.opendocument.spreadsheet"


def read_ods(folder, rows):
    return read_bytes(folder, ods(rows), "rows.ods", choices=Choices(sheet="Data"))


def test_open_document(tmp_path):
    twice = LIBRE.format(more=' table:number-columns-repeated="2"')
    remark = '<table:table-cell office:value-type="string"><office:annotation><text:p>#N/A</text:p></office:annotation><text:p>c</text:p></table:table-cell>'
    rows = [
        ("", ["text", "label", "more"]),
        ("", ["a", EXCEL, "x"]),
        (' table:number-rows-repeated="2"', ["b", twice]),
        ("", [remark, "#N/A", "typed"]),
        ("", ["d", "y", LIBRE.format(more="")]),
    ]
    table = read_ods(tmp_path, rows)
    wrong = "#DIV/0!"
    assert cells(table) == [
        ["a", "#N/A", "x"], ["b", wrong, wrong], ["b", wrong, wrong], ["c", "#N/A", "typed"], ["d", "y", wrong],
    ]  # fmt: skip
    assert table.reading.notes == ("6 cells of the sheet hold an error, as #N/A.",)


def test_errors_below_and_beside_the_table(tmp_path):
    gap = [("", ['<table:table-cell table:number-columns-repeated="2"/>'])]
    rows = [
        *gap,
        ("", ["<table:table-cell/>", "text", "label"]),
        ("", ["<table:table-cell/>", "a", LIBRE.format(more="")]),
    ]
    table = read_ods(tmp_path, [*rows, ("", ["<table:table-cell/>", LIBRE.format(more="")])])
    assert table.column("text") == ["a", "#DIV/0!"]
    assert table.column("label") == ["#DIV/0!", ""]


def test_a_workbook_that_begins_in_another_column(tmp_path):
    sink = io.BytesIO()
    book = workbook({"S": [[None], [None, "text", "label"], [None, "a", 0], [None, 0, "x"]]})
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(sink, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"><v>0</v>", b' t="e"><v>#REF!</v>'))
    assert cells(read_bytes(tmp_path, sink.getvalue(), "rows.xlsx")) == [["a", "#REF!"], ["#REF!", "x"]]


def test_what_cannot_be_told_is_said(tmp_path, monkeypatch):
    assert find_faults(io.BytesIO(b"\xd0\xcf\x11\xe0" + b"\0" * 30), "Data", frozenset(), 9, 9) is None
    assert find_faults(io.BytesIO(xls(cells_of(ROWS))), "Other", frozenset(), 9, 9) is None
    assert find_faults(io.BytesIO(xls(cells_of([["a", 1.0]]))), "Other", frozenset(), 9, 9) == {}
    monkeypatch.setattr("studio.data.reading.workbook.find_faults", lambda *_: None)
    (note,) = read_sheet(io.BytesIO(xls(cells_of(ROWS))), "", Limits()).notes
    assert "cannot be told" in note


def test_chains_without_end():
    book = bytearray(xls(cells_of(ROWS)))
    book[512 + 4 * 2 : 512 + 4 * 3] = (2).to_bytes(4, "little")
    with pytest.raises(ValueError, match="chain"):
        open_stream(io.BytesIO(book), ("Workbook",))
