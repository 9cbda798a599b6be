"""Step 1 as it is drawn: the components, in their order on the page. `data` fills them."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.tasks import TASKS
from studio.ui import bundled
from studio.ui.choices import choices
from studio.ui.pieces import heading, html
from studio.ui.steps import columns, inspecting, splitting
from studio.ui.steps import reading as reading_menus
from studio.ui.steps.splitting import FILE_TYPES
from studio.ui.studio import Studio
from studio.ui.views.welcome import example_cards, promises

_INTRODUCTION = "Bring a table with one example per row: a text, and beside it what the model should make of it."
BRING_INTO_VIEW = """() => {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const found = () => document.querySelector("#data-message .fs-error") || document.querySelector("#data-reading .fs-card");
  const isAtWork = () => document.activeElement?.closest("#data-found");
  setTimeout(() => isAtWork() || found()?.scrollIntoView({block: "start", behavior: calm ? "auto" : "smooth"}), 300);
  return [];
}"""
"""What was brought, or what is wrong with it, stands below the examples, on a phone far below; it takes a moment to be drawn.
Whoever is at work there already is not moved."""


@dataclass(frozen=True)
class DataStep:
    """The components of step 1."""

    upload: gr.File
    examples: gr.HTML
    message: gr.HTML
    reread: reading_menus.ReadingMenus
    found: gr.Column
    reading: gr.HTML
    task: gr.Dropdown
    menus: tuple[gr.Dropdown, ...]
    """One for each role of the task, targets last; spare ones are hidden."""
    reason: gr.HTML
    """Why these columns, and the other readings; its buttons take one of them."""
    doctor: gr.HTML
    """Findings, and the changes made for them; its buttons mend and undo."""
    picture: gr.HTML
    rows: gr.HTML
    inspecting: inspecting.InspectingPart
    splitting: splitting.SplitMenus
    go_on: gr.Button

    @property
    def view(self) -> list[Any]:
        """What `show` fills, in its order."""
        return [
            *(self.message, *self.reread.view, self.found, self.reading, self.task, *self.menus),
            *(self.reason, self.doctor, self.picture, self.rows, *self.splitting.view, self.go_on),
            *self.inspecting.view,
        ]


def draw(studio: Studio) -> DataStep:
    """Put the step on the page."""
    html(heading("What should the model learn?", _INTRODUCTION))
    with gr.Row(elem_classes=["fs-bring"], equal_height=True):
        upload = gr.File(
            label="Your table: CSV, TSV, JSON, Parquet or Excel, zipped too",
            file_types=FILE_TYPES,
            elem_id="data-upload",
            height=190,
            scale=3,
            min_width=280,
        )
        with gr.Column(scale=4, min_width=280, elem_classes=["fs-examples"]):
            examples = choices(example_cards(bundled.bundled()), elem_id="data-examples")
    message = html(promises(), elem_id="data-message")
    reading_card = html(elem_id="data-reading")
    reread = reading_menus.draw()
    with gr.Column(visible=False, elem_id="data-found", elem_classes=["fs-stack"]) as found:
        with gr.Column(elem_classes=["fs-card", "fs-columns"]):
            columns.head()
            with gr.Row():
                task = gr.Dropdown(
                    [(each.title, each.name) for each in TASKS.values()],
                    label="Task",
                    value=next(iter(TASKS)),
                    visible=len(TASKS) > 1,
                    elem_id="data-task",
                )
                column_menus = columns.draw()
            reason = choices("", elem_id="data-reason")
        doctor = choices("", elem_id="data-doctor")
        inspected = inspecting.draw()
        picture = html(elem_id="data-picture")
        rows = html(elem_id="data-rows")
        split_menus = splitting.draw()
        with gr.Row(elem_classes=["fs-actions"]):
            go_on = gr.Button("Choose a model", variant="primary", elem_id="data-next", interactive=False)
    brought = upload, examples, message, reread, found, reading_card
    return DataStep(*brought, task, column_menus, reason, doctor, picture, rows, inspected, split_menus, go_on)


def bring_into_view(studio: Studio) -> None:
    """The browser does it by itself."""
