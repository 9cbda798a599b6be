"""Workbooks of every kind: cells as they were typed, and refused in words, whatever they do, before they cost memory."""

import datetime
import io
import re
import resource
import sys
import zipfile

import pytest

from data.binary import cells_of, xls, xlsb
from data.write import Styled, cells, read_bytes, workbook
from studio.data.read import Choices, Limits, read_table
from studio.data.reading.padded import template_of
from studio.data.reading.workbook import _text, read_sheet
from studio.errors import StudioError

SMALL = Limits(file_bytes=100_000)
"""1 million characters unpacked."""


def with_shared_text(book, text):
    """The workbook with its cells of 0 pointing to one text, as Excel stores what many cells share."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"><v>0</v>", b' t="s"><v>0</v>', old.read(name)))
        new.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}"><si><t>{text}</t></si></sst>')
    return sink.getvalue()


def test_excel_cells_that_share_a_text_are_all_counted(tmp_path, monkeypatch):
    book = with_shared_text(workbook({"Data": [["text", "label"], *[[0, "y"]] * 1000]}), "x" * 3000)
    assert read_bytes(tmp_path, book, "rows.xlsx").column("text") == ["x" * 3000] * 1000
    with pytest.raises(StudioError, match="A sheet holds 3 million characters, the limit is 1"):
        read_bytes(tmp_path, book, "rows.xlsx", limits=Limits(file_bytes=100_000))
    monkeypatch.setattr(
        "studio.data.reading.workbook.check_shared", lambda *_: None
    )  # as for formats it knows nothing of
    with pytest.raises(StudioError, match="more than 1 million characters"):
        read_sheet(io.BytesIO(book), "", Limits(file_bytes=100_000))


def test_excel_numbers_are_as_typed(tmp_path):
    rows = [["text", "stars", "share", "good"], ["fine", 5, 0.25, True], ["NA", 4.0, 1e16, False], [None] * 4]
    book = workbook({"Data": [*rows, ["bad", 1, -2.5, None]], "Notes": [["other"], ["x"]]})
    table = read_bytes(tmp_path, book, "rows.xlsx")
    assert cells(table) == [["fine", "5", "0.25", "TRUE"], ["NA", "4", "1e+16", "FALSE"], ["bad", "1", "-2.5", ""]]
    assert table.rows == (2, 3, 5)
    assert table.reading.sheet == "Data"
    assert table.reading.notes[0] == "The workbook has 2 sheets; “Data” was read."
    other = read_bytes(tmp_path, book, "b.xlsx", choices=Choices(sheet="Notes"))
    assert cells(other) == [["x"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567890123456.0, "1234567890123456"),
        (-9e15, "-9000000000000000"),
        (12345678901234568.0, "1.2345678901234568e+16"),
        (datetime.timedelta(days=1, hours=12), "36:00:00"),
        (datetime.timedelta(minutes=9, seconds=5), "0:09:05"),
        (datetime.timedelta(minutes=10, seconds=5.5), "0:10:05.5"),
        (datetime.timedelta(minutes=-30), "-0:30:00"),
    ],
)
def test_long_numbers_and_times_are_as_shown(value, text):
    assert _text(value) == text


def test_zeros_that_a_format_shows(tmp_path):
    formats = ("00000", r"000\-00\-0000", "0.00", "#,##0")
    rows = [
        ["text", "code", "number", "share"],
        ["a", Styled(501, 1), Styled(7654321, 2), Styled(5, 3)],
        ["b", Styled(1234567, 1), Styled(123456789, 2), Styled(5, 4)],
        ["c", "7", 7, 7],
    ]
    table = read_bytes(tmp_path, workbook({"Data": rows}, formats), "rows.xlsx")
    assert cells(table) == [
        ["a", "00501", "007-65-4321", "5"],
        ["b", "1234567", "123-45-6789", "5"],
        ["c", "7", "7", "7"],
    ]
    assert "with the zeros at their beginning, as 00501" in table.reading.notes[-1]
    assert not read_bytes(tmp_path, workbook({"Data": rows}, formats[2:]), "b.xlsx").reading.notes


@pytest.mark.parametrize(
    ("code", "template"),
    [
        ("000", "000"), ("00000;-00000", "00000"), ("(000) 000-0000", "(000) 000-0000"), ('"Nr. "0000', "Nr. 0000"),
        ("0", ""), ("0.00", ""), ("#000", ""), ("00%", ""), ('"7"00', ""), ("General", ""), (r"\700", ""), ("", ""),
    ],
)  # fmt: skip
def test_formats_of_zeros(code, template):
    assert template_of(code) == template


def test_excel_rows_are_the_sheets_own(tmp_path):
    """A title and an empty line above the header; a workbook named .csv; an empty first sheet."""
    sheet = [["Reviews of 2026", None], [None, None], ["text", "label"], ["fine", "pos"], ["bad", "neg"]]
    table = read_bytes(tmp_path, workbook({"Empty": [], "Reviews": sheet}), "misnamed.csv")
    assert (table.columns, cells(table)) == (["text", "label"], [["fine", "pos"], ["bad", "neg"]])
    assert table.rows == range(4, 6)
    assert table.reading.sheet == "Reviews"
    assert table.reading.header_row == 3


def test_workbooks_that_cannot_be_read(tmp_path):
    data = workbook({"Data": [["text"], ["a"]]})
    with pytest.raises(StudioError, match="no sheet 'Other'"):
        read_bytes(tmp_path, data, "a.xlsx", choices=Choices(sheet="Other"))
    with pytest.raises(StudioError, match="empty"):
        read_bytes(tmp_path, workbook({"Data": []}), "b.xlsx")
    with pytest.raises(StudioError, match="damaged"):
        read_bytes(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "c.xls")
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"<" + b" " * 20_000_000)
    with pytest.raises(StudioError, match="unpacks to 20 MB, the limit is 10 MB"):
        read_table(tmp_path / "bomb.xlsx", limits=Limits(file_bytes=1_000_000))
    with zipfile.ZipFile(tmp_path / "plain.csv", "w") as archive:
        archive.writestr("table.csv", "text,label\na,b\n")
    assert cells(read_table(tmp_path / "plain.csv")) == [["a", "b"]]


ROWS = [["text", "stars"], *[[f"row {number}", float(number)] for number in range(2000)]]
BINARY = {"xls": xls, "xlsb": xlsb}


@pytest.mark.parametrize("kind", BINARY)
def test_binary_workbooks(tmp_path, kind):
    table = read_bytes(tmp_path, BINARY[kind](cells_of(ROWS)), f"rows.{kind}")
    assert (table.columns, len(table)) == (["text", "stars"], 2000)
    assert cells(table)[-1] == ["row 1999", "1999"]
    assert table.reading.format == "Excel"


@pytest.mark.parametrize("kind", BINARY)
@pytest.mark.parametrize(
    ("rows", "limits", "refusal"),
    [
        (ROWS, Limits(rows=1000), "2,000 rows, the limit is 1,000"),
        ([["x"] * 200] * 3, Limits(columns=100), "200 columns, the limit is 100"),
        ([["text"], ["x" * 5000]], Limits(cell_characters=4000), "5,000 characters, the limit is 4,000"),
        ([["text"], *[["x" * 3000]] * 1000], SMALL, "more than 1 million characters"),
        ([["text"], *[["x" * 8000]] * 5000], Limits(file_bytes=200_000), "more than 2 million characters"),
    ],
)
def test_binary_workbooks_have_the_same_limits(tmp_path, kind, rows, limits, refusal):
    with pytest.raises(StudioError, match=refusal):
        read_bytes(tmp_path, BINARY[kind](cells_of(rows)), f"rows.{kind}", limits=limits)


def far_apart():
    """Two cells in opposite corners of what Excel can hold: the compiled reader wants room for all between."""
    book, sink = workbook({"Data": [["text", "label"]]}), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(sink, "w") as new:
        for name in old.namelist():
            corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            new.writestr(name, old.read(name).replace(b"</sheetData>", corner))
    return sink.getvalue()


HOSTILE = {
    "cells far apart.xlsx": far_apart,
    "cells far apart.xlsb": lambda: xlsb([(0, 0, "text"), (1_048_575, 16_383, 1.0)]),
    "a told size.xls": lambda: xls(cells_of(ROWS[:3]), rows_told=4_000_000_000),
    "a text in every cell.xls": lambda: xls([(row, 0, "x" * 8000) for row in range(65_536)]),
    "a text in every cell.xlsb": lambda: xlsb([(row, 0, "x" * 30_000) for row in range(25_000)]),
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps to a limit of memory")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_small_file_that_asks_for_much_memory_is_refused(tmp_path, name):
    """Read in this process, each would end it, or take half a gigabyte and more."""
    data = HOSTILE[name]()
    assert len(data) < 1_500_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(StudioError, match=r"takes more than \d+ MB of memory") as refusal:
        read_bytes(tmp_path, data, name, limits=Limits(file_bytes=1_500_000))
    assert "CSV" in refusal.value.fix
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def test_a_reader_that_breaks_down_is_a_damaged_file(tmp_path):
    """A shared text that is not there: the compiled reader panics."""
    book = xlsb(cells_of([["text"], ["a"]]))
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(sink, "w") as new:
        for name in old.namelist():
            if name != "xl/sharedStrings.bin":
                new.writestr(name, old.read(name))
    with pytest.raises(StudioError, match="damaged"):
        read_bytes(tmp_path, sink.getvalue(), "rows.xlsb")


def test_a_sheet_of_nearly_nothing_is_refused(tmp_path):
    """A few cells far apart: a small file, that would cost memory and time for every empty cell between them."""
    book = xlsb([(0, 0, "text"), (1, 1, "label"), (19_999, 899, 1.0)])
    with pytest.raises(StudioError, match="18,000,000 cells, nearly all of them empty"):
        read_bytes(tmp_path, book, "far.xlsb")
