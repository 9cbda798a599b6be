"""Changes to a table that a person decided on, applied to what was read. The file itself is never touched, so each can be undone."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from studio.config import Edit
from studio.data.phrases import counted
from studio.data.table import Table, row_numbers

Numbers = npt.NDArray[np.int64]


def edited(table: Table, edits: Sequence[Edit]) -> Table:
    """The table after these edits, in their order. Rows and columns that are not there (any more) are passed over.

    Rows keep the file's own numbers; `table.edits` tells what was done.
    """
    if not edits:
        return table
    cells, rows = table.cells, _numbers(table)
    for edit in edits:
        for column, changed in edit.cells.items():
            cells = _written(cells, rows, column, changed)
        if edit.drop:
            kept = ~np.isin(rows, np.asarray(edit.drop, dtype=np.int64))
            cells, rows = cells.filter(pa.array(kept)), rows[kept]
    return replace(table, cells=cells, rows=row_numbers(rows), edits=(*table.edits, *edits))


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


def digest(edit: Edit) -> str:
    """Twelve letters that tell this change from others."""
    return hashlib.sha256(edit.model_dump_json().encode()).hexdigest()[:12]


def amount(*edits: Edit) -> str:
    """What these changes did together, as in "3 rows taken out, 1 cell rewritten"."""
    drop = sum(len(edit.drop) for edit in edits)
    cells = sum(len(changed) for edit in edits for changed in edit.cells.values())
    kept = sum(len(edit.kept) for edit in edits)
    parts = [f"{counted(drop, 'row')} taken out"] if drop else []
    parts += [f"{counted(cells, 'cell')} rewritten"] if cells else []
    parts += [f"{counted(kept, 'doubted row')} kept as {'it is' if kept == 1 else 'they are'}"] if kept else []
    return ", ".join(parts) or "nothing changed"


def renamed(table: Table, edits: Sequence[Edit], column: str) -> dict[str, str]:
    """Label → what these edits to this table made of it, for those that they left in no row."""
    now: dict[str, str] = {}
    for edit in edits:
        changed, before = edit.cells.get(column, {}), table
        table = edited(table, [edit])
        if not changed or column not in table.columns:
            continue
        left = {label.strip() for label in pc.unique(table.cells.column(column)).to_pylist()}
        rows = _numbers(before)
        hit = _among(rows, changed)
        made: dict[str, set[str]] = {}
        for row, label in zip(
            rows[hit].tolist(), before.cells.column(column).filter(pa.array(hit)).to_pylist(), strict=True
        ):
            made.setdefault(label.strip(), set()).add(changed[row].strip())
        step = {label: new for label, (new, *others) in made.items() if not others and label not in left}
        now = step | {label: step.get(new, new) for label, new in now.items()}
    return now


def _written(cells: pa.Table, rows: Numbers, column: str, changed: dict[int, str]) -> pa.Table:
    if column not in cells.column_names or not changed:
        return cells
    hit = _among(rows, changed)
    texts = pa.array([changed[row] for row in rows[hit].tolist()], pa.large_string())
    before = cells.column(column).cast(pa.large_string()).combine_chunks()
    written = pc.replace_with_mask(before, pa.array(hit), texts)
    return cells.set_column(cells.column_names.index(column), column, written)


def _among(rows: Numbers, changed: Collection[int]) -> npt.NDArray[np.bool_]:
    return np.isin(rows, np.fromiter(changed, np.int64, len(changed)))


def _numbers(table: Table) -> Numbers:
    rows = table.rows
    return np.arange(rows.start, rows.stop, rows.step) if isinstance(rows, range) else np.asarray(rows, np.int64)
