"""A person overrules how the file was read; the page follows, and the run reads it the same way."""

import zipfile

import pytest
from data.write import workbook
from form import StandIn

from studio.config import Edit
from studio.data.read import Choices
from studio.errors import StudioError
from studio.ui import uploads
from studio.ui.session import Session
from studio.ui.steps import data, mending

TEXT = (
    "tickets of may\n" + "text;topic\n" + "".join(f"the parcel, number {n}, is late;{'ab'[n % 2]}\n" for n in range(40))
)


@pytest.fixture
def studio(home):
    return StandIn(home)


def dropped(studio, path):
    return data.take_upload(studio, Session(), str(path))


def menus(view):
    """Whether the box is there, and each menu's value with whether it can be seen."""
    return view[1]["visible"], [(each.get("value"), each["visible"]) for each in view[2:6]]


def test_delimiter_header_and_encoding_are_overruled_at_once(studio, tmp_path):
    (tmp_path / "may.csv").write_text(TEXT)
    session, *view = dropped(studio, tmp_path / "may.csv")
    assert menus(view) == (True, [("", True), ("", True), (0, True), ("", False)])
    session, *view = mending.read_again(studio, session, "Windows-1252", ",", -1, "", "")
    table = uploads.read(studio.home, session.table, studio.limits)
    assert (table.reading.encoding, table.reading.delimiter) == ("Windows-1252", ",")
    assert menus(view)[1][:3] == [("Windows-1252", True), (",", True), (-1, True)]
    session, *view = mending.read_again(studio, session, "", ";", 2, "", "")
    assert uploads.read(studio.home, session.table, studio.limits).columns == ["text", "topic"]
    assert session.is_ready
    assert session.columns == {"text": "text", "label": "topic"}


def test_another_sheet_is_read(studio, tmp_path):
    rows = [["text", "topic"], *([f"the parcel {n} is late", "ab"[n % 2]] for n in range(40))]
    (tmp_path / "book.xlsx").write_bytes(workbook({"notes": [["to", "do"], ["this", "that"]], "tickets": rows}))
    session, *view = dropped(studio, tmp_path / "book.xlsx")
    assert uploads.read(studio.home, session.table, studio.limits).reading.sheet == "notes"
    assert menus(view)[1][3] == ("", True)
    session, *view = mending.read_again(studio, session, "", "", 0, "tickets", "")
    assert session.columns == {"text": "text", "label": "topic"}
    assert menus(view)[1][3] == ("tickets", True)


def test_changes_are_kept_where_they_fit(studio, tmp_path):
    (tmp_path / "may.csv").write_text(TEXT + "the parcel, number 1, is late;b\nthe p\u00e4rcel is late;a\n")
    session = mending.read_again(studio, dropped(studio, tmp_path / "may.csv")[0], "", ";", 2, "", "")[0]
    fix = next(each.fix for each in data.look(studio, session).findings if each.kind == "repeated-rows")
    cells = Edit(kind="words", title="Words", cells={"text": {44: "another text", 10: "nothing"}, "topic": {10: "c"}})
    uploads.write_edits(studio.home, session.table, [fix, cells])
    session = mending.read_again(studio, session, "Windows-1252", ";", 2, "", "")[0]
    assert uploads.choices(studio.home, session.table) == Choices("Windows-1252", ";", 2)
    first, second = uploads.edits(studio.home, session.table)
    assert first == fix
    assert second.cells == {"text": {10: "nothing"}, "topic": {10: "c"}}, "row 44 reads otherwise now"
    session = mending.read_again(studio, session, "", ",", -1, "", "")[0]
    assert [edit.kind for edit in uploads.edits(studio.home, session.table)] == ["repeated-rows"], (
        "lines are still lines"
    )


def test_changes_to_another_sheet_are_not_kept(studio, tmp_path):
    rows = [["text", "topic"], *([f"the parcel {n} is late", "ab"[n % 2]] for n in range(40))]
    (tmp_path / "book.xlsx").write_bytes(workbook({"tickets": rows, "again": rows}))
    session, *_view = dropped(studio, tmp_path / "book.xlsx")
    uploads.write_edits(studio.home, session.table, [Edit(kind="rows", title="Rows", drop=(3,))])
    session = mending.read_again(studio, session, "", "", 0, "again", "")[0]
    assert uploads.edits(studio.home, session.table) == ()


def test_what_makes_no_table_is_told_and_can_be_taken_back(studio, tmp_path):
    (tmp_path / "may.csv").write_text(TEXT)
    session = dropped(studio, tmp_path / "may.csv")[0]
    broken, *view = mending.read_again(studio, session, "UTF-16", "", 0, "", "")
    assert 'role="alert"' in view[0]
    assert not broken.is_ready
    assert menus(view)[0]
    again, *view = mending.read_again(studio, broken, "", "", 0, "", "")
    assert again.is_ready
    assert view[0] == ""


@pytest.mark.parametrize(
    "said",
    [
        ("Klingon", "", 0, "", ""),
        ("", ";;", 0, "", ""),
        ("", "", "two", "", ""),
        ("", "", -7, "", ""),
        ("", "", True, "", ""),
    ],
)
def test_impossible_choices_are_refused(studio, tmp_path, said):
    (tmp_path / "may.csv").write_text(TEXT)
    session = dropped(studio, tmp_path / "may.csv")[0]
    with pytest.raises(StudioError):
        mending.read_again(studio, session, *said)


def test_a_pdf_offers_no_menus(studio, tmp_path):
    (tmp_path / "may.csv").write_bytes(b"%PDF-1.7 and so on")
    assert dropped(studio, tmp_path / "may.csv")[2]["visible"] is False


def test_one_file_of_an_archive_is_named(studio, tmp_path):
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("notes.csv", "to,do\nthis,that\n")
        archive.writestr("may.csv", TEXT)
    session, *view = dropped(studio, tmp_path / "both.zip")
    assert "notes.csv" in view[0]
    assert (view[1]["visible"], view[6]["visible"]) == (True, True)
    session, *view = mending.read_again(studio, session, "", ";", 2, "", "may.csv")
    assert session.columns == {"text": "text", "label": "topic"}
    assert view[6]["value"] == "may.csv"
