"""Structure, quotation marks: none, other ones, not doubled, never closed."""

import random
from dataclasses import replace

from damage.kinds import EXACT, REFUSED, STATED, Case, Kinds, Said, Source, Truth
from damage.writing import ABOUT_NAMES, line, long, quoted, unquoted, unquoted_tabs, written

KINDS = Kinds("structure")

_ABOUT_QUOTES = Said(r"(?i)quotation marks", cells=True)


@KINDS()
def everything_in_quotes(source: Source, rng: random.Random) -> Case:
    """As many programs write."""
    return written(source, lambda _, cells: line(cells, always=True)).case(source)


@KINDS(EXACT, STATED, REFUSED)
def no_quotes_at_all(source: Source, rng: random.Random) -> Case:
    """Joined with commas by hand: rows without commas in their cells as they are, every other one named."""
    other = source.simple()
    return written(other, lambda _, cells: ",".join(cells)).case(other)


@KINDS(EXACT, STATED)
def comma_unquoted_in_some_rows(source: Source, rng: random.Random) -> Case:
    """Five rows have one cell too many: put together again or left out, and named."""
    return unquoted(source, rng, 5, ", ")


@KINDS(EXACT, STATED)
def comma_unquoted_before_an_empty_last_cell(source: Source, rng: random.Random) -> Case:
    """Five rows have one cell too many, which is empty: never shifted without a word."""
    noted = replace(source, columns=[*source.columns, "note"], rows=[[*row, ""] for row in source.rows])
    for index in source.pick(rng, 5):
        noted.rows[index][-1] = "seen"
    return unquoted(noted, rng, 5, ", ")


@KINDS(EXACT, STATED, REFUSED)
def back_slashed_quotes(source: Source, rng: random.Random) -> Case:
    r"""\" for a quotation mark inside of a quoted cell, as MySQL and Spark write: read, or every such row named."""

    def cell(text: str) -> str:
        if any(sign in text for sign in ',"\n\r'):
            return '"' + text.replace('"', '\\"') + '"'
        return text

    other = source.mapped(lambda text: text.replace("\\", "/"))
    other.rows[2][other.text] = 'She said "no", twice.'
    return written(other, lambda _, cells: ",".join(map(cell, cells))).case(other, says=(_ABOUT_QUOTES,))


@KINDS(EXACT, STATED)
def back_slashed_quotes_in_some_rows(source: Source, rng: random.Random) -> Case:
    """Three rows of another program among good ones."""
    rows = set(source.pick(rng, 3, long(source)))
    other = source.mapped(lambda text: text.replace("\\", "/"))
    for index in rows:
        other.rows[index] = [cell.replace('"', "'").replace("\n", " ") for cell in other.rows[index]]
        other.rows[index][source.text] = 'She said "no", twice.'
    return written(other, lambda i, cells: line(cells).replace('""', '\\"') if i in rows else line(cells)).case(
        other, says=(_ABOUT_QUOTES,)
    )


def _marred(source: Source, rng: random.Random, count: int, change) -> Case:
    """Some rows without line breaks and quotation marks have their text written by `change`, or read as it stands there."""
    rows = set(source.pick(rng, count, lambda row: long(source)(row) and not any(set('"\n\r') & set(c) for c in row)))
    other = source.mapped(str)
    written_as: dict[int, str] = {}
    for index in rows:
        text, truth = change(source.rows[index][source.text])
        other.rows[index][source.text] = truth
        cells = [text if i == source.text else quoted(cell) for i, cell in enumerate(other.rows[index])]
        written_as[index] = ",".join(cells)
    case = written(other, lambda i, cells: written_as.get(i) or line(cells)).case(other)
    literal = other.mapped(str)
    for index in rows:
        literal.rows[index][source.text] = change(source.rows[index][source.text])[0]
    return replace(case, also=(replace(case.truth, rows=literal.rows),))


def _not_doubled(truth: str) -> tuple[str, str]:
    """As it is written, and as it is meant."""
    return f'"{truth}"', truth


@KINDS(EXACT, STATED)
def quotes_not_doubled(source: Source, rng: random.Random) -> Case:
    """`"he said "hi" to me"`: five rows, read or named."""
    return _marred(source, rng, 5, lambda text: _not_doubled(text.replace(" ", ' "hi" ', 1)))


@KINDS(EXACT, STATED)
def quotes_not_doubled_before_a_comma(source: Source, rng: random.Random) -> Case:
    """`"he said "hi", then left"`: the mark before the comma seems to end the cell. Read or named, never two cells."""
    return _marred(source, rng, 3, lambda text: _not_doubled(text.replace(" ", ' "hi", then ', 1)))


@KINDS(EXACT, STATED)
def text_after_the_closing_quote(source: Source, rng: random.Random) -> Case:
    """`"some text" and more,label`."""

    def change(text: str) -> tuple[str, str]:
        first, _, rest = text.replace(",", "").partition(" ")
        return f'"{first}" {rest}', f'"{first}" {rest}'

    return _marred(source, rng, 3, change)


