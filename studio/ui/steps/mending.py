"""In step 1: a guess is overruled, a finding mended with a click, a change undone. The file stays as it was uploaded."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from studio.columns import all_columns
from studio.data.edits import digest, without
from studio.data.phrases import in_quotes
from studio.data.wishes import wishes
from studio.errors import StudioError
from studio.ui import uploads
from studio.ui.choices import chosen
from studio.ui.session import Session
from studio.ui.steps import data
from studio.ui.steps.reading import choices_of
from studio.ui.steps.splitting import WISHES
from studio.ui.studio import Studio
from studio.ui.views.doctor import MEND, UNDO
from studio.ui.views.readings import usable


def act(studio: Studio, session: Session, event: gr.EventData) -> tuple[Any, ...]:
    """A button of the doctor was clicked. Raises: StudioError when what it speaks of is not there any more."""
    what, _, which = chosen(event).partition(":")
    done = list(uploads.edits(studio.home, session.table))
    if what == MEND:
        found = data.look(studio, session).findings
        fix = next((each.fix for each in found if each.fix is not None and each.key == which), None)
        if fix is None:
            raise StudioError("There is nothing to mend any more", fix="Look at the findings as they are now.")
        done.append(fix)
    elif what == UNDO:
        place = next((place for place, edit in enumerate(done) if which == f"{place}-{digest(edit)}"), None)
        if place is None:
            raise StudioError(
                "The changes are others by now, so nothing was undone",
                fix="Look at the changes as they are now, and undo the one you mean.",
            )
        done = without(done, place)
    else:
        raise StudioError("There is no such change", fix="Look at the changes as they are now.")
    uploads.write_edits(studio.home, session.table, done)
    session = replace(session, settings={}, is_ready=data.can_train(studio, session))
    return session, *data.show(studio, session)


def take_reading(studio: Studio, session: Session, event: gr.EventData) -> tuple[Any, ...]:
    """Another reading of the table was clicked. Raises: StudioError when there is none like it, or it is not trained."""
    readings = uploads.detected(studio.home, session.table, studio.limits).readings
    which = chosen(event)
    meant = readings[int(which)] if which.isdecimal() and int(which) < len(readings) else None
    columns = usable(meant, uploads.read(studio.home, session.table, studio.limits)) if meant is not None else None
    if meant is None or columns is None:
        raise StudioError("There is no such reading", fix="Choose one of those that are shown, or the columns by hand.")
    split = {} if set(session.split.values()) & meant.columns else session.split
    session = replace(session, task=meant.task, columns=columns, split=split, settings={})
    session = replace(session, is_ready=data.can_train(studio, session))
    return session, *data.show(studio, session)


def read_again(studio: Studio, session: Session, *said: Any) -> tuple[Any, ...]:
    """A menu of “Read it differently” was changed."""
    uploads.read_again(studio.home, session.table, choices_of(*said), studio.limits)
    return data.arrive(studio, replace(session, test_table="", split={}))


def take_test(studio: Studio, session: Session, file: str | None) -> tuple[Any, ...]:
    """A separate test file was dropped, or taken away."""
    if not file:
        session = replace(session, test_table="")
        return session, *data.show(studio, session)
    try:
        table_id = uploads.keep(studio.home, Path(file), Path(file).name, studio.limits)
        table = uploads.read(studio.home, table_id, studio.limits)
        missing = [column for column in all_columns(session.columns) if column not in table.columns]
        if missing:
            raise StudioError(
                f"The test file has no column {in_quotes(missing[0])}",
                where=table.name,
                fix=f"It needs the columns {' and '.join(map(in_quotes, all_columns(session.columns)))}, named as in the first file.",
            )
    except StudioError as error:
        session = replace(session, test_table="")
        return session, *data.show_with_note(studio, session, error)
    session = replace(session, test_table=table_id)
    return session, *data.show(studio, session)


def choose_split(studio: Studio, session: Session, *said: str | None) -> tuple[Any, ...]:
    """A column that decides the split was chosen, or none; one that says nothing of the kind is not taken, the others stay."""
    table = uploads.read(studio.home, session.table, studio.limits)
    kept: dict[str, str] = {}
    refused = []
    for name, column in zip(WISHES, said, strict=True):
        try:
            if column:
                wishes(table, **{name: str(column)})
                kept[name] = str(column)
        except StudioError as error:
            refused.append(error)
    session = replace(session, split=kept, settings={})
    return session, *data.show_refused(studio, session, refused)
