"""In Try it: a whole table answered, and given back with an answer in every row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from studio.columns import Columns, columns_of
from studio.data.example import Example
from studio.data.read import read_table
from studio.data.table import Table
from studio.errors import StudioError
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.rows import columns_asked, examples_of
from studio.tasks.task import Answer, Task
from studio.ui.downloads import keep_predictions, link
from studio.ui.markup import Markup, element
from studio.ui.pieces import error_card
from studio.ui.predictions import as_csv
from studio.ui.questions import file_roles, finished, most_boxes, title_of
from studio.ui.session import Session
from studio.ui.studio import Studio
from studio.ui.views.answer import prediction_card
from studio.ui.words import count

PROGRESS = gr.Progress()
CHUNK = 64
"""Rows a question: small enough that the bar moves every second or two."""


def read_file(studio: Studio, session: Session, path: str | None) -> tuple[Any, ...]:
    """Read the dropped file and guess the columns that hold the texts."""
    hidden = *[gr.Dropdown(visible=False)] * most_boxes(), gr.Button(visible=False), ""
    if not path:
        return "", *hidden
    try:
        run, table = finished(studio, session), _table(studio, path)
    except StudioError as error:
        return error_card(error), *hidden
    sentence = f"{table.reading.sentence} {count(len(table), 'row')}."
    task, guessed = task_named(run.config.task), guess_columns(table, run)
    menus = [_menu(task, role, table, guessed) for role in file_roles(run, table)]
    spare = [gr.Dropdown(visible=False)] * (most_boxes() - len(menus))
    return element("p", sentence, class_="fs-quiet"), *menus, *spare, gr.Button(visible=True), ""


def _menu(task: Task, role: str, table: Table, guessed: Columns) -> gr.Dropdown:
    none = [("none", "")] if role in task.optional else []
    return gr.Dropdown(
        choices=[*none, *((name, name) for name in table.columns)],
        value=guessed.get(role, "" if none else None),
        label=f"Column: {title_of(task, role)}",
        visible=True,
    )


def predict(
    studio: Studio, session: Session, path: str | None, progress: gr.Progress = PROGRESS, *said: str | None
) -> Markup:
    """Answer every row, keep the table with its answers for a day, show its first rows and where to get it."""
    try:
        run = finished(studio, session)
        task, table = task_named(run.config.task), _table(studio, path or "")
        columns: Columns = {role: name for role, name in zip(file_roles(run, table), said, strict=False) if name}
        parsed = examples_of(task, table, columns, with_target=False)
        answers = _answers(studio, run, parsed.examples, progress)
        what = keep_predictions(run, as_csv(task, table, parsed.examples, answers))
    except StudioError as error:
        return error_card(error)
    return prediction_card(task, table, parsed, answers, link(run, what))


def _answers(studio: Studio, run: RunDir, examples: Sequence[Example], progress: gr.Progress) -> list[Answer]:
    """One answer an example."""
    answers: list[Answer] = []
    what = task_named(run.config.task).example_is
    progress(0.0, desc="Loading the model…")
    for start in range(0, len(examples), CHUNK):
        part = [example.inputs for example in examples[start : start + CHUNK]]
        answers += studio.answering.ask(run, "tuned", part)
        progress(
            len(answers) / len(examples),
            desc=f"{len(answers):,} of {count(len(examples), what)} answered",
        )
    return answers


def guess_columns(table: Table, run: RunDir) -> Columns:
    """For each role the column named like the one trained on, or as the table's own layout says; else, where it is
    needed, the one with the longest texts."""
    task = task_named(run.config.task)
    found = {role: columns_of(columns)[0] for role, columns in columns_asked(task, run.config.columns, table).items()}
    open_roles = [role for role in task.inputs if role not in found and role not in task.optional]
    sample = {name: table.column(name)[:200] for name in table.columns if name not in found.values()}
    by_length = sorted(sample, key=lambda name: -sum(map(len, sample[name])))
    return {**found, **dict(zip(open_roles, by_length, strict=False))}


def _table(studio: Studio, path: str) -> Table:
    if not path:
        raise StudioError("There is no file", fix="Drop one first.")
    return read_table(Path(path), name=Path(path).name, limits=studio.limits)
