"""Structure, single rows: cells too few or too many, lines that are no rows, a file that breaks off."""

import random
from dataclasses import replace

from damage.kinds import EXACT, REFUSED, STATED, Case, Kinds, Source
from damage.writing import ABOUT_DELIMITER, ABOUT_NAMES, line, unquoted, written

KINDS = Kinds("structure")


@KINDS(EXACT, STATED)
def line_break_unquoted(source: Source, rng: random.Random) -> Case:
    """Three cells broken over two lines without quotation marks: both lines named, or put together again."""
    return unquoted(source, rng, 3, "\n")


def _cut(source: Source, rng: random.Random, count: int, change) -> Case:
    rows = set(source.pick(rng, count))
    return written(source, lambda i, cells: change(cells) if i in rows else line(cells)).case(source)


@KINDS(STATED)
def rows_too_short(source: Source, rng: random.Random) -> Case:
    """Five rows lack their last cell: named, whether left out or filled up."""
    return _cut(source, rng, 5, lambda cells: line(cells[:-1]))


@KINDS(STATED)
def most_rows_too_short(source: Source, rng: random.Random) -> Case:
    """A third of the rows lacks its last cell; the header still counts."""
    return _cut(source, rng, len(source.rows) // 3, lambda cells: line(cells[:-1]))


@KINDS(EXACT, STATED)
def rows_too_long(source: Source, rng: random.Random) -> Case:
    """Five rows have a cell more: named, whether left out or cut."""
    return _cut(source, rng, 5, lambda cells: line([*cells, "more"]))


@KINDS()
def delimiters_at_every_end(source: Source, rng: random.Random) -> Case:
    """An empty column without a name, header and all, is no column."""
    return written(source, lambda _, cells: line(cells) + ",", header=line(source.columns) + ",").case(source)


@KINDS()
def delimiters_at_the_end_of_rows(source: Source, rng: random.Random) -> Case:
    """The same where the header has none."""
    return written(source, lambda _, cells: line(cells) + ",").case(source)


@KINDS()
def delimiters_at_the_end_of_some(source: Source, rng: random.Random) -> Case:
    """The same in five rows."""
    return _cut(source, rng, 5, lambda cells: line(cells) + ",,,")


def _between(source: Source, rng: random.Random, what: str) -> Case:
    rows = set(source.pick(rng, 5))
    return written(source, end=lambda i: f"\n{what}\n" if i in rows else "\n").case(source)


@KINDS()
def blank_rows(source: Source, rng: random.Random) -> Case:
    """They are no rows, and the numbers count them."""
    return _between(source, rng, "")


@KINDS()
def rows_of_spaces(source: Source, rng: random.Random) -> Case:
    """The same."""
    return _between(source, rng, "   ")


@KINDS()
def rows_of_delimiters(source: Source, rng: random.Random) -> Case:
    """A deleted row in a spreadsheet leaves its commas."""
    return _between(source, rng, "," * (len(source.columns) - 1))


@KINDS()
def a_blank_line_between_all_rows(source: Source, rng: random.Random) -> Case:
    """Double spaced."""
    return written(source, end="\n\n").case(source)


def _with_amounts(source: Source, rng: random.Random) -> Source:
    rows = [[*row, f"{rng.randrange(1, 99)},{rng.randrange(10, 99)}"] for row in source.rows]
    return Source(source.name, [*source.columns, "amount"], rows)


@KINDS()
def decimal_commas_and_semicolons(source: Source, rng: random.Random) -> Case:
    """A German spreadsheet: 12,50 is one cell."""
    other = _with_amounts(source, rng)
    return written(other, delimiter=";").case(other)


@KINDS(EXACT, STATED, REFUSED)
def decimal_commas_unquoted(source: Source, rng: random.Random) -> Case:
    """Every row has one cell more than the header: no number cut in two without a word."""
    other = _with_amounts(source, rng)
    return written(other, lambda _, cells: f"{line(cells[:-1])},{cells[-1]}").case(
        other, says=(ABOUT_DELIMITER, ABOUT_NAMES)
    )


@KINDS(STATED, REFUSED)
def broken_off_in_quotes(source: Source, rng: random.Random) -> Case:
    """The last row ends inside of a quoted cell: named, or refused."""
    return _broken_off(source, rng, '"an unfinished sentence, of')


@KINDS(STATED, REFUSED)
def broken_off_before_the_last_cell(source: Source, rng: random.Random) -> Case:
    """The last row lacks cells: named, or refused."""
    return _broken_off(source, rng, "unfinished")


def _broken_off(source: Source, _: random.Random, last: str) -> Case:
    """The truth of the broken row is not known, so that it cannot be read exactly."""
    row = ["\ue123"] * len(source.columns)
    other = Source(source.name, source.columns, [*source.rows, row])
    case = written(other).case(other)
    lines = case.data.decode().removesuffix(line(row) + "\n")
    return replace(case, data=(lines + last).encode())
