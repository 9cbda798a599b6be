"""The steps of the page: their order, what unlocks them, and how to jump. Knows no step's inside."""

from dataclasses import replace
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.jobs.briefs import brief
from studio.rundir import Home
from studio.ui.session import Session

STEPS = {
    "data": "Data",
    "model": "Model",
    "settings": "Settings",
    "train": "Train",
    "results": "Results",
    "try_it": "Try it",
    "export": "Export",
    "runs": "Runs",
}
"""Name → title. The number in the circle is the place in this order; Runs stands apart and has none."""

_NUMBER = {name: str(place) for place, name in enumerate(STEPS, start=1)}


def jump(step: str) -> Any:
    """The update that opens a step; give it to `page.tabs`."""
    return gr.Tabs(selected=_NUMBER[step])


def number(step: str) -> str:
    """The id of a step's tab, and the figure in its circle."""
    return _NUMBER[step]


def is_open(step: str, session: Session) -> bool:
    """Whether a step can be entered: the form steps one after the other, the others once there is a run."""
    match step:
        case "data" | "runs":
            return True
        case "model" | "settings":
            return bool(session.table and session.columns and session.is_ready)
        case _:
            return bool(session.run)


def done(home: Home, session: Session) -> list[str]:
    """The steps that carry a tick."""
    is_ready = is_open("model", session)
    if not session.run:
        return ["data"] if is_ready else []
    ticked = ["data", "model", "settings"] if is_ready else []  # what cannot be entered carries none
    try:
        run = home.run(session.run)
        finished = brief(run).status(run) == "finished"
    except StudioError:
        return ticked
    return [*ticked, "train"] if finished else ticked


def state(home: Home, session: Session) -> list[Any]:
    """Updates for the bar of steps and for each tab, in the order of `STEPS`."""
    ticks = [f"done-{number(step)}" for step in done(home, session)]
    return [gr.Tabs(elem_classes=["fs-steps", *ticks]), *(gr.Tab(interactive=is_open(step, session)) for step in STEPS)]


def arrive(home: Home, session: Session, run_id: str) -> tuple[Session, Any]:
    """Where a visitor lands: at the run the URL names, else at the one the browser remembers, else where the form was."""
    for wanted in (run_id, session.run):
        try:
            run = home.run(wanted) if wanted else None
        except StudioError:
            continue
        if run is not None:
            finished = brief(run).status(run) == "finished"
            return replace(session, run=run.id), jump("results" if finished else "train")
    return replace(session, run=""), jump("data")


def to_data(studio: object, session: Session) -> Any:
    """A table has come: it is looked at before anything is made of it."""
    return jump("data")


def to_model(studio: object, session: Session) -> Any:
    """The button at the end of step 1."""
    return jump("model")
