"""What a column looks like: counts over many rows, and a closer look at a few, whatever the size of the table."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from studio.data.decimals import plain_numbers
from studio.data.detect.names import meanings_of
from studio.data.table import Table

COUNTED = 20_000
"""Rows, evenly spaced, over which different values are counted (by Arrow)."""
COUNTED_BYTES = 4_000_000
"""Fewer rows are counted where they are long."""
LOOKED_AT = 600
"""Rows, evenly spaced, that are looked at one by one (in Python); fewer where there are many columns."""
IN_A_ROW = 400
"""First rows, for what only neighbors show: runs of one sentence or conversation."""
MOST_CHARS = 6000
"""More of a cell is not looked at, except where it holds JSON."""

_NUMBER = re.compile(r"[-+]?(\d+(\.\d+)?|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_INTEGER = re.compile(r"[-+]?\d+")
_ENDS = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*$")
_ASKS = re.compile(r"([?？؟]|か[。．]?)[\"'”’»)\]」』]*$")
_UNSPACED = (  # scripts that put no spaces between words, and letters a word, roughly
    (re.compile(r"[\u3040-\u30ff\u3400-\u9fff]"), 2),  # kana and Han
    (re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"), 5),  # Thai, Lao, Burmese, Khmer; vowel signs count, too
)


@dataclass(frozen=True)
class Column:
    """One column. Shares are of its filled cells unless they say otherwise."""

    name: str
    place: int
    rows: int
    """Rows counted."""
    filled: int
    """Of these, rows with something in this cell."""
    distinct: int
    """Different values among the filled cells."""
    cells: tuple[str, ...]
    """The cells looked at, without spaces around; the same rows in every column."""
    run: tuple[str, ...]
    """The first rows' cells, one after the other."""

    @cached_property
    def says(self) -> dict[str, float]:
        """Meaning → how strongly the name says it."""
        return meanings_of(self.name)

    def said(self, *meanings: str) -> float:
        """The strongest of these meanings."""
        return max(self.says.get(meaning, 0.0) for meaning in meanings)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The filled cells among those looked at."""
        return tuple(cell for cell in self.cells if cell)

    @property
    def filled_share(self) -> float:
        """Of all rows."""
        return self.filled / max(1, self.rows)

    @property
    def distinct_share(self) -> float:
        """1 where no value comes twice."""
        return self.distinct / max(1, self.filled)

    def share(self, test: Callable[[str], Any]) -> float:
        """Share of filled cells that pass."""
        return sum(bool(test(value)) for value in self.values) / max(1, len(self.values))

    @cached_property
    def words(self) -> float:
        """Mean words a cell; where no spaces part them, so many letters count as one (`_UNSPACED`)."""
        cells = max(1, len(self.values))
        spaced = sum(len(value.split()) for value in self.values) / cells
        unspaced = sum(len(found) / letters for value in self.values for found, letters in _unspaced(value)) / cells
        return max(spaced, unspaced, sum(map(len, self.values)) / cells / 8)

    @cached_property
    def chars(self) -> float:
        """Median characters."""
        lengths = sorted(map(len, self.values))
        return lengths[len(lengths) // 2] if lengths else 0.0

    @cached_property
    def numerals(self) -> tuple[tuple[str, str], ...]:
        """The filled cells that are numbers, as they are and with a decimal point."""
        pairs = zip(self.values, plain_numbers(self.values), strict=True)
        return tuple((value, plain) for value, plain in pairs if _NUMBER.fullmatch(plain))

    @cached_property
    def numbers(self) -> float:
        """Share of numbers."""
        return len(self.numerals) / max(1, len(self.values))

    @cached_property
    def integers(self) -> float:
        """Share of whole numbers."""
        return self.share(_INTEGER.fullmatch)

    @cached_property
    def sentences(self) -> float:
        """Share of cells of several words that end as sentences do."""
        return self.share(lambda value: _ENDS.search(value) and (" " in value or len(value) > 8))

    @cached_property
    def questions(self) -> float:
        """Share of cells that end with a question mark."""
        return self.share(_ASKS.search)

    @cached_property
    def json(self) -> tuple[Any, ...]:
        """The cells looked at as JSON lists or objects; empty unless nearly all filled cells are."""
        if not self.values or self.share(lambda value: value[0] in "[{") < 0.95:
            return ()
        parsed = tuple(_parsed(value) for value in self.cells)
        return parsed if sum(value is not None for value in parsed) >= 0.9 * len(self.values) else ()

    @cached_property
    def is_text(self) -> bool:
        """Whether its cells could be texts: different, made of words."""
        return self.distinct >= 2 and self.words >= 1 and self.numbers < 0.5 and not self.json

    @cached_property
    def is_long_text(self) -> bool:
        """Whether its cells could be nothing but texts: whole sentences, hardly any of them twice."""
        return self.is_text and self.words >= 3 and self.distinct_share > 0.5 and self.filled_share > 0.5


def columns_of(table: Table) -> list[Column]:
    """Every column of a table, looked at. Samples are evenly spaced, so the same table gives the same answer."""
    looked_at = max(60, min(LOOKED_AT, 30_000 // max(1, len(table.columns))))
    few = _every(len(table), looked_at)
    close = table.cells if few is None else table.cells.take(pa.array(few))
    start = table.cells.slice(0, IN_A_ROW)
    found = []
    for place, name in enumerate(table.columns):
        whole = table.cells.column(name)
        counted = _every(len(table), min(COUNTED, max(LOOKED_AT, COUNTED_BYTES * len(table) // max(1, whole.nbytes))))
        column = pc.utf8_trim_whitespace(whole if counted is None else whole.take(pa.array(counted)))
        filled = column.filter(pc.not_equal(column, ""))
        found.append(
            Column(
                name,
                place,
                len(column),
                len(filled),
                pc.count_distinct(filled).as_py(),
                tuple(_cut(value) for value in close.column(name).to_pylist()),
                tuple(_cut(value) for value in start.column(name).to_pylist()),
            )
        )
    return found


def _unspaced(value: str) -> list[tuple[list[str], int]]:
    """The letters of each script without spaces, and how many of them make a word."""
    return [] if value.isascii() else [(script.findall(value), letters) for script, letters in _UNSPACED]


def _every(rows: int, most: int) -> list[int] | None:
    """Indices of at most so many rows, evenly spaced; None for all."""
    return None if rows <= most else [index * rows // most for index in range(most)]


def _cut(cell: str | None) -> str:
    cell = (cell or "").strip()
    return cell if len(cell) <= MOST_CHARS or cell[0] in "[{" else cell[:MOST_CHARS]


def _parsed(value: str) -> Any:
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        pass
    try:  # a list as Python prints it, which many files hold
        return json.loads(value.replace("'", '"')) if '"' not in value else None
    except ValueError:
        return None
