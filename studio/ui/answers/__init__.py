"""How answers are drawn: every module of this folder that holds a `KIND`, found by being there and named by `Task.answers_as`."""

from importlib import import_module
from pkgutil import iter_modules

from studio.tasks.task import Task
from studio.ui.answers.kind import Kind, Said

__all__ = ["KINDS", "Kind", "Said", "kind_of"]


def _discover() -> dict[str, Kind]:
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    kinds: list[Kind] = [module.KIND for module in modules if hasattr(module, "KIND")]
    return {kind.name: kind for kind in kinds}


KINDS = _discover()
"""Name → kind of answer."""


def kind_of(task: Task) -> Kind:
    """The kind that draws this task's answers."""
    return KINDS[task.answers_as]
