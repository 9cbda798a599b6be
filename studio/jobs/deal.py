"""Which rows of a table train, watch and judge: dealt out for a run, and the same way for what is promised before one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from studio.config import Split
from studio.data.example import Example
from studio.data.phrases import counted, listed
from studio.data.split import Parts, split
from studio.data.table import Table
from studio.data.wishes import Wishes, wishes
from studio.tasks.rows import dealt_by
from studio.tasks.task import Task

FEW = 30
"""With fewer rows in a part, a figure is off by more than 10 points either way (95 %, nine of ten right)."""
_WORDS = {"validation": "watch", "test": "judge"}
_MEANS = {
    "validation": "which version is kept as the best rests on few answers, and partly on chance.",
    "test": "the report will be a rough guess.",
}


def deal(
    task: Task, table: Table, examples: Sequence[Example], wanted: Split, seed: int, tested: Sequence[Example] | None
) -> Parts:
    """The examples of the table in their parts; `tested` are those of a separate test file. Raises: StudioError."""
    return split(
        examples,
        validation_share=wanted.validation_share,
        test_share=wanted.test_share,
        seed=seed,
        test=tested,
        **dealt_by(task),
        wishes=_wishes(task, table, wanted, examples),
    )


def _wishes(task: Task, table: Table, wanted: Split, examples: Sequence[Example]) -> Wishes:
    """What people want of the split; where they say nothing of groups, what the task knows to belong together."""
    said = wishes(table, part=wanted.part_column, group=wanted.group_column, time=wanted.time_column)
    said = replace(said, shared=task.shared)
    if not task.together or wanted.group_column:
        return said
    return replace(said, together={example.row: example.inputs[task.together] for example in examples})


@dataclass(frozen=True)
class Dealt:
    """How many rows each part gets, and what people should know of it."""

    train: int
    validation: int
    test: int
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """Where a part is too small, or lacks labels, to be relied on."""
    example_is: str = "row"
    """What people call one of them (see `Task.example_is`)."""

    @property
    def rows(self) -> tuple[int, int, int]:
        """Of training, validation and test."""
        return self.train, self.validation, self.test

    @property
    def sentence(self) -> str:
        """As in "339 rows to learn from, 9 to watch, 49 to judge."."""
        return f"{counted(self.train, self.example_is)} to learn from, {self.validation:,} to watch, {self.test:,} to judge."


def summed_up(task: Task, parts: Parts) -> Dealt:
    """The parts in numbers and sentences."""
    warnings = []
    for part, rows in (("validation", parts.validation), ("test", parts.test)):
        if len(rows) < FEW:
            warnings.append(f"Only {counted(len(rows), task.example_is)} to {_WORDS[part]}: {_MEANS[part]}")
    if task.names_labels:
        trained = {label for example in parts.train for label in task.labels_in(example)}
        checked = {label for example in parts.validation for label in task.labels_in(example)}
        if missing := sorted(trained - checked):
            warnings.append(f"No rows to watch for {listed(missing)}: progress there is not seen.")
    missed = [note for note in parts.notes if note.startswith("No test rows for")]
    notes = tuple(note for note in parts.notes if note not in missed)
    return Dealt(len(parts.train), len(parts.validation), len(parts.test), notes, (*warnings, *missed), task.example_is)
