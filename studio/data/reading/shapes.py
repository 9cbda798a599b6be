"""Tables written for the eye or saved twice: Markdown's rules and spaces, and lines that are in quotation marks as a whole."""

import re
from dataclasses import replace

import pyarrow as pa

from studio.data.reading.dialect import DELIMITERS, split_lines
from studio.data.reading.rows import Rows

_LINE = re.compile(r'"((?:[^"]|"")*)"')
_RULE = re.compile(r" *:?-+:? *")


def without_rule(rows: Rows) -> Rows:
    """The rows of a Markdown table, without the rule of dashes and the spaces that align its cells."""
    columns = rows.columns
    first = columns.cells.slice(0, 1).to_pylist()
    if rows.dialect.delimiter != "|" or not first or not all(_RULE.fullmatch(cell) for cell in first[0].values()):
        return rows
    columns.body.leave_out(int(columns.rows[0]), "", "A rule of dashes below the column names; left out.")
    cells = pa.table(
        {
            name: pa.array([cell.strip() for cell in columns.cells.column(name).to_pylist()[1:]], pa.large_string())
            for name in columns.cells.column_names
        }
    )
    note = "It is a table in Markdown: the spaces that align its cells were removed."
    return replace(rows, columns=replace(columns, cells=cells, rows=columns.rows[1:]), notes=(*rows.notes, note))


def unwrapped(text: str) -> str | None:
    """The text of which every line is one quoted cell, as when a table is saved as one column; None where it is not so.

    The first line has to hold separators.
    """
    lines = split_lines(text)
    found = [_LINE.fullmatch(line.rstrip("\r\n")) for line in lines]
    solid = [line for line, each in zip(lines, found, strict=True) if each or line.strip()]
    if not solid or not any(sign in solid[0] for sign in DELIMITERS) or sum(map(bool, found)) < len(solid):
        return None
    return "".join(
        each[1].replace('""', '"') + line[each.end() :] if each else line
        for line, each in zip(lines, found, strict=True)
    )
