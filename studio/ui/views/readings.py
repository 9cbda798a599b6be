"""What a table is taken for, how sure that is and why, and what else it may be, each other reading one click away."""

from studio.columns import Columns, all_columns, columns_of
from studio.data.detect.detection import LIKELY, NAMES, WORTH_SAYING, Detection, sureness
from studio.data.table import Table
from studio.tasks import TASKS
from studio.ui.choices import button_card
from studio.ui.markup import Child, Markup, element, fragment, sentence
from studio.ui.pieces import more

_UNCLEAR = "Names and contents do not tell which column is what: see that the right ones are chosen above."
_BESIDE = frozenset({"title"})
"""Roles that help to tell a layout, and that a task can do without."""
_NOT_YET = "this version does not train that yet"


def readings(seen: Detection, task: str, columns: Columns, table: Table) -> Markup:
    """Of the table that was detected to be `seen`, used for this task with these columns."""
    used = next((each for each in seen.readings if each.task == task and usable(each, table) == columns), None)
    others = [(place, each) for place, each in enumerate(seen.readings) if each is not used]
    said = [element("p", element("b", _begun(sureness(used.confidence))), sentence(f". {used.reason}"))] if used else []
    if used is None and seen.confidence < LIKELY and len(set(columns.values())) > 1:
        said = [element("p", _UNCLEAR, class_="fs-note")]
    elif seen.task and seen.task not in TASKS:
        others = others[1:]
        said.insert(0, element("p", sentence(_made_for_another(seen, task if used else "")), class_="fs-note"))
    is_open = any(each.confidence >= WORTH_SAYING for _, each in others) or (used or seen).confidence < LIKELY
    cards = element("div", [_card(str(place), each, table) for place, each in others], class_="fs-picks")
    return fragment(
        element("div", said, class_="fs-quiet fs-inner") if said else None,
        more("Or read it as …", cards, is_open=is_open) if others else None,
    )


def usable(found: Detection, table: Table) -> Columns | None:
    """The reading's columns in the roles of its task; None where the studio does not train it, or not from these."""
    task = TASKS.get(found.task)
    if task is None:
        return None
    roles = {role: column for role, column in found.roles.items() if role in task.roles or role not in _BESIDE}
    several = any(len(columns_of(column)) > 1 and role not in task.several for role, column in roles.items())
    if set(task.required) <= set(roles) <= set(task.roles) and not several:
        return roles
    guess = task.detect(table)  # a task may call the roles of a layout otherwise
    return guess.columns if guess is not None and set(all_columns(guess.columns)) == found.columns else None


def _made_for_another(seen: Detection, task: str) -> str:
    """`task` is the one that it is used for."""
    told = f"This table looks made for another task, {NAMES[seen.task]}: {sureness(seen.confidence)}. {seen.reason} "
    return f"{told}{_begun(_NOT_YET)}" + (f"; with the columns above it is used for {NAMES[task]}." if task else ".")


def _card(choice: str, found: Detection, table: Table) -> Markup:
    told = element("span", _roles(found)), element("span", sentence(found.reason))
    title, sure = _begun(NAMES[found.task]), _begun(sureness(found.confidence))
    if usable(found, table) is not None:
        return button_card(choice, title, *told, element("em", f"{sure}."))
    not_yet = element("em", f"{sure}; {_NOT_YET}.")
    return element("div", element("b", title), *told, not_yet, class_="fs-pick fs-pick-button fs-pick-off")


def _roles(found: Detection) -> Markup:
    """As in "Text: review · Label: stars", each name in its own direction."""
    titles = {"text_pair": "Second text"} | (TASKS[found.task].role_titles if found.task in TASKS else {})
    told: list[Child] = []
    for role, names in found.roles.items():
        title = titles.get(role, _begun(role.replace("_", " ")))
        told += [" · " if told else None, f"{title}: "]
        told += [[", " if place else None, element("bdi", name)] for place, name in enumerate(columns_of(names))]
    return fragment(*told)


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
