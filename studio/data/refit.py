"""Changes to a table that is read anew, in another way: those that still speak of the same rows and cells are kept."""

from collections.abc import Sequence

from studio.config import Edit
from studio.data.table import Table


def still_fitting(edits: Sequence[Edit], before: Table, after: Table) -> tuple[Edit, ...]:
    """Of the changes made to `before` what fits `after`, both without changes.

    A row fits if it is still there (by the file's own number), a cell if it also had the same text before. Of another
    sheet, or another file of an archive, nothing fits.
    """
    old, new = before.reading, after.reading
    if (old.sheet, old.member) != (new.sheet, new.member):
        return ()
    there = set(before.rows) & set(after.rows)
    kept = [_fitting(edit, before, after, there) for edit in edits]
    return tuple(edit for edit in kept if edit.drop or edit.cells or edit.kept)


def _fitting(edit: Edit, before: Table, after: Table, there: set[int]) -> Edit:
    cells: dict[str, dict[int, str]] = {}
    for column, changed in edit.cells.items():
        if column in before.columns and column in after.columns:
            was, now = (dict(zip(table.rows, table.column(column), strict=True)) for table in (before, after))
            same = {row: text for row, text in changed.items() if row in there and was[row] == now[row]}
            cells |= {column: same} if same else {}
    drop, kept = (tuple(row for row in rows if row in there) for rows in (edit.drop, edit.kept))
    return edit.model_copy(update={"drop": drop, "cells": cells, "kept": kept})
