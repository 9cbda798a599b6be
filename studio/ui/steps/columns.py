"""In step 1: the menus that say which column is what, one a role: required, optional, or for several columns at once."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.columns import Columns, columns_of
from studio.data.table import Table
from studio.tasks import TASKS
from studio.tasks.task import Task
from studio.ui.markup import element

NO_COLUMN = ("none", "")
"""The choice of an optional role that no column plays."""


_SCRIPT = """
const card = element.closest('.fs-columns');
if (card && !card.dataset.listens) {
  card.dataset.listens = 'yes';
  card.addEventListener('keydown', (event) => {
    if (event.key !== 'Backspace' || event.target.value) return;
    const chosen = event.target.closest('.wrap-inner');
    const crosses = chosen ? chosen.querySelectorAll('.token-remove:not(.remove-all)') : [];
    if (!crosses.length) return;
    event.stopPropagation();
    crosses[crosses.length - 1].click();
  }, true);
  new MutationObserver(() => {
    const wrong = card.querySelector('.fs-error'), told = wrong ? wrong.textContent : '';
    if (told && told !== card.dataset.told) wrong.scrollIntoView({block: 'nearest'});
    card.dataset.told = told;
  }).observe(card, {childList: true, subtree: true});
}
"""
"""What is wrong with a choice is brought into view: on a phone the menus fill the screen.

In a menu of several, Gradio takes the last choice away by Backspace and tells nobody; by the choice's cross it does tell."""


def head() -> gr.HTML:
    """What stands above the menus."""
    title = element("div", element("h2", "Which column is what?"), class_="fs-inner")
    return gr.HTML(title, js_on_load=_SCRIPT, padding=False, container=False)


def most_menus() -> int:
    """Roles of the task that has most."""
    return max(len(task.roles) for task in TASKS.values())


def _in_order(task: Task) -> list[str]:
    """The task's roles, those that may stay empty last."""
    return sorted(task.roles, key=lambda role: role in task.optional)


def draw() -> tuple[gr.Dropdown, ...]:
    """One for each role of the task; spare ones are hidden."""
    return tuple(gr.Dropdown([], label="Column", elem_id=f"data-column-{place}") for place in range(most_menus()))


def first_columns(task: Task, table: Table) -> Columns:
    """Something to start from when nothing could be guessed: the first columns, in order."""
    names = table.columns
    return {role: names[min(place, len(names) - 1)] for place, role in enumerate(task.required)}


def menus(task: Task, table: Table, columns: Columns) -> list[Any]:
    """The menus for these columns of this table."""
    shown = [_menu(task, role, table, columns_of(columns.get(role, ()))) for role in _in_order(task)]
    return [*shown, *[gr.Dropdown(visible=False)] * (most_menus() - len(task.roles))]


def _menu(task: Task, role: str, table: Table, chosen: Sequence[str]) -> gr.Dropdown:
    title, there = task.role_titles[role], [column for column in chosen if column in table.columns]
    several, optional = role in task.several, role in task.optional
    return gr.Dropdown(
        choices=[*([NO_COLUMN] if optional and not several else []), *((name, name) for name in table.columns)],
        value=there if several else there[0] if there else "" if optional else None,
        label=f"{title}{' (one column or several)' if several else ''}{' (optional)' if optional else ''}",
        multiselect=several,
        visible=True,
    )


def chosen_columns(task: Task, said: Sequence[Any]) -> Columns:
    """Role → column from the menus' values, a stranger's word: texts, or lists of texts where a role takes several."""
    roles: Columns = {}
    for role, value in zip(_in_order(task), said, strict=False):
        names = tuple(str(name) for name in (value if isinstance(value, list | tuple) else [value]) if name)
        if role not in task.several:
            names = names[:1]
        if names:
            roles[role] = names if len(names) > 1 else names[0]
    return roles
