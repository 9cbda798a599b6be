"""The doctor's words on the page: a sentence on the whole, each finding with its fix, and the changes made, each with its undo."""

from collections.abc import Sequence

from studio.config import Edit
from studio.data.doctor.finding import Finding
from studio.data.doctor.health import health
from studio.data.edits import amount, digest
from studio.ui.markup import Markup, element, fragment, sentence
from studio.ui.pieces import card
from studio.ui.table_downloads import link
from studio.ui.words import NO_BREAK, count

MEND, UNDO = "mend", "undo"
"""What a button asks for, before a colon and which finding or change it is about."""
_TONE = {"error": "bad", "warning": "watch", "info": "info"}
_SEVERITY = {"error": "Must be mended", "warning": "Worth mending", "info": "Good to know"}


def diagnosis(found: Sequence[Finding], rows: int, table_id: str) -> Markup:
    """All findings, the worst first, and the report to take away."""
    tone = next((_TONE[each.severity] for each in found if each.severity != "info"), "good")
    items = [_finding(each) for each in found]
    body = element("ul", items, class_="fs-findings") if items else None
    report = element(
        "a", "Download this as a report", href=link(table_id, "report.txt"), download=True, class_="fs-take"
    )
    return card("Health of this table", body, report, text=health(found, rows), tone=tone)


def changes(edits: Sequence[Edit], table_id: str) -> Markup:
    """What was changed by hand, each with a button that undoes it; nothing when nothing was."""
    if not edits:
        return fragment()
    items = [
        element(
            "li",
            element("span", sentence(f"{edit.title}: {amount(edit)}.")),
            _button(f"{UNDO}:{place}-{digest(edit)}", "Undo"),
        )
        for place, edit in enumerate(edits)
    ]
    text = "Your file stays as it is; the run will use the changed table, and its model card says so."
    take = element("a", "Download the changed table", href=link(table_id, "table.csv"), download=True, class_="fs-take")
    return card("Changes you made", element("ul", items, class_="fs-changes"), take, text=text, tone="done")


def _finding(each: Finding) -> Markup:
    told = [_SEVERITY[each.severity]]
    if each.count:
        told.append(f"{count(each.count, 'row')}, {each.of_all(NO_BREAK)}")
        told.append(_numbers(each.rows))
    return element(
        "li",
        element("b", sentence(each.title)),
        element("span", " · ".join(told), class_="fs-quiet"),
        element("p", sentence(each.text)),
        element("p", sentence(each.why), class_="fs-quiet") if each.why else None,
        _button(f"{MEND}:{each.key}", each.fix.title) if each.fix is not None else None,
        data_tone=_TONE[each.severity],
    )


def _button(choice: str, text: str) -> Markup:
    return element("button", sentence(text), type="button", data_choice=choice, class_="fs-small")


def _numbers(rows: Sequence[int]) -> str:
    """The first of them, as they are numbered in the file."""
    told = "; ".join(f"{row:,}" for row in rows[:6])  # not by commas, which are in the numbers
    return f"row{'' if len(rows) == 1 else 's'} {told}{' …' if len(rows) > 6 else ''}"
