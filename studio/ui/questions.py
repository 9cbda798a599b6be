"""What a finished run can be asked: which texts it reads, which columns hold them, and test rows as suggestions."""

from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.export.inputs import asked_roles, rows_of_test
from studio.rundir import RunDir
from studio.tasks import TASKS, task_named
from studio.tasks.rows import columns_asked
from studio.tasks.task import Task
from studio.ui.session import Session
from studio.ui.steps.results import NO_RUN
from studio.ui.studio import Studio
from studio.ui.views.answer import shortest_input

__all__ = ["asked_roles", "file_roles", "finished", "ideas", "most_boxes", "rows_of_test", "title_of"]

SUGGESTIONS, MIDDLE = 4, 90
"""Test rows to try, and how many characters such a row has at best."""


def most_boxes() -> int:
    """Inputs of the task that has most."""
    return max(len(task.inputs) for task in TASKS.values())


def title_of(task: Task, role: str) -> str:
    """What the page calls a role of the task."""
    return task.role_titles.get(role, role) + (" (optional)" if role in task.optional else "")


def finished(studio: Studio, session: Session) -> RunDir:
    """The session's run, if it has a model. Raises: StudioError."""
    if not session.run:
        raise StudioError(NO_RUN[0], fix=NO_RUN[1])
    run = studio.home.run(session.run)
    if not run.model.is_dir():
        raise StudioError("There is no tuned model yet", fix="It can be asked as soon as training is over.")
    return run


def file_roles(run: RunDir, table: Table) -> list[str]:
    """The roles of a table's columns: those that the run's own table had, or that this one has in a layout of its own; all
    where a task needs none of them and not even that can be told. What only teaches is none of them."""
    task = task_named(run.config.task)
    asked = [role for role in task.inputs if role not in task.only_learned]
    trained = {role for role in asked if role in run.config.columns}
    found = columns_asked(task, run.config.columns, table).keys()
    if found < trained and set(task.inputs) <= set(task.optional):
        return asked
    known = found if found - trained else trained
    return [role for role in asked if role in known or role not in task.optional]


def ideas(run: RunDir) -> list[Example]:
    """A few test rows of middle length, each with another answer where there are enough."""
    rows = sorted(rows_of_test(run), key=_far_from_middle)
    first = {row.target: row for row in reversed(rows)}
    found = sorted(first.values(), key=_far_from_middle)[:SUGGESTIONS]
    return found + [row for row in rows if row not in found][: SUGGESTIONS - len(found)]


def _far_from_middle(row: Example) -> int:
    return abs(len(shortest_input(row)) - MIDDLE)
