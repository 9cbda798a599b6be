"""Structure, the file as a whole: what separates cells and rows, what stands above and below the table, its size."""

import random
from dataclasses import replace
from functools import partial

from damage.kinds import EXACT, REFUSED, STATED, Case, Kinds, Said, Source
from damage.writing import ABOUT_DELIMITER, ABOUT_HEADER, line, quoted, unquoted_tabs, written

KINDS = Kinds("structure")

_DELIMITERS = {
    "semicolons": ";",
    "tabs": "\t",
    "bars": "|",
    "carets": "^",
    "tildes": "~",
    "full-width commas": "，",
    "Hive's control-A": "\x01",
    "two bars": "||",
    "two colons": "::",
}


def _separated(source: Source, _: random.Random, delimiter: str) -> Case:
    says = (ABOUT_DELIMITER,) if delimiter not in (";", "\t", "|") else ()
    return written(source, delimiter=delimiter).case(source, says=says)


for _name, _delimiter in _DELIMITERS.items():
    _usual = _delimiter in (";", "\t", "|")
    KINDS.add(
        _name,
        partial(_separated, delimiter=_delimiter),
        (EXACT,) if _usual else (EXACT, STATED, REFUSED),
        "Must be found."
        if _usual
        else "Found, or said that the separator is in doubt. One column without a word is wrong.",
    )


def _told(source: Source, _: random.Random, delimiter: str) -> Case:
    return written(source, delimiter=delimiter, above=f"sep={delimiter}\n").case(source)


for _delimiter in (";", "|", "^", "\t"):
    KINDS.add(f"sep={_delimiter!r} line", partial(_told, delimiter=_delimiter), careful="The file says it itself.")


@KINDS()
def bars_under_tsv(source: Source, rng: random.Random) -> Case:
    """The content decides, not the name."""
    return replace(written(source, delimiter="|").case(source), name="table.tsv")


@KINDS(EXACT, STATED)
def tabs_under_csv_without_quotes(source: Source, rng: random.Random) -> Case:
    """Cells without tabs and line breaks, quotation marks as they are; those around a whole cell may be taken off."""
    return unquoted_tabs(source.mapped(lambda cell: " ".join(cell.split())))


@KINDS(STATED, REFUSED)
def commas_then_semicolons(source: Source, rng: random.Random) -> Case:
    """Two files pasted together: the rows of one half named, or refused."""
    half = len(source.rows) // 2
    return written(source, lambda i, cells: line(cells, "," if i < half else ";")).case(source)


def _ended(source: Source, _: random.Random, end: str) -> Case:
    return written(source, end=end).case(source)


for _name, _end in {"CRLF": "\r\n", "CR": "\r", "CR CR LF": "\r\r\n"}.items():
    KINDS.add(_name, partial(_ended, end=_end), careful="A way to end lines; no row is lost or broken.")


@KINDS()
def mixed_line_ends(source: Source, rng: random.Random) -> Case:
    """CRLF, LF and CR by chance."""
    ends = [rng.choice(("\n", "\r\n", "\r")) for _ in range(len(source.rows) + 1)]
    return written(source, end=lambda i: ends[i + 1]).case(source)


@KINDS()
def no_end_after_the_last_line(source: Source, rng: random.Random) -> Case:
    """Nothing is missing."""
    paper = written(source)
    return replace(paper, text=paper.text[:-1]).case(source)


@KINDS()
def blank_lines_at_the_end(source: Source, rng: random.Random) -> Case:
    """They are no rows."""
    return written(source, below="\n\r\n\n\n").case(source)


@KINDS(EXACT, STATED)
def end_of_file_sign(source: Source, rng: random.Random) -> Case:
    """DOS ends a text with 0x1A: no row, or named as one that does not fit."""
    return written(source, below="\x1a").case(source)


@KINDS()
def blank_lines_above(source: Source, rng: random.Random) -> Case:
    """The first line that is not empty holds the names."""
    return written(source, above="\n\n \n").case(source)


def _above(source: Source, _: random.Random, above: str) -> Case:
    return written(source, above=above).case(source, says=(Said(ABOUT_HEADER, all=True), ABOUT_DELIMITER))


for _name, _text in {
    "title": "Customer export 2024\n\n",
    "title without a gap": "Customer export 2024\n",
    "three lines of facts": "Report: export\nCreated: 2024-01-02\nAuthor: A. Person\n\n",
    "facts in two cells": "Report,export\nCreated,2024-01-02\n\n",
    "comments above": "# made by a tool\n# version 2, of today\n",
}.items():
    KINDS.add(
        f"preamble: {_name}",
        partial(_above, above=_text),
        (EXACT, STATED, REFUSED),
        "The names found below it, or doubt about them said.",
    )


def _below(source: Source, _: random.Random, below: str) -> Case:
    return written(source, below=below).case(source)


