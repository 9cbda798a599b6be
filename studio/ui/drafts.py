"""Drafts: run folders that are not started yet, made to be measured and then started, or thrown away."""

import contextlib
from dataclasses import replace

from studio.errors import StudioError
from studio.jobs.runs import create_run, delete_old_drafts, delete_run
from studio.models.folder import model_folder
from studio.rundir import RunDir
from studio.story import Story
from studio.ui import order, uploads
from studio.ui.session import Session
from studio.ui.studio import Studio


def draft(studio: Studio, session: Session) -> tuple[Session, RunDir]:
    """The run of this form, not started: the one that was measured if nothing changed since, else a new one."""
    config = order.config(studio, session)
    model_folder(config.model, studio.home)  # says what to do when the model is not here
    wanted = order.fingerprint(config, session)
    old = _untouched(studio, session.draft)
    if old is not None and wanted == session.draft_order:
        return session, old
    if old is not None:
        delete_run(studio.home, old.id)
    table = uploads.read(studio.home, session.table, studio.limits)
    test = uploads.read(studio.home, session.test_table, studio.limits) if session.test_table else None
    run = create_run(studio.home, table, config, test_table=test, draft=True)
    delete_old_drafts(studio.home)
    return replace(session, draft=run.id, draft_order=wanted), run


def keep(studio: Studio, found: Session, now: Session) -> Session:
    """A measurement has ended: its draft is the form's, unless a run was started meanwhile.

    What is then of no use is removed: the measured draft, or the one of an earlier measurement that ended first.
    """
    if now.run != found.run:
        _drop(studio, found.draft)
        return now
    if now.draft != found.draft:
        _drop(studio, now.draft)
    return replace(now, draft=found.draft, draft_order=found.draft_order)


def _drop(studio: Studio, run_id: str) -> None:
    run = _untouched(studio, run_id)
    if run is not None:
        with contextlib.suppress(StudioError):  # a worker lives in it: then it is no longer a draft
            delete_run(studio.home, run.id)


def _untouched(studio: Studio, run_id: str) -> RunDir | None:
    """The run of that id if it was never started; the id is a stranger's word, and what was started must not be lost."""
    try:
        run = studio.home.run(run_id)
        return run if Story.of(run.events()).status(run) == "draft" else None
    except StudioError:
        return None
