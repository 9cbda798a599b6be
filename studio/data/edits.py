"""Changes to a table that a person decided on, applied to what was read. The file itself is never touched, so each can be undone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from studio.config import Edit
from studio.data.phrases import counted
from studio.data.table import Table


def edited(table: Table, edits: Sequence[Edit]) -> Table:
    """The table after these edits, in their order. Rows and columns that are not there (any more) are passed over.

    Rows keep the file's own numbers; `table.edits` tells what was done.
    """
    if not edits:
        return table
    cells, rows = table.cells, np.asarray(table.rows, dtype=np.int64)
    for edit in edits:
        for column, changed in edit.cells.items():
            cells = _written(cells, rows, column, changed)
        if edit.drop:
            kept = ~np.isin(rows, np.asarray(edit.drop, dtype=np.int64))
            cells, rows = cells.filter(pa.array(kept)), rows[kept]
    return replace(table, cells=cells, rows=tuple(rows.tolist()), edits=(*table.edits, *edits))


def without(edits: Sequence[Edit], place: int) -> list[Edit]:
    """These edits but for the one at `place`.

    What later ones wrote into the same cells was made out of its text, and goes with it: the cell is the file's again.
    An edit of which nothing is left goes altogether.
    """
    undone, left = edits[place], list(edits[:place])
    for edit in edits[place + 1 :]:
        cells = {
            column: kept
            for column, changed in edit.cells.items()
            if (kept := {row: text for row, text in changed.items() if row not in undone.cells.get(column, ())})
        }
        if cells or edit.drop or edit.kept or not edit.cells:
            left.append(edit.model_copy(update={"cells": cells}))
    return left


def amount(*edits: Edit) -> str:
    """What these changes did together, as in "3 rows taken out, 1 cell rewritten"."""
    drop = sum(len(edit.drop) for edit in edits)
    cells = sum(len(changed) for edit in edits for changed in edit.cells.values())
    kept = sum(len(edit.kept) for edit in edits)
    parts = [f"{counted(drop, 'row')} taken out"] if drop else []
    parts += [f"{counted(cells, 'cell')} rewritten"] if cells else []
    parts += [f"{counted(kept, 'doubted row')} kept as {'it is' if kept == 1 else 'they are'}"] if kept else []
    return ", ".join(parts) or "nothing changed"


def _written(cells: pa.Table, rows: np.ndarray, column: str, changed: dict[int, str]) -> pa.Table:
    if column not in cells.column_names or not changed:
        return cells
    place = cells.column_names.index(column)
    hit = np.isin(rows, np.fromiter(changed, dtype=np.int64, count=len(changed)))
    values = cells.column(column).to_pylist()
    for index in np.flatnonzero(hit).tolist():
        values[index] = changed[int(rows[index])]
    return cells.set_column(place, column, pa.array(values, pa.large_string()))
