"""Which weights may be trained for a task on a machine, and why not. Never imports torch."""

from importlib.util import find_spec

from studio.errors import StudioError
from studio.models.sizing import Machine
from studio.tasks.task import Task

_INSTALL = "pip install 'finetuning-studio[qlora]'"


def reason_against(trains: str, *, has_gpu: bool) -> str:
    """Why this machine cannot train that way, as the end of a sentence; empty where it can."""
    if trains != "qlora":
        return ""
    if not has_gpu:
        return "weights of 4 bits need an NVIDIA GPU, and this machine has none"
    missing = [name for name in ("bitsandbytes", "accelerate") if find_spec(name) is None]
    return f"weights of 4 bits need the package {' and '.join(missing)}, which is not installed" if missing else ""


def check_method(task: Task, trains: str, *, has_gpu: bool) -> None:
    """Raises: StudioError when the task cannot be trained that way, or not here."""
    if trains not in task.methods:
        why = (
            "there is no new head to train alone where a model writes"
            if task.writes
            else "adapters beside weights of 4 bits are for models that write"
        )
        raise StudioError(
            f"{task.title} cannot be trained with the method '{trains}': {why}",
            where="setting trains",
            fix=f"Choose one of: {', '.join(task.methods)}.",
        )
    if why := reason_against(trains, has_gpu=has_gpu):
        fix = f"Install it with {_INSTALL}, or choose the method lora." if has_gpu else "Choose the method lora."
        raise StudioError(f"The method '{trains}' cannot be used here: {why}", where="setting trains", fix=fix)


def method_choices(machine: Machine, methods: tuple[str, ...]) -> list[tuple[str, str]]:
    """The menu: what is shown → the method; beside one that cannot be used here stands the reason."""
    told = {trains: reason_against(trains, has_gpu=bool(machine.gpu)) for trains in methods}
    return [(f"{trains} (not here: {why})" if why else trains, trains) for trains, why in told.items()]
