"""Where the column names of a table are, and whether its first row is names at all."""

import re
from collections.abc import Sequence

_PREFACE = 30
"""A header is looked for in this many records."""
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*%?")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_NAME = re.compile(r"[A-Za-z_][\w .\-]{0,30}")
_WORDS = """
id index text label labels sentence review message question answer category class sentiment title context tokens token tag tags
score rating stars split source target input output instruction response prompt completion name date note topic summary document
abstract content role turn intent passage article similarity emotions entities
"""
"""Names that columns of labeled tables have."""
_KNOWN = frozenset(_WORDS.split())
_SURE = 1.5
"""Of 252 real tables with and without their names, at 5, 30 and 300 rows, none was taken for the other beyond this."""


def locate_header(records: Sequence[Sequence[str]]) -> int:
    """Index of the header: the first record that is not empty, or, below a title or comments, the first full one.

    A title is at most one cell a line, with an empty line after it or at least three columns below it. A comment
    begins with # and has another number of cells than what stands below.
    """
    filled = [sum(bool(cell.strip()) for cell in record) for record in records[:_PREFACE]]
    first = next((index for index, count in enumerate(filled) if count), 0)
    first = _below_comments(records[:_PREFACE], first)
    if not filled or filled[first] != 1:
        return first
    below = next((index for index in range(first + 1, len(filled)) if filled[index] >= 2), None)
    if below is None or filled[below] != len(records[below]):
        return first
    if any(count == 0 for count in filled[first:below]):
        return below
    rest = [len(record) for record in records[below + 1 :] if any(record)]
    fitting = sum(width == filled[below] for width in rest)
    return below if filled[below] >= 3 and rest and fitting >= 0.9 * len(rest) else first


def _below_comments(records: Sequence[Sequence[str]], first: int) -> int:
    solid = [index for index in range(first, len(records)) if any(records[index])]
    after = next((index for index in solid if not records[index][0].startswith("#")), first)
    comments = [records[index] for index in solid if index < after]
    if not comments or len(records[after]) < 2 or any(len(each) == len(records[after]) for each in comments):
        return first
    return after


def is_data(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool | None:
    """Whether the first row is of the same kind as the rows below it, rather than their names; None where it may be."""
    rows = [row for row in below if list(row) != list(first)]
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
