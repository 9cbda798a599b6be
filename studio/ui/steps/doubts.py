"""In step 1: the labels are looked at by a worker, and doubted ones relabeled, removed or kept."""

from dataclasses import replace
from typing import Any

import gradio as gr

from studio.config import Edit, RunConfig
from studio.errors import StudioError
from studio.jobs.inspection import SuspectRow, inspect, order, remember
from studio.ui import uploads
from studio.ui.choices import chosen
from studio.ui.pieces import error_card
from studio.ui.session import Session
from studio.ui.steps import data
from studio.ui.steps.inspecting import known, label_of, whose
from studio.ui.studio import Studio
from studio.ui.views.suspects import KEEP, KIND, RELABEL, REMOVE, undecided

PROGRESS = gr.Progress()


def looking(studio: Studio, session: Session) -> Any:
    """What is shown at once, while `look` works."""
    return gr.Button("Looking at the labels …", interactive=False)


def look(studio: Studio, session: Session, progress: gr.Progress = PROGRESS) -> list[Any]:
    """Let a worker read the rows and doubt their labels. Takes seconds to minutes."""
    seen = data.look(studio, session)
    folder = order(studio.home, RunConfig(task=session.task), seen.examples)
    try:
        inspect(folder, studio.spares, lambda done: progress(done, desc="Reading the rows"))
    except StudioError as error:
        view = data.show(studio, session)
        return [*view[:-1], error_card(error)]
    table = uploads.read(studio.home, session.table, studio.limits)
    remember(folder, whose(studio.home, session, table))
    return data.show(studio, session)


def decide(studio: Studio, session: Session, event: gr.EventData) -> tuple[Any, ...]:
    """A button of a doubted label was clicked. Raises: StudioError when it is not there any more."""
    what, _, which = chosen(event).partition(":")
    table = uploads.read(studio.home, session.table, studio.limits)
    found = known(studio.home, studio.limits, session, table)
    done = list(uploads.edits(studio.home, session.table))
    left = undecided(found, done) if found is not None else []
    meant = left if which == "all" else [suspect for suspect in left if str(suspect.row) == which]
    if not meant or what not in (RELABEL, REMOVE, KEEP):
        raise StudioError("There is no such label any more", fix="Look at the list as it is now.")
    before = done.pop() if done and done[-1].kind == KIND else Edit(kind=KIND, title="Doubted labels")
    done.append(_decided(before, label_of(session), what, meant))
    uploads.write_edits(studio.home, session.table, done)
    session = replace(session, settings={}, is_ready=data.can_train(studio, session))
    return session, *data.show(studio, session)


def _decided(before: Edit, label: str, what: str, meant: list[SuspectRow]) -> Edit:
    """Decisions one after the other are one change; those after another change are a new one, so that none reverts it."""
    rows = tuple(suspect.row for suspect in meant)
    if what == REMOVE:
        return before.model_copy(update={"drop": before.drop + rows})
    if what == KEEP:
        return before.model_copy(update={"kept": before.kept + rows})
    written = before.cells.get(label, {}) | {suspect.row: suspect.suggested for suspect in meant}
    return before.model_copy(update={"cells": before.cells | {label: written}})