KINDS.add(
    "footer: source",
    partial(_below, below="\nSource: the office\n"),
    (EXACT, STATED),
    "No row, or named as one that does not fit.",
)
KINDS.add(
    "footer: row count",
    partial(_below, below="(150 rows affected)\n"),
    (EXACT, STATED),
    "No row, or named as one that does not fit.",
)


@KINDS(EXACT, STATED)
def comments_between(source: Source, rng: random.Random) -> Case:
    """Lines that begin with # between the rows: no rows, or named."""
    marked = set(source.pick(rng, 3))
    end = {i: "\n# checked by hand\n" for i in marked}
    return written(source, end=lambda i: end.get(i, "\n")).case(source)


@KINDS(EXACT, STATED)
def repeated_header(source: Source, rng: random.Random) -> Case:
    """Tables pasted below each other: the names are no row, or named as one."""
    marked = set(source.pick(rng, 2))
    again = "\n" + line(source.columns) + "\n"
    return written(source, end=lambda i: again if i in marked else "\n").case(source)


@KINDS(EXACT, STATED, REFUSED)
def two_files_with_marks(source: Source, rng: random.Random) -> Case:
    """`copy a.csv+b.csv`: the second byte order mark and the repeated names are in no cell without a word."""
    half = source.pick(rng, 1)[0]
    again = "\n\ufeff" + line(source.columns) + "\n"
    case = written(source, end=lambda i: again if i == half else "\n").case(source)
    return replace(case, data=b"\xef\xbb\xbf" + case.data)


@KINDS()
def a_single_column(source: Source, rng: random.Random) -> Case:
    """Quoted where there are commas."""
    other = Source(source.name, ["text"], [[row[source.text]] for row in source.rows if row[source.text].strip()])
    return written(other).case(other)


@KINDS(EXACT, STATED)
def a_single_column_without_quotes(source: Source, rng: random.Random) -> Case:
    """A list of sentences with commas in them is one column."""
    one = Source(source.name, ["text"], [[row[source.text]] for row in source.rows if row[source.text].strip()])
    other = one.simple()
    return written(other, lambda _, cells: cells[0]).case(other, says=(ABOUT_DELIMITER,))


@KINDS()
def very_many_columns(source: Source, rng: random.Random) -> Case:
    """600 of them."""
    more = [f"feature {i}" for i in range(600)]
    rows = [[*row, *(f"{rng.random():.3f}" for _ in more)] for row in source.rows[:40]]
    other = Source(source.name, [*source.columns, *more], rows)
    return written(other).case(other)


@KINDS(REFUSED)
def too_many_columns(source: Source, rng: random.Random) -> Case:
    """1,500 are over the limit."""
    more = [f"feature {i}" for i in range(1500)]
    other = Source(source.name, [*source.columns, *more], [[*row, *["0"] * 1500] for row in source.rows[:20]])
    return written(other).case(other)


@KINDS()
def a_very_long_cell(source: Source, rng: random.Random) -> Case:
    """300,000 characters, commas and line breaks among them."""
    other = source.mapped(str)
    other.rows[2][source.text] = "word, and\n" * 30_000
    return written(other).case(other)


@KINDS(REFUSED)
def header_only(source: Source, rng: random.Random) -> Case:
    """There is nothing to train on."""
    none = Source(source.name, source.columns, [])
    return written(none).case(none)


def _aligned(source: Source, _: random.Random, style: str) -> Case:
    other = source.simple(lambda cell: cell.replace("|", "/")[:40].strip() or "x")
    widths = [max(len(row[i]) for row in [other.columns, *other.rows]) for i in range(len(other.columns))]

    def row(_: int, cells: list[str]) -> str:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        return f"| {' | '.join(padded)} |" if style == "bars" else "  ".join(padded)

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    header = row(0, other.columns) + ("\n" + rule if style == "bars" else "")
    return written(other, row, header=header).case(other, says=(ABOUT_DELIMITER,))


KINDS.add(
    "columns aligned by spaces",
    partial(_aligned, style="spaces"),
    (EXACT, STATED, REFUSED),
    "Cut apart, refused, or said that it is one column.",
)
KINDS.add(
    "Markdown table",
    partial(_aligned, style="bars"),
    (EXACT, STATED, REFUSED),
    "The rule of dashes is no row; the spaces that align the cells are not theirs.",
)


@KINDS(EXACT, STATED, REFUSED)
def whole_lines_in_quotes(source: Source, rng: random.Random) -> Case:
    """Saved twice by a careless program: each line is one quoted cell that holds the real line."""
    other = source.mapped(lambda cell: " ".join(cell.split()))
    return written(other, _wrapped, header=_wrapped(0, other.columns)).case(other, says=(ABOUT_DELIMITER,))


def _wrapped(_: int, cells: list[str]) -> str:
    return quoted(line(cells), always=True)
