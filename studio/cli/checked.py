"""A table with all that can be said of it before training: what it is taken for, its rows, and what the data doctor finds."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from studio.cli.columns import Chosen, choose, split_of
from studio.cli.terminal import Bar
from studio.config import RunConfig, Split
from studio.data.check import Parsed
from studio.data.detect import Detection, detect
from studio.data.doctor import diagnose
from studio.data.doctor.finding import Finding
from studio.data.doctor.roles import patient_of
from studio.data.example import Example
from studio.data.set_aside import with_set_aside
from studio.data.table import Table
from studio.data.wishes import wishes
from studio.errors import StudioError
from studio.jobs.deal import Dealt, deal, summed_up
from studio.jobs.inspection import Inspection, inspect_alone
from studio.models.data_facts import suggested_shares
from studio.tasks import TASKS
from studio.tasks.rows import examples_of
from studio.tasks.task import Task


@dataclass(frozen=True)
class Checked:
    """A table with all that is known of it. Without `parsed` its columns have to be said first, or its task is not trained."""

    table: Table
    detection: Detection
    chosen: Chosen | None
    """None for a task that is recognised but not trained."""
    parsed: Parsed | None
    found: Sequence[Finding]
    is_said: bool = False
    """Whether people named the task or a column."""
    dealt: Dealt | None = None
    """How many rows would train, watch and judge; None when they cannot be split."""
    looked: Inspection | None = None
    """What a worker found out about the labels, if that was wanted."""

    @property
    def others(self) -> list[Detection]:
        """The readings that were not chosen, best first."""
        chosen, seen = self.chosen, self.detection
        taken = seen.reading(chosen.task.name, chosen.columns) if chosen is not None else None
        return [each for each in seen.readings if each is not taken]

    @property
    def can_train(self) -> bool:
        """As it is, with nothing more to be said."""
        decided = self.chosen is not None and not self.chosen.open and self.parsed is not None
        return decided and all(each.severity != "error" for each in self.found)


def look_over(asked: argparse.Namespace, table: Table) -> Checked:
    """Detected, checked, diagnosed. Raises: StudioError for a role or column that is not there."""
    detection = detect(table)
    is_said = bool(asked.task or asked.text or asked.label or asked.columns)
    if detection.task not in TASKS and detection.task and not is_said:
        return Checked(table, detection, None, None, with_set_aside(table, diagnose(patient_of(table, detection))))
    wanted = split_of(asked)
    wishes(table, part=wanted.part_column, group=wanted.group_column, time=wanted.time_column)
    chosen = choose(asked, table)
    if any(role not in chosen.columns for role in chosen.task.required):
        return Checked(table, detection, chosen, None, [], is_said)
    parsed = examples_of(chosen.task, table, chosen.columns)
    found = with_set_aside(table, diagnose(chosen.task.patient(table, chosen.columns)))
    dealt = None
    if not any(each.severity == "error" for each in found):
        try:
            dealt = _dealt(chosen.task, table, parsed.examples, wanted)
        except StudioError as error:  # what training would say before it starts
            found = [Finding("cannot-be-split", "error", error.what, error.fix), *found]
    return Checked(table, detection, chosen, parsed, found, is_said, dealt)


def look_at_labels(asked: argparse.Namespace, task: str, parsed: Parsed) -> Inspection:
    """Let a worker doubt the labels, with a bar on the terminal. Raises: StudioError."""
    bar = Bar(asked.json)
    bar.note("Looking at the labels …")
    found = inspect_alone(
        asked.home.prepare(), RunConfig(task=task), parsed.examples, lambda done: bar.show(done, "rows read")
    )
    bar.clear()
    return found


def _dealt(task: Task, table: Table, examples: Sequence[Example], wanted: Split) -> Dealt:
    """As training with the suggested shares deals them out. Raises: StudioError when it cannot."""
    validation, test = suggested_shares(len(examples))
    shared = wanted.model_copy(update={"validation_share": validation, "test_share": test})
    return summed_up(task, deal(task, table, examples, shared, RunConfig().seed, None))
