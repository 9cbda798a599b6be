"""Containers: tables in other files than their names say, in archives, in workbooks, in JSON, and files that are none."""

import gzip
import io
import random
from dataclasses import replace
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq

from damage.kinds import EXACT, REFUSED, STATED, Case, Kinds, Said, Source, Truth
from damage.workbook import Raw, workbook, zipped
from damage.writing import numbered, written

KINDS = Kinds("containers")

_ABOUT_SHEETS = Said(r"(?i)sheets?;", all=True)


def _csv(source: Source, _: random.Random, name: str, pack: str = "") -> Case:
    case = replace(written(source).case(source), name=name)
    if pack == "gz":
        return replace(case, data=gzip.compress(case.data, mtime=0))
    return replace(case, data=zipped({"table.csv": case.data})) if pack == "zip" else case


for _name, _file, _pack, _allowed in (
    ("csv.gz", "table.csv.gz", "gz", (EXACT, REFUSED)),
    ("gz under .csv", "table.csv", "gz", (EXACT, REFUSED)),
    ("zip of a table", "table.zip", "zip", (EXACT, REFUSED)),
    ("zip under .csv", "table.csv", "zip", (EXACT, REFUSED)),
    ("csv under .xlsx", "table.xlsx", "", (EXACT,)),
    ("csv under .parquet", "table.parquet", "", (EXACT, REFUSED)),
    ("csv under .jsonl", "table.jsonl", "", (EXACT, REFUSED)),
    ("csv under .tsv", "table.tsv", "", (EXACT,)),
    ("csv without a suffix", "table", "", (EXACT,)),
):
    KINDS.add(_name, partial(_csv, name=_file, pack=_pack), _allowed, "Read by its content, or refused as what it is.")


@KINDS(STATED, REFUSED)
def zip_of_two_tables(source: Source, rng: random.Random) -> Case:
    """Which one was read must be said; two cannot be one."""
    data = written(source).text.encode()
    half = written(replace(source, rows=source.rows[:9])).text.encode()
    case = written(source).case(source, says=(Said(r"(?i)archive|zip|files", all=True),))
    return replace(case, data=zipped({"a.csv": half, "b.csv": data}), name="tables.zip")


@KINDS()
def tsv_under_csv(source: Source, rng: random.Random) -> Case:
    """Read by its content."""
    return written(source, delimiter="\t").case(source)


def _cells(source: Source) -> list[list[str]]:
    return [source.columns, *source.rows]


def _fit(source: Source) -> Source:
    """What a workbook can hold: XML has no control characters, and turns CR into LF."""
    return source.mapped(lambda cell: "".join(sign for sign in cell if sign >= " " or sign in "\t\n"))


@KINDS()
def workbook_with_texts_in_place(source: Source, rng: random.Random) -> Case:
    """Every cell a text."""
    fit = _fit(source)
    return Case(workbook({"Data": _cells(fit)}), numbered(fit, 2), "table.xlsx")


@KINDS()
def workbook_with_shared_texts(source: Source, rng: random.Random) -> Case:
    """As Excel writes it."""
    fit = _fit(source)
    return Case(workbook({"Data": _cells(fit)}, shared=True), numbered(fit, 2), "table.xlsx")


@KINDS()
def workbook_under_csv(source: Source, rng: random.Random) -> Case:
    """Read by its content."""
    return replace(workbook_with_shared_texts(source, rng), name="table.csv")


@KINDS()
def workbook_of_two_sheets(source: Source, rng: random.Random) -> Case:
    """The first sheet with content is read; which one is said in the reading."""
    fit = _fit(source)
    sheets = {"Data": _cells(fit), "Old": _cells(replace(fit, rows=fit.rows[:9]))}
    return Case(workbook(sheets), numbered(fit, 2), "table.xlsx")


@KINDS(EXACT, STATED)
def workbook_with_a_cover_sheet(source: Source, rng: random.Random) -> Case:
    """A sheet of remarks before the table: the table, or said which sheet was read."""
    fit = _fit(source)
    cover = [["About this file"], ["It was exported on Monday"], ["Ask the office"]]
    return Case(
        workbook({"Read me": cover, "Data": _cells(fit)}), numbered(fit, 2), "table.xlsx", says=(_ABOUT_SHEETS,)
    )


@KINDS()
def workbook_with_an_empty_first_sheet(source: Source, rng: random.Random) -> Case:
    """An empty sheet holds no table."""
    fit = _fit(source)
    return Case(workbook({"Sheet1": [], "Data": _cells(fit)}), numbered(fit, 2), "table.xlsx")


