"""Lines of a single cell between rows: they may be the rest of a row whose line break is not in quotation marks."""

from bisect import bisect_left
from collections.abc import Collection

import numpy as np
import pyarrow as pa

from studio.data.reading.rows import Rows, doubt, set_aside

_LOOKED_AT = 1000
_FEW = 0.05
"""Of the rows: where there are more such lines, they are rather short rows."""
_WHAT = "The line {where} has a single cell, which may belong to this row (a line break not in quotation marks)."


def without_pieces(rows: Rows) -> Rows:
    """The rows without those of which such a line may be a part: the one above, the one below, or both.

    A line can go on where the row above ends only if the last column holds texts, and begin the row below only if
    the first one does; where none does, or many lines are such, the rows stay and are named. Lines that are all the
    same, or all comments, belong to no row.
    """
    body, columns = rows.columns.body, rows.columns
    alone = dict(body.alone)
    if not alone or not columns.cells.num_rows or len(body.header) < 2 or _are_remarks(list(alone.values())):
        return rows
    ends, begins = (_holds_texts(columns.cells.column(at)) for at in (-1, 0))
    is_likely = (ends or begins) and len(alone) <= max(3, _FEW * columns.cells.num_rows)
    if not ends and not begins:
        ends = begins = True
    above, below = _neighbors(rows, alone)
    above, below = above if ends else set(), below if begins else set()
    for numbers, where in ((above, "below"), (below - above, "above")):
        places = np.isin(np.asarray(rows.columns.rows, np.int64), list(numbers))
        if places.any() and is_likely:
            rows = set_aside(rows, places, f"{_WHAT.format(where=where)} The row was left out.")
        elif places.any():
            doubt(rows, places, f"{_WHAT.format(where=where)} It was kept as it is.")
    return rows


def _neighbors(rows: Rows, alone: Collection[int]) -> tuple[set[int], set[int]]:
    """Numbers of the records above and below these, or above and below several of them in a row."""
    others = np.array([*rows.columns.body.odd, *(problem.row for problem in rows.broken)], np.int64)
    every = np.sort(np.concatenate([np.asarray(rows.columns.rows, np.int64), others])).tolist()
    above: set[int] = set()
    below: set[int] = set()
    for number in alone:
        low = high = bisect_left(every, number)
        while low >= 0 and every[low] in alone:
            low -= 1
        while high < len(every) and every[high] in alone:
            high += 1
        above.update(every[low : low + 1] if low >= 0 else ())
        below.update(every[high : high + 1])
    return above, below


def _are_remarks(texts: list[str]) -> bool:
    return len(texts) >= 2 and (len(set(texts)) == 1 or all(text.startswith("#") for text in texts))


def _holds_texts(column: pa.ChunkedArray) -> bool:
    """Different ones, of several words."""
    cells = column.slice(0, _LOOKED_AT).to_pylist()
    return len(set(cells)) > 0.5 * len(cells) and sum(" " in cell.strip() for cell in cells) > 0.3 * len(cells)
