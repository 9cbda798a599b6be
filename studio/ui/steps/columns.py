"""In step 1: the menus that say which column is what."""

from typing import Any

import gradio as gr

from studio.columns import Columns
from studio.data.table import Table
from studio.tasks import TASKS
from studio.tasks.task import Task

MOST_MENUS = max(len(task.roles) for task in TASKS.values())


def draw() -> tuple[gr.Dropdown, ...]:
    """One for each role of the task, targets last; spare ones are hidden."""
    return tuple(gr.Dropdown([], label="Column", elem_id=f"data-column-{place}") for place in range(MOST_MENUS))


def first_columns(task: Task, table: Table) -> Columns:
    """Something to start from when nothing could be guessed: the first columns, in order."""
    names = table.columns
    return {role: names[min(place, len(names) - 1)] for place, role in enumerate(task.required)}


def menus(task: Task, table: Table, columns: Columns) -> list[Any]:
    """The menus for these columns of this table."""
    roles = task.roles
    shown = [
        gr.Dropdown(
            choices=table.columns,
            value=columns.get(role) if columns.get(role) in table.columns else None,
            label=f"{task.role_titles[role]} column",
            visible=True,
        )
        for role in roles
    ]
    return [*shown, *[gr.Dropdown(visible=False)] * (MOST_MENUS - len(roles))]
