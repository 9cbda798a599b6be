"""A table with the model's answers beside every row, as a CSV to take away."""

from collections.abc import Sequence

from studio.data.formulas import to_csv
from studio.data.table import Table
from studio.tasks.task import Answer


def as_csv(table: Table, answers: Sequence[Answer | None]) -> bytes:
    """All columns of the table as they were, then the answer and its confidence (0 to 1); both empty for an empty text."""
    columns = [table.column(name) for name in table.columns]
    rows = zip(*columns, strict=True) if columns else ()
    header = [*table.columns, *new_columns(table.columns)]
    return to_csv(header, ([*row, *_cells(answer)] for row, answer in zip(rows, answers, strict=True)))


def new_columns(columns: Sequence[str]) -> tuple[str, str]:
    """Names for the two new columns that the table does not have yet."""
    answer, confidence = "answer", "confidence"
    while answer in columns or confidence in columns:
        answer, confidence = f"model {answer}", f"model {confidence}"
    return answer, confidence


def _cells(answer: Answer | None) -> tuple[str, str | float]:
    return ("", "") if answer is None else (answer.value, round(answer.confidence.get(answer.value, 0.0), 4))
