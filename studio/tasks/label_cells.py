"""Cells of several labels, and columns of marks, as JSON lists of labels: the form in which targets are kept."""

import ast
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from studio.data.detect.profile import columns_of
from studio.data.detect.separators import pieces_of, separator_of
from studio.data.table import Table

_UNMISTAKABLE = ("|", ";", "\n", ",")
"""What separates labels also where too few cells are there for a pattern to show; the first that occurs."""
_YES = "1 1.0 true t yes y x ✓ ✔ ja j oui si sí sim да 是 wahr vrai"
_NO = "0 0.0 false f no n nein non nee não нет 否 falsch faux -"
_PRESENT, _ABSENT = frozenset(_YES.split()), frozenset(("", *_NO.split()))
_MARKS = frozenset(("", "0", "0.0", "1", "1.0"))


def separator_in(table: Table, column: str) -> str | None:
    """What stands between the labels of a cell; empty where each cell is one label, None where cells say it themselves."""
    filled = [cell for cell in map(str.strip, table.column(column)) if cell]
    if _are_lists(filled):
        return None
    alone = replace(table, cells=table.cells.select([column]))
    separator = separator_of(columns_of(alone)[0])
    if separator in ("", "json"):
        separator = next((each for each in _UNMISTAKABLE if any(each in cell for cell in filled)), "")
    return separator


def listed_cells(table: Table, column: str, separator: str | None) -> list[str]:
    """Each cell's labels as a JSON list; a cell that should be a list and is none stays as it is.

    `joy|fear` → `["joy", "fear"]`, `['joy']` → `["joy"]`, an empty cell → `[]`. A column of lists needs no `separator`.
    """
    cells = [cell.strip() for cell in table.column(column)]
    if separator is None or _are_lists([cell for cell in cells if cell]):
        return [_from_list(cell) for cell in cells]
    return _each(lambda cell: _json(pieces_of(cell, separator or "\0")), cells)


def is_marked(table: Table, column: str) -> bool:
    """Whether a column by itself says of one label, its name, which rows have it: with 1 and 0, or with 1 and nothing."""
    cells = {cell.strip() for cell in set(table.column(column))}
    return bool(cells - {""}) and cells <= _MARKS


def marked_cells(table: Table, columns: Sequence[str], names: Sequence[str] = ()) -> list[str]:
    """The names of the columns that are marked in each row, or other `names` for them, as a JSON list; a mark that is
    neither yes nor no is told."""
    labels = names or columns
    marks = [[cell.strip().casefold() for cell in table.column(column)] for column in columns]
    unclear = [set(each) - _PRESENT - _ABSENT for each in marks]
    rows = []
    for row in zip(*marks, strict=True):
        strange = next((place for place, mark in enumerate(row) if mark in unclear[place]), None)
        if strange is not None:
            rows.append(f"{columns[strange]} is “{row[strange]}”, neither yes nor no")
        else:
            rows.append(_json(label for label, mark in zip(labels, row, strict=True) if mark in _PRESENT))
    return rows


def _are_lists(filled: Sequence[str]) -> bool:
    return sum(cell[0] == "[" and cell[-1] == "]" for cell in filled) > 0.9 * len(filled)


def _from_list(cell: str) -> str:
    """A list as JSON or as Python prints it, in the form of all others; what is none stays."""
    for read in (json.loads, ast.literal_eval):
        try:
            labels = read(cell or "[]")
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        if isinstance(labels, list) and all(isinstance(each, str) for each in labels):
            return _json(label.strip() for label in labels if label.strip())
    return cell


def _json(labels: Iterable[str]) -> str:
    return json.dumps(sorted(set(labels)), ensure_ascii=False)


def _each(form: Callable[[str], str], cells: Sequence[str]) -> list[str]:
    """Each different cell once: of a million cells few are different."""
    known = {cell: form(cell) for cell in dict.fromkeys(cells)}
    return [known[cell] for cell in cells]
