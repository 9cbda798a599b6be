"""What the reader could not use is part of a table's health, beside what the doctor finds in the rows that it could."""

from collections.abc import Sequence

from studio.data.doctor.finding import Finding
from studio.data.phrases import counted
from studio.data.table import Table

_HARMLESS = ("A remark", "The column names once more")
"""How what is said of lines begins that never were rows."""


def with_set_aside(table: Table, found: Sequence[Finding]) -> list[Finding]:
    """The findings, and before the other warnings one that names the rows which are not in the table."""
    worst = [each for each in found if each.severity == "error"]
    return [*worst, *_set_aside(table), *(each for each in found if each.severity != "error")]


def _set_aside(table: Table) -> list[Finding]:
    reading = table.reading
    lost = [problem.row for problem in reading.set_aside if not problem.what.startswith(_HARMLESS)]
    missing = max(reading.rows_set_aside, len(reading.set_aside)) - (len(reading.set_aside) - len(lost))
    if not missing:
        return []
    whole = len(table) + sum(len(edit.drop) for edit in table.edits) + missing
    return [
        Finding(
            "set-aside",
            "warning",
            f"{counted(missing, 'row')} of {whole:,} could not be read and {'was' if missing == 1 else 'were'} set aside",
            "Nothing is learned from what was set aside; what is said of each stands where the reading is told.",
            why="Look at these rows in the file: a stray quotation mark or delimiter is the usual reason.",
            rows=tuple(dict.fromkeys(lost)),
            share=missing / whole,
        )
    ]
