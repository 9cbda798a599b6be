"""Labels that are probably wrong, to be relabeled, removed or kept, one by one or all at once."""

from collections.abc import Sequence

from studio.config import Edit
from studio.data.table import Table
from studio.jobs.inspection import Inspection, SuspectRow
from studio.ui.markup import Markup, element, fragment
from studio.ui.words import count, percent, shortened, told_apart

KIND = "label-errors"
RELABEL, REMOVE, KEEP = "relabel", "remove", "keep"
"""What a button asks for, before a colon and the row it is about, or `all`."""
SHOWN = 20
_TEXT = 400


def undecided(found: Inspection, edits: Sequence[Edit]) -> list[SuspectRow]:
    """The doubted rows that nothing was decided about yet, the surest first."""
    decided: set[int] = set()
    for edit in edits:
        decided.update(edit.drop)
        decided.update(edit.kept)
        if edit.kind == KIND:
            decided.update(row for cells in edit.cells.values() for row in cells)
    return [suspect for suspect in found.suspects if suspect.row not in decided]


def suspects(found: Inspection, table: Table, label: str) -> Markup:
    """The first of them as cards, with their buttons."""
    left = undecided(found, table.edits)
    title = element("h3", "Labels that are probably wrong")
    if not found.suspects:
        return fragment(
            title, element("p", "None stands out: every label is one that the model can follow.", class_="fs-quiet")
        )
    if not left:
        return fragment(title, element("p", "You have decided about all of them.", class_="fs-quiet"))
    text = f"{count(len(left), 'label')} of {found.looked_at:,} to look at, the surest doubts first. "
    text += "Most are mistakes, some are not: read before you click."
    places = {row: place for place, row in enumerate(table.rows)}
    texts = {name: table.column(name) for name in table.columns if name != label}
    shown = [suspect for suspect in left if suspect.row in places][:SHOWN]
    items = [_item(suspect, [column[places[suspect.row]] for column in texts.values()]) for suspect in shown]
    everything = element(
        "div",
        _button(RELABEL, "all", f"Relabel all {len(left):,} as suggested"),
        _button(REMOVE, "all", f"Remove all {len(left):,}"),
        class_="fs-buttons",
    )
    rest = len(left) - len(shown)
    more = element("p", f"… and {rest:,} more, shown when these are decided.", class_="fs-quiet") if rest > 0 else None
    return fragment(
        title,
        element("p", text, class_="fs-quiet"),
        everything if len(left) > 1 else None,
        element("ul", items, class_="fs-suspects"),
        more,
    )


def _item(suspect: SuspectRow, cells: Sequence[str]) -> Markup:
    longest = max(cells, key=len, default="")
    given, suggested = told_apart([suspect.given, suspect.suggested], 60)
    return element(
        "li",
        element("p", shortened(longest, _TEXT), dir="auto"),
        element(
            "p",
            f"Row {suspect.row:,} says ",
            element("b", given, dir="auto", title=suspect.given),
            ", the model ",
            element("b", suggested, dir="auto", title=suspect.suggested),
            f" ({percent(suspect.sure)} sure).",
            class_="fs-quiet",
        ),
        element(
            "div",
            _button(RELABEL, suspect.row, f"Relabel as {suggested}"),
            _button(REMOVE, suspect.row, "Remove the row"),
            _button(KEEP, suspect.row, "Keep it"),
            class_="fs-buttons",
        ),
    )


def _button(what: str, which: int | str, text: str) -> Markup:
    return element("button", text, type="button", data_choice=f"{what}:{which}", class_="fs-small", dir="auto")
