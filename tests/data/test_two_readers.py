"""The fast reader and the careful one find the same in any file: cells, names, line numbers, notes and problems."""

import csv
import io
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.data.reading import body, dialect, quick, structure
from studio.data.reading.careful import read_carefully
from studio.data.reading.delimited import read_delimited
from studio.data.reading.limits import Choices, Limits
from studio.errors import StudioError

LIMITS = Limits(file_bytes=10**6)
LETTERS = [
    "a",
    "b",
    '"',
    '"',
    '""',
    ",",
    ",",
    "\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    "é",
    "\ufeff",
    ";",
    "\\",
    "\u2028",
    "\x85",
    "\xa0",
    "5",
]


def outcome(data, choices, *, fast):
    try:
        found, reading = read_delimited(data, "table.csv", choices, LIMITS, quick=fast)
    except StudioError as error:
        return str(error)
    return (
        [list(row.values()) for row in found.cells.to_pylist()],
        found.cells.column_names,
        [*map(int, found.rows)],
        reading,
    )


def expect_the_same(data, choices=None, step=1 << 18):
    choices = choices or Choices()
    with (
        patch.object(structure, "_STEP", step),
        patch.object(structure, "_WINDOW", max(2, step)),
        patch.object(quick, "_SLICE", 5 * step),
    ):
        assert outcome(data, choices, fast=True) == outcome(data, choices, fast=False)


SOUP = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=60).map("".join)
CHOICES = st.sampled_from(
    [Choices()] * 4 + [Choices(delimiter=","), Choices(delimiter=";"), Choices(header_row=-1), Choices(header_row=2)]
)
STEPS = st.sampled_from([1 << 18, 1, 3, 7, 20])


@settings(max_examples=400, deadline=None)
@given(SOUP, CHOICES, STEPS)
@example('a,b\n"x,y\n', Choices(), 1)
@example('a,b\n"x\r\n', Choices(), 1)
@example("\ufeffa,b\n\ufeffx,y\n", Choices(), 1)
@example('"",\n\n', Choices(), 1)
def test_any_text(text, choices, step):
    expect_the_same(text.encode(), choices, step)


CELL = st.lists(
    st.sampled_from(["x", "yz", '"', ",", "\n", "\r\n", "ü", "", " ", "q", "word, word", "7"]), max_size=5
).map("".join)
ROWS = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=15)
)
DAMAGE = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from([b'"', b",", b"\n", b"\r\n", b"\xff", b'""', b"\\", b" ", b",,,"])),
    max_size=3,
)


@settings(max_examples=400, deadline=None)
@given(
    ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), DAMAGE, CHOICES, STEPS
)
def test_tables_with_some_damage(rows, line_end, quoting, damage, choices, step):
    sink = io.StringIO(newline="")
    csv.writer(sink, lineterminator=line_end, quoting=quoting).writerows(rows)
    data = sink.getvalue().encode()
    for place, bad in damage:
        at = int(place * len(data))
        data = data[:at] + bad + data[at:]
    expect_the_same(data, choices, step)


def test_a_file_larger_than_every_sample():
    """Damage beyond the lines by which the separator and the meaning of quotation marks are decided."""
    rows = [f'"text {n}, with ""marks"" and\n\na break",label{n % 7}\n' for n in range(12_000)]
    rows[9_000] = "one cell\n"
    rows[9_500] = '"broken" mark,x\n'
    rows[9_700] = "three,cells,here\n,\n\n"
    rows[9_800] = "text,label\n"
    data = ("text,label\n" + "".join(rows)).encode()
    assert len(data) > dialect.SAMPLE_CHARACTERS
    expect_the_same(data)
    found, reading = read_delimited(data, "table.csv", Choices(), LIMITS)
    assert found.cells.num_rows == 11_995
    assert [problem.row for problem in reading.set_aside] == [27_002, 27_003, 28_500, 29_098, 29_398]
    with (
        patch.object(quick, "read_carefully", create=True),
        patch("studio.data.reading.delimited.read_carefully") as never,
    ):
        read_delimited(data, "table.csv", Choices(), LIMITS)
        assert not never.called


def test_nothing_below_the_line_that_names_the_separator():
    """Found by fuzzing."""
    for data in (b"sep=;", b"sep=;\n", b"sep=;\r\n", b"sep=;\n\n"):
        expect_the_same(data)


def test_column_names_of_a_second_file_below():
    for mark in ("", "\ufeff", "\ufeff\ufeff"):
        expect_the_same(f"text,label\nso it is,a\n{mark}text,label\ntexX,label\ntext,b\n".encode())


def test_japanese_and_korean_cells_are_not_blank():
    expect_the_same("text,label\nこれは,a\n\u3000,\n\u3000あ,b\n한글,c\n“so”,d\n\u2003,\u3000\n".encode())


def test_other_encodings_take_the_fast_way_too():
    text = "text;label\n" + "größer als zuvor – schön;gut\nübel;schlecht\n" * 200
    with patch("studio.data.reading.delimited.read_carefully") as never:
        found, reading = read_delimited(text.encode("cp1252"), "t.csv", Choices(), LIMITS)
    assert not never.called
    assert reading.encoding == "Windows-1252"
    assert found.cells.column("text")[0].as_py() == "größer als zuvor – schön"


def test_the_careful_reader_is_there_for_old_line_ends():
    found, _ = read_delimited(b"text,label\rone,a\rtwo,b\r", "t.csv", Choices(), LIMITS)
    assert found.cells.column("text").to_pylist() == ["one", "two"]
    assert read_carefully("text,label\rone,a\r", Choices(), LIMITS, "").columns.cells.num_rows == 1


def test_blank_rows_are_those_that_python_strips_to_nothing():
    import pyarrow as pa

    spaces = [chr(n) for n in range(0x3001) if chr(n).isspace()]
    others = ["\u200b", "x", "\x00", "é", "\u180e", "中"]
    block = pa.table({"0": pa.array([*spaces, "", *others], pa.large_string())})
    assert body.blank_rows(block).tolist() == list(range(len(spaces) + 1))
