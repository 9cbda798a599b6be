"""In step 1: a guess is overruled, a finding mended with a click, a change undone. The file stays as it was uploaded."""

from dataclasses import replace
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.ui import uploads
from studio.ui.choices import chosen
from studio.ui.session import Session
from studio.ui.steps import data
from studio.ui.steps.reading import choices_of
from studio.ui.studio import Studio
from studio.ui.views.doctor import MEND, UNDO


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
    elif what == UNDO and which.isdecimal() and int(which) < len(done):
        del done[int(which)]
    else:
        raise StudioError("There is no such change", fix="Look at the changes as they are now.")
    uploads.write_edits(studio.home, session.table, done)
    session = replace(session, settings={}, is_ready=data.can_train(studio, session))
    return session, *data.show(studio, session)


def read_again(studio: Studio, session: Session, *said: Any) -> tuple[Any, ...]:
    """A menu of “Read it differently” was changed."""
    uploads.read_again(studio.home, session.table, choices_of(*said))
    return data.arrive(studio, replace(session, test_table=""))