@KINDS()
def workbook_away_from_the_corner(source: Source, rng: random.Random) -> Case:
    """The table begins in C5; the numbers are those of the sheet."""
    fit = _fit(source)
    return Case(workbook({"Data": _cells(fit)}, down=4, right=2), numbered(fit, 6), "table.xlsx")


@KINDS()
def workbook_with_blank_rows(source: Source, rng: random.Random) -> Case:
    """They are no rows, and the numbers count them."""
    fit = _fit(source)
    blank = set(fit.pick(rng, 4))
    sheet: list[list[str]] = [fit.columns]
    numbers = []
    for index, row in enumerate(fit.rows):
        sheet += [[]] if index in blank else []
        sheet.append(row)
        numbers.append(len(sheet))
    return Case(workbook({"Data": sheet}), Truth([*fit.columns], fit.rows, numbers), "table.xlsx")


@KINDS()
def workbook_with_a_title(source: Source, rng: random.Random) -> Case:
    """Two lines above the names."""
    fit = _fit(source)
    sheet = [["Customer export"], [], *_cells(fit)]
    return Case(workbook({"Data": sheet}), numbered(fit, 4), "table.xlsx")


_TYPED: tuple[tuple[str, object, str], ...] = (
    ("whole", 5, "5"),
    ("part", 0.1, "0.1"),
    ("large", 12345678901, "12345678901"),
    ("truth", True, "TRUE"),
    ("zeros", "001", "001"),
    ("date", Raw('<c r="{place}" s="1"><v>45293</v></c>'), "2024-01-02"),
    ("sum", Raw('<c r="{place}"><f>1+1</f><v>2</v></c>'), "2"),
    ("joined", Raw('<c r="{place}" t="str"><f>A1</f><v>so</v></c>'), "so"),
    ("missing", "NA", "NA"),
)
_FAULTY = (("fault", Raw('<c r="{place}" t="e"><f>1/0</f><v>#DIV/0!</v></c>'), "#DIV/0!"),)


def _typed(source: Source, _: random.Random, more: tuple[tuple[str, object, str], ...]) -> Case:
    fit = _fit(source)
    columns = [*fit.columns, *(name for name, _, _ in more)]
    sheet = [columns, *([*row, *(value for _, value, _ in more)] for row in fit.rows)]
    rows = [[*row, *(text for _, _, text in more)] for row in fit.rows]
    says = (Said(r"(?i)error|formula", cells=True),)
    return Case(workbook({"Data": sheet}), numbered(Source(fit.name, columns, rows), 2), "table.xlsx", says=says)


KINDS.add(
    "workbook with types", partial(_typed, more=_TYPED), careful="Numbers, dates and results as Excel shows them."
)
KINDS.add(
    "workbook with #DIV/0!",
    partial(_typed, more=_FAULTY),
    (EXACT, STATED),
    "As Excel shows it, or said that there was an error: no empty cell without a word.",
)


@KINDS(EXACT, STATED)
def workbook_with_escaped_returns(source: Source, rng: random.Random) -> Case:
    """Programs of Windows write CR as _x000D_: it is a line break and not these letters."""
    fit = _fit(source).mapped(str)
    sheet = [list(row) for row in fit.rows]
    for index in fit.pick(rng, 3):
        fit.rows[index][fit.text] += "\r\nmore"
        sheet[index][fit.text] += "_x000D_\nmore"
    plain = fit.mapped(lambda cell: cell.replace("\r\n", "\n"))
    return Case(workbook({"Data": [fit.columns, *sheet]}), numbered(fit, 2), "table.xlsx", also=(numbered(plain, 2),))


def _parquet(source: Source) -> bytes:
    sink = io.BytesIO()
    columns = zip(*source.rows, strict=True)
    pq.write_table(pa.table({n: list(c) for n, c in zip(source.columns, columns, strict=True)}), sink)
    return sink.getvalue()


def _packed(source: Source, _: random.Random, name: str) -> Case:
    return Case(_parquet(source), numbered(source, 2), name)


for _name in ("table.parquet", "table.csv", "table.xlsx"):
    KINDS.add(f"Parquet under {_name[5:]}", partial(_packed, name=_name), careful="Read by its content.")


@KINDS(name="Parquet with types")
def parquet_with_types(source: Source, rng: random.Random) -> Case:
    """Numbers as they are, nothing as empty, a date as a date."""
    count = len(source.rows)
    table = {
        "text": [row[source.text] for row in source.rows],
        "whole": list(range(count)),
        "none": [None if i % 2 else "x" for i in range(count)],
        "true": [bool(i % 2) for i in range(count)],
        "part": [i / 4 for i in range(count)],
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(table), sink)
    rows = [
        [row[source.text], str(i), "" if i % 2 else "x", "true" if i % 2 else "false", f"{i / 4:g}"]
        for i, row in enumerate(source.rows)
    ]
    return Case(sink.getvalue(), numbered(Source("", list(table), rows), 2), "table.parquet")


