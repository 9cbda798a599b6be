"""Rows with an empty cell too many: a separator too many at the end, or a text with the separator in it and an empty last column."""

import numpy as np
import pyarrow as pa

from studio.data.reading.body import Body, Numbers, is_blank

_LOOKED_AT = 100_000
_USUAL = 0.5
"""Of the rows: where more end with a separator too many, that is how the file is written."""
_FEW, _FEW_SHARE = 100, 0.25
"""Different values, at most and of the rows, of a column that repeats a few, as labels do."""
_WHAT = (
    "An empty cell too many: a text may have the separator in it and be in no quotation marks, so that its cells stand one "
    "column too far to the right. The row was left out."
)


def without_shifted(body: Body, cells: pa.Table, rows: Numbers) -> tuple[pa.Table, Numbers]:
    """The rows without those of which the empty cells were cut off, but whose other cells may be in the wrong columns.

    They may only where the last column is empty in other rows too. Then they stay if each column that repeats a few values, or
    holds numbers only, has such a value there; without any such column, nobody can tell.
    """
    cut = np.isin(rows, np.array(body.cut, np.int64))
    if not cut.any() or cut.sum() > _USUAL * len(rows) or not is_blank(cells.column(body.width - 1))[~cut].any():
        return cells, rows
    places = np.flatnonzero(cut)
    fits, is_known = np.ones(len(places), np.bool_), False
    for column in cells.columns:
        seen = [text for text, mark in zip(column.slice(0, _LOOKED_AT).to_pylist(), cut, strict=False) if not mark]
        told = column.take(pa.array(places)).to_pylist()
        values = set(seen)
        if len(values) <= min(_FEW, _FEW_SHARE * len(seen)):
            fits &= np.array([text in values for text in told])
        elif all(map(_is_number, values)):
            fits &= np.array([_is_number(text) for text in told])
        else:
            continue
        is_known = True
    odd = np.zeros(len(rows), np.bool_)
    odd[places[~fits] if is_known else places] = True
    if not odd.any():
        return cells, rows
    body.uncut(rows[odd].tolist(), [" ¦ ".join(row.values()) for row in cells.filter(pa.array(odd)).to_pylist()], _WHAT)
    return cells.filter(pa.array(~odd)), rows[~odd]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return not text.strip()
    return True
