"""In step 1: which labels are probably wrong, and what can be expected before training. The components; `doubts` acts on them."""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from studio.columns import columns_of
from studio.data.edits import renamed
from studio.data.read import Limits
from studio.data.table import Table
from studio.jobs.inspection import Inspection, last_look
from studio.rundir import Home
from studio.ui import uploads
from studio.ui.choices import choices
from studio.ui.markup import element
from studio.ui.pieces import html
from studio.ui.session import Session
from studio.ui.views.expectation import expectation
from studio.ui.views.suspects import KIND, suspects

_ABOUT = (
    "The built-in model reads the rows once, learns from four fifths of them and answers the rest, five times. Where it surely "
    "says something else than the label, the label is probably wrong. It also tells what a simple model reaches, and "
    "whether more rows would help."
)
_BUTTON = "Look for wrong labels"


@dataclass(frozen=True)
class InspectingPart:
    """The section, its button, and what was found."""

    box: gr.Column
    look: gr.Button
    found: gr.HTML

    @property
    def view(self) -> list[Any]:
        """What `updates` fills, in its order."""
        return [self.box, self.look, self.found]


def draw() -> InspectingPart:
    """Put it on the page."""
    with gr.Column(elem_classes=["fs-card", "fs-columns"], visible=False, elem_id="data-inspect") as box:
        html(element("div", element("h2", "Are the labels right, and are there enough rows?"), class_="fs-inner"))
        html(element("p", _ABOUT, class_="fs-quiet fs-inner"))
        look = gr.Button(_BUTTON, elem_id="data-inspect-look", size="sm", elem_classes=["fs-inner-button"])
        found = choices("", elem_id="data-inspected")
    return InspectingPart(box, look, found)


def updates(home: Home, limits: Limits, session: Session, table: Table, can_look: bool) -> list[Any]:
    """The section for this table; what an earlier look found is there again, with what was decided since."""
    inspection = known(home, limits, session, table)
    said = element("div", expectation(inspection), suspects(inspection, table, label_of(session))) if inspection else ""
    return [gr.Column(visible=can_look or inspection is not None), gr.Button(_BUTTON, interactive=True), said]


def hidden() -> list[Any]:
    """No table, or none with labels."""
    return [gr.Column(visible=False), gr.skip(), ""]


def known(home: Home, limits: Limits, session: Session, table: Table) -> Inspection | None:
    """What was found in these columns of this file, by whichever form looked last; its labels as they are spelled now."""
    found, label = last_look(home, whose(home, session, table)), label_of(session)
    changes = [edit for edit in table.edits if edit.kind != KIND and label in edit.cells]
    if found is None or not changes:
        return found
    names = renamed(uploads.as_read(home, session.table, limits), changes, label)
    spelled = (
        replace(one, given=names.get(one.given, one.given), suggested=names.get(one.suggested, one.suggested))
        for one in found.suspects
    )
    return replace(found, suspects=tuple(one for one in spelled if one.given != one.suggested))


def whose(home: Home, session: Session, table: Table) -> str:
    """A digest of the file, how it was read, and the columns. Not of the changes: rows keep their numbers."""
    read_as = uploads.choices(home, session.table).said
    told = json.dumps([table.sha256, read_as, session.task, session.columns], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def label_of(session: Session) -> str:
    """The column of the labels."""
    return columns_of(session.columns.get("label", ""))[0]