_PAGE = b"<!DOCTYPE html>\n<html><body><table><tr><td>text</td><td>label</td></tr></table></body></html>\n"
_NO_TABLES: dict[str, tuple[str, bytes]] = {
    "web page under .csv": ("table.csv", _PAGE),
    "HTML table under .xls": ("table.xls", b"\xef\xbb\xbf\r\n<table border=1><tr><td>text</td></tr></table>"),
    "page of a login": ("table.csv", b"\n<!-- login -->\n<html><head><title>Sign in</title></head></html>"),
    "XML": ("table.csv", b'<?xml version="1.0"?><rows><row a="1"/></rows>'),
    "PDF under .csv": ("table.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n" + bytes(200)),
    "RTF": ("table.csv", rb"{\rtf1\ansi a, b\par 1, 2}"),
    "picture": ("table.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    "old locked Office file": ("table.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048)),
    "empty file": ("table.csv", b""),
    "blank file": ("table.csv", b" \r\n\t\n  \n"),
    "mark alone": ("table.csv", b"\xef\xbb\xbf"),
    "zero bytes": ("table.csv", bytes(4096)),
    "empty workbook": ("table.xlsx", workbook({"Sheet1": []})),
    "empty JSON array": ("table.json", b"[]"),
    "JSON of numbers": ("table.json", b"[1, 2, 3]"),
    "a JSON text": ("table.json", b'"text"'),
}


def _nothing(_: Source, rng: random.Random, name: str, data: bytes) -> Case:
    return Case(data, Truth([], [["\ue123"]]), name)


for _name, (_file, _bytes) in _NO_TABLES.items():
    KINDS.add(_name, partial(_nothing, name=_file, data=_bytes), (REFUSED,), "It is no table.")


@KINDS(REFUSED)
def junk(source: Source, rng: random.Random) -> Case:
    """Bytes by chance are no table in any encoding."""
    return Case(rng.randbytes(rng.choice((50, 400, 5000))), Truth([], [["\ue123"]]))


@KINDS(REFUSED)
def junk_without_zeros(source: Source, rng: random.Random) -> Case:
    """The same, harder to tell from text."""
    return Case(rng.randbytes(3000).translate(None, b"\0"), Truth([], [["\ue123"]]))


def _half(source: Source, rng: random.Random, what: str) -> Case:
    case = {
        "gz": partial(_csv, name="table.csv.gz", pack="gz"),
        "zip": partial(_csv, name="table.zip", pack="zip"),
        "workbook": workbook_with_shared_texts,
        "Parquet": partial(_packed, name="table.parquet"),
    }[what](source, rng)
    return replace(case, data=case.data[: rng.randrange(len(case.data) // 4, len(case.data) - 8)])


for _what in ("gz", "zip", "workbook", "Parquet"):
    KINDS.add(f"{_what} broken off", partial(_half, what=_what), (REFUSED,), "Half a file is refused.")


@KINDS(REFUSED)
def workbook_with_a_flipped_byte(source: Source, rng: random.Random) -> Case:
    """Damage in the packed texts: the archive's checksums tell, even where it can still be unpacked."""
    case = workbook_with_shared_texts(source, rng)
    at = len(case.data) // 3
    return replace(case, data=case.data[:at] + bytes([case.data[at] ^ 0xFF]) + case.data[at + 1 :])


@KINDS(REFUSED)
def workbook_with_a_flipped_letter(source: Source, rng: random.Random) -> Case:
    """The same in an archive that is not packed: one letter of one cell is another, and its checksum is wrong."""
    other = source.mapped(str)
    other.rows[2][other.text] = "a letter will be wrong"
    fit = _fit(other)
    data = workbook({"Data": _cells(fit)}, shared=True, packed=False)
    return Case(data.replace(b"a letter will", b"a better will"), numbered(fit, 2), "table.xlsx")


@KINDS(EXACT, REFUSED)
def workbook_with_a_damaged_directory(source: Source, rng: random.Random) -> Case:
    """It asks for a version of the format that nobody has: refused, if it matters."""
    case = workbook_with_shared_texts(source, rng)
    at = case.data.index(b"PK\x01\x02") + 6
    return replace(case, data=case.data[:at] + b"\xeb" + case.data[at + 1 :])
