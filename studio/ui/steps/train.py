"""The step Train: the live view of the run, and the buttons that ask its worker for something."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.jobs import actions
from studio.rundir import RunDir
from studio.story import Story
from studio.ui import navigation
from studio.ui.live import live
from studio.ui.pieces import html
from studio.ui.session import Session
from studio.ui.studio import Studio

_HEAD = '<header class="fs-head"><h1 class="lv-name">Train</h1><p class="lv-about"></p></header>'


@dataclass(frozen=True)
class TrainStep:
    """The components of the step. The live view shows and hides the buttons, by what the run can do now."""

    live: gr.HTML
    """Its value is the id of the run to show; `live.status_changed` fires when the run's status does."""
    stop: gr.Button
    pause: gr.Button
    resume: gr.Button
    results: gr.Button


def draw(studio: Studio) -> TrainStep:
    """Put the step on the page."""
    with gr.Row(elem_id="train-bar"):
        html(_HEAD, elem_id="train-head")
        with gr.Row(elem_id="train-actions"):
            pause = gr.Button("Pause", elem_id="train-pause")
            stop = gr.Button("Stop and keep best", elem_id="train-stop")
            resume = gr.Button("Resume", variant="primary", elem_id="train-resume")
            results = gr.Button("See results", variant="primary", elem_id="train-results")
    return TrainStep(live(studio.home, studio.supervisor.queue), stop, pause, resume, results)


def show(studio: Studio, session: Session) -> str:
    """The run the live view shows; empty when there is none."""
    return session.run


def stop(studio: Studio, session: Session) -> None:
    """End training after the current step and keep the best version. Raises: StudioError."""
    actions.stop(_run(studio, session))


def pause(studio: Studio, session: Session) -> None:
    """Save everything after the current step and rest. Raises: StudioError."""
    actions.pause(_run(studio, session))


def resume(studio: Studio, session: Session) -> None:
    """Go on from the last checkpoint, or begin if the run left the queue before it began. Raises: StudioError."""
    run = _run(studio, session)
    if Story.of(run.events()).status(run) == "draft":
        actions.start(run)
    else:
        actions.resume(run)


def open_results(studio: Studio, session: Session) -> Any:
    """Jump to the report."""
    return navigation.jump("results")


def _run(studio: Studio, session: Session) -> RunDir:
    if not session.run:
        raise StudioError("There is no run to act on", fix="Start one in the step Settings.")
    return studio.home.run(session.run)
