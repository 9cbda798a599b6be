"""Where the column names of a table are, and whether its first row is names at all."""

import re
from collections.abc import Sequence
from itertools import pairwise

_PREFACE = 30
"""A header is looked for in this many records."""
_FACTS = 10
"""Lines above a table, with an empty one behind them."""
_LOOKED_AT = 100
"""Rows by which it is told that a column has no name."""
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*%?")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_NAME = re.compile(r"[A-Za-z_][\w .\-]{0,30}")
_WORDS = """
id index text label labels sentence review message question answer category class sentiment title context tokens token tag tags
score rating stars split source target input output instruction response prompt completion name date note topic summary document
abstract content role turn intent passage article similarity emotions entities topic topics subject body comment comments
"""
"""Names that columns of labeled tables have."""
_KNOWN = frozenset(_WORDS.split())
_TRANSLATED = "english german french spanish italian portuguese dutch polish russian chinese japanese korean"
_LANGUAGES = frozenset(_TRANSLATED.split())
"""Names of columns where whole texts are below them, but labels as well."""
_SURE = 1.5
"""Of 252 real tables with and without their names, at 5, 30 and 300 rows, none was taken for the other beyond this."""


def locate_header(records: Sequence[Sequence[str]]) -> int:
    """Index of the header: the first record that is not empty, or, below a title, facts or comments, the first full one.

    A title is at most one cell a line, with an empty line after it or at least three columns below it, or two with
    names. Facts end with an empty line, and the table below has another width or clearly names. A comment begins with #
    and has another number of cells than what stands below. Groups of columns leave cells empty above the names.
    """
    filled = [sum(bool(cell.strip()) for cell in record) for record in records[:_PREFACE]]
    first = next((index for index, count in enumerate(filled) if count), 0)
    first = _below_comments(records[:_PREFACE], first)
    if not filled:
        return first
    first = _below_facts(records, filled, first)
    if filled[first] != 1:
        return _below_groups(records, filled, first)
    below = next((index for index in range(first + 1, len(filled)) if filled[index] >= 2), None)
    if below is None or filled[below] != len(records[below]):
        return first
    if any(count == 0 for count in filled[first:below]):
        return below
    is_above = len(records[first]) > 1 or _is_title(records[first])
    is_table = filled[below] >= 3 or (is_above and are_names(records[below], records[below + 1 :]))
    return below if is_table and _fit(records[below + 1 :], filled[below]) else first


def _fit(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether there are rows, and nearly all have so many cells."""
    rest = [len(row) for row in rows if any(row)]
    return bool(rest) and sum(each == width for each in rest) >= 0.9 * len(rest)


def _is_title(record: Sequence[str]) -> bool:
    """Several words, rather than the name of an only column."""
    words = " ".join(record).split()
    return len(words) >= 2 and not any(word.lower() in _KNOWN for word in words)


def _below_facts(records: Sequence[Sequence[str]], filled: Sequence[int], first: int) -> int:
    """The header behind a few short lines that an empty one ends."""
    gap = next((index for index in range(first, min(len(filled), first + _FACTS + 1)) if not filled[index]), None)
    begin = next((index for index in range(gap, len(filled)) if filled[index]), None) if gap is not None else None
    if begin is None or gap is None or filled[begin] != len(records[begin]) or filled[begin] < 2:
        return first
    width = filled[begin]
    if filled[first] < 2 or not _fit(records[begin + 1 :], width):
        return first
    is_another = all(len(record) != width for record in records[first:gap])
    return begin if is_another or are_names(records[begin], records[begin + 1 :]) else first


def _below_groups(records: Sequence[Sequence[str]], filled: Sequence[int], first: int) -> int:
    """The names below a row of groups, which has empty cells where they have none."""
    at = first + 1
    if at >= len(filled) or filled[first] == len(records[first]) or filled[at] != len(records[first]):
        return first
    return at if are_names(records[at], records[at + 1 :]) else first


def are_names(record: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether every cell can only be a column's name, beside the rows below it, and some are known as such."""
    rows = [row for row in below if len(row) == len(record)]
    names = [name.strip() for name in record]
    if len(rows) < 2 or len(set(names)) < len(names) or not any(name.lower() in _KNOWN | _LANGUAGES for name in names):
        return False
    return all(_weight(name, [row[i].strip() for row in rows]) < 0 for i, name in enumerate(names))


def lacks_a_name(header: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether each row begins with its number and the header does not name that column, as R writes it."""
    rows = [row for row in below[:_LOOKED_AT] if any(row)]
    longer = [row for row in rows if len(row) == len(header) + 1]
    if len(longer) < 2 or len(longer) < 0.95 * len(rows) or not all(header):
        return False
    numbers = [int(row[0]) if row[0].isdecimal() and len(row[0]) < 10 else -1 for row in longer]
    counts_up = numbers[0] >= 0 and all(one < other for one, other in pairwise(numbers))
    ended = sum(not row[-1].strip() for row in longer)
    halved = sum(row[-1].isdecimal() and row[-2].isdecimal() for row in longer)
    return counts_up and ended < 0.5 * len(longer) and halved < 0.9 * len(longer)


def _below_comments(records: Sequence[Sequence[str]], first: int) -> int:
    solid = [index for index in range(first, len(records)) if any(records[index])]
    after = next((index for index in solid if not records[index][0].startswith("#")), first)
    comments = [records[index] for index in solid if index < after]
    if not comments or len(records[after]) < 2 or any(len(each) == len(records[after]) for each in comments):
        return first
    return after


def is_data(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool | None:
    """Whether the first row is of the same kind as the rows below it, rather than their names; None where it may be."""
    rows = [row for row in below if [cell.lstrip("\ufeff") for cell in row[:1]] + list(row[1:]) != list(first)]
    weights = [_weight(name.strip(), [row[i].strip() for row in rows if i < len(row)]) for i, name in enumerate(first)]
    return sum(weights) >= _SURE or (None if sum(weights) > 0 else False)


def _weight(name: str, column: list[str]) -> float:
    """Above 0: a value like those below it; below 0: a name."""
    cells = [cell for cell in column if cell]
    if not name or not cells:
        return 0.0
    weight = 0.0
    if again := cells.count(name):
        weight += 3 if again >= 2 or len(set(cells)) < len(cells) else 1.5
    kind, kinds = _kind(name), [_kind(cell) for cell in cells]
    if kind != "text" and kinds.count(kind) >= 0.9 * len(cells):
        weight += 3
    if kind == "text" and kinds.count("text") <= 0.1 * len(cells):
        weight -= 3
    words = name.split()
    if len(words) >= 6 or len(name) > 60 or (name[-1] in ".?!" and len(words) > 2):
        weight += 2
    parts = re.split(r"[\s_\-./]+", re.sub(r"\d+", "", name).lower())
    if len(parts) <= 4 and _KNOWN.intersection(parts):
        weight -= 2
    elif _NAME.fullmatch(name) and sorted(map(len, cells))[len(cells) // 2] > 3 * len(name):
        weight -= 1
    return weight


def _kind(cell: str) -> str:
    return "number" if _NUMBER.fullmatch(cell) else "date" if _DATE.fullmatch(cell) else "text"