@KINDS()
def a_quote_inside_an_open_cell(source: Source, rng: random.Random) -> Case:
    """`5" nails,label`: a plain character, as every spreadsheet reads it."""

    def change(text: str) -> tuple[str, str]:
        truth = text.replace(",", "").replace(" ", ' 5" ', 1)
        return truth, truth

    return _marred(source, rng, 5, change)


@KINDS(EXACT, STATED)
def a_quote_never_closed(source: Source, rng: random.Random) -> Case:
    """Two rows open a quotation mark and never close it: those rows named; what follows must not vanish in the cell."""
    return _marred(source, rng, 2, lambda text: ('"' + text.replace(",", ""), text.replace(",", "")))


@KINDS(EXACT, STATED)
def a_quote_never_closed_among_plain_rows(source: Source, rng: random.Random) -> Case:
    """The same in a file without other quotation marks, where the cell would run on to the end."""
    other = source.simple(lambda cell: cell.replace(",", ""))
    return _marred(other, rng, 1, lambda text: ('"' + text, text))


@KINDS(EXACT, STATED)
def two_quotes_never_closed(source: Source, rng: random.Random) -> Case:
    """The second mark seems to close the first, many rows below: every row between must be there or be named."""
    other = source.simple(lambda cell: cell.replace(",", ""))
    return _marred(other, rng, 2, lambda text: ('"' + text, text))


@KINDS(EXACT, STATED)
def a_quote_never_opened(source: Source, rng: random.Random) -> Case:
    """`some text",label`: a plain character, or the row named."""

    def change(text: str) -> tuple[str, str]:
        truth = text.replace(",", "") + '"'
        return truth, truth

    return _marred(source, rng, 3, change)


@KINDS(EXACT, STATED, REFUSED)
def single_quotes(source: Source, rng: random.Random) -> Case:
    """Cells in ' instead of ": rows with commas read or named; the marks may stay in the others."""
    other = source.simple(lambda cell: cell.replace("'", "’").strip())
    return _enclosed(other, "'", "'")


@KINDS(EXACT, STATED, REFUSED)
def typographic_quotes(source: Source, rng: random.Random) -> Case:
    """Cells in “ ”, by a word processor: the same."""
    other = source.simple(lambda cell: cell.replace("“", "'").replace("”", "'").strip())
    return _enclosed(other, "“", "”")


def _enclosed(source: Source, opening: str, closing: str) -> Case:
    """All cells in other marks. Rows whose cells hold commas have one truth; the others may keep their marks."""
    case = written(
        source,
        lambda _, cells: ",".join(f"{opening}{cell}{closing}" for cell in cells),
        header=",".join(f"{opening}{name}{closing}" for name in source.columns),
    ).case(source, says=(Said(r"(?i)quotation|quote", cells=True, names=True),))
    marked = [
        row if any("," in cell for cell in row) else [f"{opening}{cell}{closing}" for cell in row]
        for row in source.rows
    ]
    names: list[str | None] = [f"{opening}{name}{closing}" for name in source.columns]
    return replace(case, also=(Truth(names, marked, case.truth.numbers),))


@KINDS(EXACT, STATED, REFUSED)
def space_before_quotes(source: Source, rng: random.Random) -> Case:
    """`text, "a, b"`: the marks still enclose; the space may stay, the row may be named, its cells may not shift."""
    other = source.mapped(lambda cell: " ".join(cell.split()))
    names = [*other.columns[:1], *(f" {name}" for name in other.columns[1:])]
    case = written(
        other,
        lambda _, cells: ", ".join(quoted(cell) for cell in cells),
        header=", ".join(other.columns),
    ).case(other, says=(ABOUT_NAMES,))
    spaced = [[cell if i == 0 else f" {cell}" for i, cell in enumerate(row)] for row in other.rows]
    bare = [
        [cell if i == 0 or quoted(cell) != cell else f" {cell}" for i, cell in enumerate(row)] for row in other.rows
    ]
    truths = [Truth(c, rows, case.truth.numbers) for rows in (spaced, bare) for c in ([*names], [*other.columns])]
    return replace(case, also=tuple(truths))


@KINDS()
def header_quoted_alone(source: Source, rng: random.Random) -> Case:
    """Only the names are in quotation marks."""
    return written(source, header=line(source.columns, always=True)).case(source)


@KINDS(EXACT, STATED)
def quotes_literal_in_tabs(source: Source, rng: random.Random) -> Case:
    """Tab separated without any quoting: cells that begin with a quotation mark hold it."""
    other = source.mapped(lambda cell: " ".join(cell.split()))
    for row in other.pick(rng, 4, long(other)):
        first, _, rest = other.rows[row][other.text].partition(" ")
        other.rows[row][other.text] = f'"{first}" {rest}'
    return replace(unquoted_tabs(other), says=(_ABOUT_QUOTES,))
