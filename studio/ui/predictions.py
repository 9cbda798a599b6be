"""A table with the model's answers beside every row, as a CSV to take away."""

from collections.abc import Iterator, Mapping, Sequence

from studio.data.example import Example
from studio.data.formulas import to_csv
from studio.data.table import Table
from studio.evaluation.answer_cells import AnswerCells
from studio.tasks.task import Answer, Task


def as_csv(task: Task, table: Table, examples: Sequence[Example], answers: Sequence[Answer]) -> bytes:
    """All columns of the table as they were, then the answer (see `AnswerCells`); empty for a row that was not asked.

    There may be fewer answers than examples, where it was not asked to the end.
    """
    said = {example.row: (answer, example.inputs) for example, answer in zip(examples, answers, strict=False)}
    cells = AnswerCells.of(task, answers)
    header = [*table.columns, *new_columns(table.columns, cells.header)]
    return to_csv(header, _rows(table, cells, said))


def _rows(
    table: Table, cells: AnswerCells, said: Mapping[int, tuple[Answer, Mapping[str, str]]]
) -> Iterator[list[str]]:
    columns = [table.column(name) for name in table.columns]
    for number, blank, *row in zip(table.rows, _blank_before(table), *columns, strict=True):
        yield from [[""] * (len(row) + len(cells.header))] * blank
        answer, inputs = said.get(number, (None, {}))
        yield [*row, *cells.of_answer(answer, inputs, is_there=inputs.get(cells.task.places_in) in row)]


def _blank_before(table: Table) -> list[int]:
    """How many empty rows the file has before each, where there is but one column: there, an empty text is an empty row."""
    blank = [0] * len(table)
    if len(table.columns) != 1 or not table.reading.rows_empty:
        return blank
    cells = table.column(table.columns[0])
    has_lines = table.reading.format != "Excel"  # rows are numbered by the file's lines
    aside = {problem.row for problem in table.reading.set_aside}
    behind = table.reading.header_row + 1
    for place, (row, cell) in enumerate(zip(table.rows, cells, strict=True)):
        blank[place] = sum(number not in aside for number in range(behind, row))
        behind = row + 1 + (cell.count("\n") if has_lines else 0)
    return blank if sum(blank) <= table.reading.rows_empty else [0] * len(table)


def new_columns(columns: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Names for the new columns that the table does not have yet."""
    names = list(wanted)
    while set(names) & set(columns):
        names = [f"model {name}" for name in names]
    return names
