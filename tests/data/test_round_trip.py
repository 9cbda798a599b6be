"""Any table that `csv.writer` can write comes back as it was, or is refused, or the reading says what it did otherwise."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.write import cells, csv_bytes, read_bytes
from studio.data.read import Choices
from studio.errors import StudioError

TRAPS = ["", " ", ",", ";", "\t", "|", '"', '""', "\n", "\r\n", "a,b;c|d\te", '"a"', 'a "b" c', "NA", "1,5", "=1+1"]
TRAPS += ["null", "\ufeff", "Ã©", "sep=;", '",', '"\n', "{", "[1]", "<html>", "a\nb,c\nd,e\nf"]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20) | st.sampled_from(TRAPS)
WESTERN = st.text(st.characters(codec="cp1252", exclude_characters="\0"), max_size=20)


def tables(cell):
    return st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=8)
    )


def written(rows, delimiter, line_end, encoding):
    header = [f"column{i}" for i in range(len(rows[0]))]
    breaks = any(
        "\r" in cell or "\n" in cell for row in rows for cell in row
    )  # 3.11's writer quotes only its own line end
    quoting = csv.QUOTE_ALL if breaks else csv.QUOTE_MINIMAL
    return header, csv_bytes([header, *rows], delimiter, line_end, encoding, quoting)


HOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@HOW
@given(
    tables(TEXT),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_unicode(tmp_path, rows, delimiter, line_end, encoding):
    header, data = written(rows, delimiter, line_end, encoding)
    expect_the_same(tmp_path, data, header, rows, delimiter)


@HOW
@given(tables(WESTERN), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]))
def test_windows_1252(tmp_path, rows, delimiter, line_end):
    header, data = written(rows, delimiter, line_end, "cp1252")
    try:
        data.decode("utf-8")  # these very bytes are UTF-8 too: what was meant cannot be known, only chosen
    except UnicodeDecodeError:
        expect_the_same(tmp_path, data, header, rows, delimiter, encoding="Windows-1252")
    chosen = Choices(encoding="Windows-1252")
    expect_the_same(tmp_path, data, header, rows, delimiter, choices=chosen)


def expect_the_same(folder, data, header, rows, delimiter, encoding="", choices=None):
    solid = [row for row in rows if "".join(row).strip()]
    try:
        table = read_bytes(folder, data, choices=choices)
    except StudioError:
        return
    if encoding and table.reading.encoding != encoding:
        assert any("guessed" in note for note in table.reading.notes)
        return
    if table.reading.delimiter != delimiter:
        assert any("separated by" in note for note in table.reading.notes)
        return
    assert table.columns == header
    assert cells(table) == solid
    assert table.reading.problems == ()
    assert len(solid) == len(rows) or any("empty" in note for note in table.reading.notes)


@HOW
@given(st.lists(TEXT, min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_one_column(tmp_path, texts, line_end):
    """Quoted throughout, since a bare line with a separator in it is two cells to anyone."""
    data = csv_bytes([["text"], *[[text] for text in texts]], ",", line_end, quoting=csv.QUOTE_ALL)
    try:
        table = read_bytes(tmp_path, data)
    except StudioError:
        assert not any(text.strip() for text in texts)
        return
    assert table.column("text") == [text for text in texts if text.strip()]


@pytest.mark.parametrize("cell", ["=1+1", "'", "a\u2028b", "a\x0bb", "a\x1cb", "\u202eabc", "e\u0301", "🙂", "\x1a"])
def test_rare_characters_stay(tmp_path, cell):
    assert read_bytes(tmp_path, csv_bytes([["text", "label"], [cell, "x"], ["b", "y"]])).column("text")[0] == cell
