"""Rows with bytes that are no UTF-8: set aside, and shown with the sign for a letter that cannot be read."""

from dataclasses import replace

import numpy as np

from studio.data.reading.rows import Flags, Rows, set_aside
from studio.data.table import Problem
from studio.errors import StudioError

_SIGN = "\ufffd"


def without_holes(rows: Rows, hole: str) -> Rows:
    """The rows without those that have a hole. Raises: StudioError where a column's name has one."""
    columns = rows.columns
    if any(hole in name for name in columns.cells.column_names):
        raise StudioError(
            "A column's name has damaged characters",
            where=f"line {columns.header_row}: {', '.join(columns.cells.column_names)[:80].replace(hole, _SIGN)}",
            fix="Correct that line, or save the file as “CSV UTF-8”, and upload it again.",
        )
    places: Flags = np.zeros(columns.cells.num_rows, np.bool_)
    for column in columns.cells.columns:
        places |= np.array([hole in cell for cell in column.to_pylist()], np.bool_)
    if places.any():
        rows = set_aside(
            rows, places, "The row has damaged characters (bytes that are no UTF-8). The row was left out."
        )
    body = rows.columns.body
    for problems in (body.set_aside, body.repaired, body.doubtful):
        problems[:] = [_shown(problem, hole) for problem in problems]
    return replace(rows, broken=[_shown(problem, hole) for problem in rows.broken])


def _shown(problem: Problem, hole: str) -> Problem:
    return replace(problem, value=problem.value.replace(hole, _SIGN))
