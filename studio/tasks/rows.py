"""A table as examples of a task: arranged into one row an example, then each row parsed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from studio.columns import Columns, columns_of
from studio.data.check import Parsed, parse_rows
from studio.data.example import Example
from studio.data.phrases import in_quotes, shortened
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.task import Conventions, Task


def examples_of(
    task: Task, table: Table, columns: Columns, conventions: Conventions | None = None, *, with_target: bool = True
) -> Parsed:
    """The good rows as examples, the bad ones as problems. Without target, examples ask for the answer.

    Tables beside the training table take its `conventions`.

    Raises: StudioError when a role has no column, or none that is in the table, or two roles share one.
    """
    wanted = [role for role in task.roles if with_target or role != task.target]
    check_columns(task, table, columns, wanted)
    used = {role: columns[role] for role in wanted if columns.get(role)}
    arranged, single = task.arrange(table, used, conventions or {})
    if not with_target:
        single.pop(task.target, None)
    inputs = [role for role in task.inputs if role in single]
    parsed = parse_rows(arranged, single, inputs, task.target, task.parse)
    told = "" if with_target else task.read_as(table, used)
    return replace(parsed, notes=(*parsed.notes, told)) if told else parsed


def columns_asked(task: Task, trained: Columns, table: Table) -> Columns:
    """The columns that a table to be answered has for the inputs of a model that was `trained` on these.

    Those of the same names; of the table's own layout, where this is another one or says more. Empty where neither can be told.
    """
    known = {role: columns for role, columns in trained.items() if role in task.inputs}
    missing = [role for role, columns in known.items() if not set(columns_of(columns)) <= set(table.columns)]
    own = task.asked(table)
    if own and (missing or own.keys() > known.keys()):
        return own
    return {role: columns for role, columns in known.items() if role not in missing}


def label_counts(task: Task, examples: Sequence[Example]) -> Counter[str]:
    """How many examples have each label, the most frequent first."""
    counts = Counter(label for example in examples for label in task.labels_in(example))
    return Counter(dict(counts.most_common()))


def dealt_by(task: Task) -> dict[str, Any]:
    """How `data.split` deals out the examples of this task."""
    return {"stratify": task.names_labels, "labels_in": task.labels_in}


def check_columns(task: Task, table: Table, columns: Columns, roles: Sequence[str]) -> None:
    """Raises: StudioError for the first of `roles` without a column that is in the table."""
    choice = ", ".join(shortened(name, 40) for name in table.columns[:20])
    for role in roles:
        title, chosen = task.role_titles.get(role, role), columns_of(columns.get(role, ""))
        if not any(chosen):
            if role in task.optional:
                continue
            raise StudioError(f"The column for “{title}” is not chosen", where="Columns", fix=f"Pick one of: {choice}.")
        for column in chosen:
            if column not in table.columns:
                raise StudioError(
                    f"There is no column {in_quotes(column)} for “{title}”",
                    where=f"the table {table.name}".rstrip(),
                    fix=f"Its columns are: {choice}.",
                )
        if len(chosen) > 1 and role not in task.several:
            raise StudioError(f"“{title}” takes one column, not {len(chosen)}", fix="Choose one of them.")
