"""The step Runs: everything that was ever started here; open, compare, delete."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.evaluation.report import read_report
from studio.jobs.runs import delete_run, list_runs
from studio.plots.curves import compare_curves
from studio.story import Story
from studio.ui import navigation
from studio.ui.chart import chart
from studio.ui.clickable import clickable, text_of, texts_of
from studio.ui.markup import Markup
from studio.ui.pieces import error_card, heading, html
from studio.ui.session import Session
from studio.ui.studio import Studio
from studio.ui.views.compare import Side, compare_view
from studio.ui.views.runs import runs_view

REFRESH_S = 4


@dataclass(frozen=True)
class RunsStep:
    """The components of the step, top to bottom."""

    table: gr.HTML
    asked: gr.State
    """Id of the run whose deletion waits for a yes; empty for none."""
    compared: gr.HTML
    curves: gr.HTML
    pair: gr.State
    """Ids of the two runs that are compared, and a digest of what is shown of them; empty for none."""

    @property
    def view(self) -> list[Any]:
        """What the buttons of the table may change."""
        return [self.table, self.asked, self.compared, self.curves, self.pair]


def draw(studio: Studio) -> RunsStep:
    """Put the step on the page."""
    html(heading("Runs", "Everything that was trained here. Tick two to lay them side by side."))
    table = clickable(elem_id="runs-table")
    return RunsStep(table, gr.State(""), clickable(elem_id="runs-compared"), chart(elem_id="runs-curves"), gr.State([]))


def show(studio: Studio, session: Session, asked: str, pair: list[str]) -> tuple[Any, ...]:
    """The table as it is now: writes it, then the comparison, where something of it changed meanwhile."""
    table = _table(studio, session, asked)
    if len(pair) != 3:
        return table, gr.skip(), gr.skip(), gr.skip()
    view, figure, now = _compare(studio, pair[:2])
    return (table, gr.skip(), gr.skip(), gr.skip()) if now == pair else (table, view, figure, now)


def act(studio: Studio, session: Session, asked: str, event: gr.EventData) -> tuple[Any, ...]:
    """A button of the table: writes the session, the tabs, and `RunsStep.view`."""
    run_id = text_of(event, "run")
    match text_of(event, "act"):
        case "open":
            return _open(studio, session, run_id)
        case "ask":
            return gr.skip(), gr.skip(), _table(studio, session, run_id), run_id, gr.skip(), gr.skip(), gr.skip()
        case "delete":
            return _delete(studio, session, asked, run_id)
        case "compare":
            view, figure, pair = _compare(studio, texts_of(event, "runs"))
            return gr.skip(), gr.skip(), gr.skip(), asked, view, figure, pair
        case _:
            return gr.skip(), gr.skip(), _table(studio, session, ""), "", gr.skip(), gr.skip(), gr.skip()


def _table(studio: Studio, session: Session, asked: str) -> Markup:
    return runs_view(list_runs(studio.home), open_run=session.run, asked=asked, refresh_s=REFRESH_S)


def _open(studio: Studio, session: Session, run_id: str) -> tuple[Any, ...]:
    """Look at the run where there is something to see of it."""
    run = studio.home.run(run_id)
    finished = Story.of(run.events()).status(run) == "finished"
    return (
        replace(session, run=run.id),
        navigation.jump("results" if finished else "train"),
        gr.skip(), "", gr.skip(), gr.skip(), gr.skip(),
    )  # fmt: skip


def _delete(studio: Studio, session: Session, asked: str, run_id: str) -> tuple[Any, ...]:
    """Only what was asked about before is deleted: a stray click cannot."""
    if not run_id or run_id != asked:
        raise StudioError("That run was not asked about", fix="Press Delete in its row first.")
    studio.answering.forget(studio.home.run(run_id))
    delete_run(studio.home, run_id)
    left = replace(session, run="") if session.run == run_id else session
    return left, gr.skip(), _table(studio, left, ""), "", "", None, []


def _compare(studio: Studio, run_ids: list[str]) -> tuple[Markup, Any, list[str]]:
    """The comparison, its curves, and what `RunsStep.pair` keeps of them."""
    if len(set(run_ids)) != 2:
        raise StudioError("Two runs are needed to compare", fix="Tick two of them.")
    try:
        sides = [_side(studio, run_id) for run_id in run_ids]
    except StudioError as error:
        return error_card(error), None, [*run_ids, str(error)]
    checked = [(side.name, side.story) for side in sides if side.story.checks]
    view, figure = compare_view(sides), compare_curves(checked) if len(checked) == len(sides) else None
    return view, figure, [*run_ids, hashlib.sha256(f"{view}{figure}".encode()).hexdigest()]


def _side(studio: Studio, run_id: str) -> Side:
    run = studio.home.run(run_id)
    return Side(run.title, run.config, Story.of(run.events()), read_report(run))
