"""A table with the model's answers beside every row, as a CSV to take away."""

from collections.abc import Sequence

from studio.data.formulas import to_csv
from studio.data.table import Table
from studio.evaluation.answer_cells import AnswerCells
from studio.tasks.task import Answer, Task


def as_csv(task: Task, table: Table, answers: Sequence[Answer | None]) -> bytes:
    """All columns of the table as they were, then the answer (see `AnswerCells`); empty for a row that was not asked."""
    columns = [table.column(name) for name in table.columns]
    rows = zip(*columns, strict=True) if columns else ()
    cells = AnswerCells.of(task, [answer for answer in answers if answer is not None])
    header = [*table.columns, *new_columns(table.columns, cells.header)]
    return to_csv(header, ([*row, *cells.of_answer(answer)] for row, answer in zip(rows, answers, strict=True)))


def new_columns(columns: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Names for the new columns that the table does not have yet."""
    names = list(wanted)
    while set(names) & set(columns):
        names = [f"model {name}" for name in names]
    return names
