"""Rows into examples of a task: the good ones as they are, the others as problems with their place."""

import contextlib
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

from studio.data.example import Example
from studio.data.masking import cited
from studio.data.phrases import counted, in_quotes, shortened
from studio.data.table import Problem, Table
from studio.errors import StudioError

Parse = Callable[[dict[str, str], str | None, int], Example]
"""A task's `parse`: inputs by role, target, row number → example."""

LEAST_ROWS = 8
"""Fewer cannot be split into training, validation and test rows."""

MOST_LABELS = 500
"""More different values than this are rather texts or numbers than labels."""


@dataclass(frozen=True)
class Parsed:
    """The good rows as examples, the bad ones as problems, and what was changed in sentences."""

    examples: list[Example]
    problems: list[Problem]
    notes: tuple[str, ...] = ()


def parse_rows(table: Table, columns: Mapping[str, str], inputs: Sequence[str], target: str, parse: Parse) -> Parsed:
    """Every row as an example of a task. `columns` maps role → column; without the target's role, examples ask.

    Only spaces around labels are taken away. Raises: StudioError when an input role has no column, or two share one.
    """
    roles = (*inputs, *([target] if target in columns else []))
    for role in roles:
        if columns.get(role) not in table.columns:
            raise StudioError(
                f"The column for “{role}” is not chosen"
                if role not in columns
                else f"There is no column “{columns[role]}”",
                where="Columns",
                fix=f"Pick one of: {', '.join(shortened(name, 40) for name in table.columns[:20])}.",
            )
    _tell_apart(table, columns, roles)
    texts = [table.column(columns[role]) for role in inputs]
    targets = table.column(columns[target]) if target in columns else None
    examples: list[Example] = []
    problems: list[Problem] = []
    stripped = 0
    with _uncollected():
        for row, said, *cells in zip(table.rows, targets or repeat(None), *texts):  # noqa: B905 - `repeat` has no end
            values = dict(zip(inputs, cells, strict=True))
            try:
                example = parse(values, said, row)
            except StudioError as error:
                problems.append(_problem(row, values, said, columns, target, error))
                continue
            if said is not None and example.target != said and example.target == said.strip():
                stripped += 1
            examples.append(example)
    note = f"Spaces around the {target} were removed in {counted(stripped, 'row')}."
    return Parsed(examples, problems, (note,) if stripped else ())


def _problem(
    row: int, values: Mapping[str, str], said: str | None, columns: Mapping[str, str], target: str, error: StudioError
) -> Problem:
    """Which cell is to blame: an empty input, or else the answer."""
    first = next(iter(values))
    blank = next((role for role in values if not values[role].strip()), target if said is not None else first)
    value = said if blank == target and said is not None else values.get(blank, "")
    return Problem(row, columns[blank], cited(value), error.what)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """A million new objects that all stay: looking for garbage among them again and again takes half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _tell_apart(table: Table, columns: Mapping[str, str], roles: Sequence[str]) -> None:
    """Raises: StudioError when two roles read the same column, from which nothing could be learned."""
    first: dict[str, str] = {}
    for role in roles:
        column = columns[role]
        if column in first:
            raise StudioError(
                f"The {first[column]} and the {role} are the same column, {in_quotes(column)}",
                where="Columns",
                fix="The table needs a second column with the right answer for each row."
                if len(table.columns) == 1
                else f"Choose another column for the {first[column]} or the {role}: the right answer must stand in its own.",
            )
        first[column] = role
