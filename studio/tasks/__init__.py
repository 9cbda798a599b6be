"""The tasks the studio can train: every module of this folder that holds a `TASK`."""

from importlib import import_module
from pkgutil import iter_modules

from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.task import Guess, Metric, Task


def _discover() -> dict[str, Task]:
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    tasks: list[Task] = [module.TASK for module in modules if hasattr(module, "TASK")]
    return {task.name: task for task in sorted(tasks, key=lambda task: task.order)}


TASKS = _discover()
"""Task name → task, in the order of menus."""


def task_named(name: str) -> Task:
    """The task of that name. Raises: StudioError."""
    try:
        return TASKS[name]
    except KeyError:
        raise StudioError(f"There is no task named “{name[:60]}”", fix=f"Choose one of: {', '.join(TASKS)}.") from None


def metric_named(name: str) -> Metric:
    """What is known of a metric of that name, whichever task it is of; as a share for one that no task has."""
    found = (metric for task in TASKS.values() for metric in task.metrics if metric.name == name)
    return next(found, Metric(name, name.replace("_", " "), ""))


def detect(table: Table) -> tuple[Task, Guess] | None:
    """The task the table is most likely for, with its columns; None when no task fits."""
    guesses = [(task, guess) for task in TASKS.values() if (guess := task.detect(table)) is not None]
    return max(guesses, key=lambda pair: pair[1].confidence, default=None)
