"""What a run's model is for, in words: with some base models a task does another thing than with others."""

import json
from contextlib import suppress

from studio.errors import StudioError
from studio.models.found import preset_of
from studio.rundir import Home, RunDir
from studio.tasks import TASKS


def task_title(run: RunDir) -> str:
    """What people call what it does, as “Fill gaps in texts”. Raises: StudioError when the run's settings cannot be read."""
    task = TASKS.get(run.config.task)
    return task.title_for(head_kind(run)) if task else run.config.task


def fills_gaps(run: RunDir) -> bool:
    """Whether it fills gaps in a text, rather than to write on."""
    return head_kind(run) == "masked"


def head_kind(run: RunDir) -> str:
    """The head that the model wears or, while there is none, will wear; empty where its base model is not known here."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((run.model / "head.json").read_bytes())["kind"])
    with suppress(StudioError):
        config = run.config
        task = TASKS.get(config.task)
        family = preset_of(Home(run.path.parents[1]), config.model).family
        return task.head_for(config.columns, family) if task else ""
    return ""
