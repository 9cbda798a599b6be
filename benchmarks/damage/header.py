"""Structure, the names of the columns: two rows of them, none, repeated, empty, or too few."""

import random
from dataclasses import replace
from functools import partial

from damage.kinds import EXACT, REFUSED, STATED, Case, Kinds, Said, Source, Truth
from damage.writing import ABOUT_HEADER, ABOUT_NAMES, line, written

KINDS = Kinds("structure")


@KINDS(EXACT, STATED, REFUSED)
def two_header_rows(source: Source, rng: random.Random) -> Case:
    """Groups above the names: the second row holds the names; as a row of the table it would be named."""
    groups = ["Input", *[""] * (len(source.columns) - 2), "Output"]
    return written(source, above=",".join(groups) + "\n").case(source, says=(ABOUT_NAMES,))


@KINDS(EXACT, STATED)
def no_header(source: Source, rng: random.Random) -> Case:
    """No row may be lost without a word: names are made up, or it is said that row 1 was taken for them."""
    case = written(source, header="").case(source)
    says = (Said(ABOUT_HEADER, names=True, rows=frozenset([1])),)
    return replace(case, truth=replace(case.truth, columns=[None] * len(source.columns)), says=says)


def _named(source: Source, _: random.Random, names: list[str], truth: list[str | None] | None = None) -> Case:
    """The first columns called so; the rest keep their names."""
    columns = [*names, *source.columns[len(names) :]]
    case = written(source, header=line(columns)).case(source, says=(ABOUT_NAMES,))
    told = [*(truth or names), *source.columns[len(names) :]]
    return replace(case, truth=replace(case.truth, columns=told))


for _name, _names, _truth in (
    ("the same name twice", ["text", "text"], ["text", "text"]),
    ("a name empty", ["", "label"], ["", "label"]),
    ("all but one name empty", ["text", ""], ["text", ""]),
    ("spaces around names", [" text ", "label\t"], [" text ", "label\t"]),
    ("case alone differs", ["text", "Text"], None),
    ("a line break in a name", ["the\ntext", "label"], None),
    ("a comma and quotes in a name", ['text, "all"', "label"], None),
    ("a very long name", ["text " * 60 + "end", "label"], None),
    ("numbers as names", ["2019", "2020"], None),
    ("names of accents", ["Größe", "名前"], None),
    ("a zero-width space in a name", ["\u200btext", "label"], ["\u200btext", "label"]),
):
    KINDS.add(
        f"header: {_name}",
        partial(_named, names=_names, truth=_truth),
        (EXACT, STATED),
        "As it stands there, or the new name said.",
    )


@KINDS(EXACT, STATED)
def index_without_name(source: Source, rng: random.Random) -> Case:
    """What pandas writes: the numbers stay in a column whose name is given and said."""
    other = Source(source.name, ["", *source.columns], [[str(i), *row] for i, row in enumerate(source.rows)])
    case = written(other).case(other)
    return replace(case, truth=replace(case.truth, columns=[None, *source.columns]))


@KINDS(EXACT, STATED)
def index_missing_in_the_header(source: Source, rng: random.Random) -> Case:
    """What R writes: every row has one cell more than there are names. No column under another's name without a word."""
    case = written(source, lambda i, cells: f"{i + 1},{line(cells)}").case(source, says=(ABOUT_NAMES,))
    indexed = [[str(i + 1), *row] for i, row in enumerate(source.rows)]
    return replace(case, also=(Truth([None, *source.columns], indexed, case.truth.numbers),))
