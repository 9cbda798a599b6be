"""The base model that a form stands for: the one that was picked, if the task can use it, else the task's first choice."""

from studio.config import Model
from studio.errors import StudioError
from studio.models.folder import model_folder, offered_folders
from studio.models.found import choice_of, facts_of, order_of, remembered
from studio.models.hub import downloaded
from studio.models.presets import EMBEDDED, Preset, suited, suits, worn
from studio.rundir import Home
from studio.tasks import task_named
from studio.tasks.task import Task
from studio.ui.session import Session


def picked(home: Home, session: Session) -> str:
    """The choice: a preset's id, `folder:NAME`, or `OWNER/NAME@COMMIT`.

    A model of a family that the task cannot use was picked for another one: then the first that is here stands for it,
    a folder too, rather one that is taught to chat, or the first of all.
    """
    task = task_named(session.task)
    try:
        if suits(facts_of(home, session.model), task.families, writes=task.writes):
            return session.model
    except StudioError:
        pass  # a stranger's word, or a note that is gone
    presets = suited(task.families, writes=task.writes)
    here = next((preset.id for preset in presets if is_here(home, preset)), "")
    folders = _folders(home, task)
    return here or min(folders, key=lambda choice: not folders[choice].chats, default=presets[0].id)


def facts(home: Home, session: Session) -> Preset:
    """What is known of it."""
    return worn(facts_of(home, picked(home, session)), writes=task_named(session.task).writes)


def ordered(home: Home, session: Session) -> Model:
    """As an order names it."""
    return order_of(home, picked(home, session))


def usable(home: Home, session: Session) -> None:
    """Raises: StudioError with what to do where it is not on this machine."""
    model_folder(ordered(home, session), home)


def is_here(home: Home, preset: Preset) -> bool:
    """Whether it is on this machine."""
    return preset.id == EMBEDDED.id or preset.id.startswith("folder:") or downloaded(home, preset) is not None


def offered(home: Home, session: Session) -> dict[str, Preset]:
    """Choice → facts of every model that the task can use: presets, those found on the Hub and fetched, model folders."""
    task, chosen = task_named(session.task), picked(home, session)
    found = {choice_of(preset): preset for preset in remembered(home)}
    presets = {preset.id: preset for preset in suited(task.families, writes=task.writes)}
    others = {choice: preset for choice, preset in found.items() if choice == chosen or is_here(home, preset)}
    every = presets | others | _folders(home, task)
    return {
        choice: worn(preset, writes=task.writes)
        for choice, preset in every.items()
        if suits(preset, task.families, writes=task.writes)
    }


def _folders(home: Home, task: Task) -> dict[str, Preset]:
    """Choice → facts of the offered folders that the task can use, by name."""
    folders = {choice: facts_of(home, choice) for choice in offered_folders(home)}
    return {name: each for name, each in folders.items() if suits(each, task.families, writes=task.writes)}
