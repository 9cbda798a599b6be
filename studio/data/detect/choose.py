"""From all readings of a table to the best one, with an honest confidence, and why the other columns are left out."""

from dataclasses import replace

from studio.data.detect import answering, chatting, instructing, plain, rewriting, scoring, several, sorting, tagging
from studio.data.detect.detection import Detection
from studio.data.detect.pairs import asks, replies
from studio.data.detect.view import View, is_named_label, view_of
from studio.data.table import Table

_READERS = (sorting, several, scoring, tagging, answering, rewriting, instructing, chatting, plain)
_NEAR = 0.12
"""A reading whose fit is at most so much less than the best one's is a near one."""
_UNSURE = 0.55
"""With a near alternative, nobody can be surer than this."""
_MOST_ALTERNATIVES = 4
_NOTHING = (
    "No task fits these columns. Looked for: texts with labels or numbers, pairs of texts, questions with answers, "
    "tagged words, instructions with replies, conversations, and plain texts."
)


def detect(table: Table) -> Detection:
    """Which task a table is for and which column plays which role; task "" when nothing fits."""
    view = view_of(table)
    found = _readings(view)
    if not found:
        return Detection("", "", {}, 0.0, _NOTHING, (), view.split, dict(view.aside))
    best, others = found[0], found[1:]
    confidence = best.confidence
    if any(_is_near(best, other) for other in others) or _is_left_open(best, view):
        confidence = min(confidence, _UNSURE)
    whole = replace(_told(best, view), confidence=round(confidence, 2))
    rest = [
        replace(_told(other, view), confidence=round(min(other.confidence, confidence), 2))
        for other in others[:_MOST_ALTERNATIVES]
    ]
    return replace(whole, alternatives=tuple(rest))


def reading_for(table: Table, task: str, layouts: tuple[str, ...] = ()) -> Detection | None:
    """The best reading for one task (and layout), its confidence that of the columns, given the task; None without one."""
    view = view_of(table)
    found = [each for each in _readings(view) if each.task == task and (not layouts or each.layout in layouts)]
    return _told(found[0], view) if found else None


def _readings(view: View) -> list[Detection]:
    """All readings, best first, the same roles for a task once; equal fits keep the readers' order."""
    found = [reading for reader in _READERS for reading in reader.read(view)]
    found = [replace(each, confidence=round(each.confidence, 3)) for each in found if each.confidence > 0]
    found.sort(key=lambda each: -each.confidence)
    seen: set[tuple[str, ...]] = set()
    kept = []
    for each in found:
        key = (each.task, *sorted(f"{role}={column}" for role, column in each.roles.items()))
        if key not in seen:
            seen.add(key)
            kept.append(each)
    return kept


def _is_near(best: Detection, other: Detection) -> bool:
    """Near, and not a part: what explains the same columns and more is no rival of what leaves some unexplained."""
    return best.confidence - other.confidence <= _NEAR and not other.columns < best.columns


def _is_left_open(best: Detection, view: View) -> bool:
    """Whether somebody has to say what is learned: from a question, its answer and a label, replies are as likely as labels.

    Unless the label says that it is of both texts, as "correct" does.
    """
    if best.task not in (instructing.TASK, sorting.TASK):
        return False
    labels = [label for label in view.labels if is_named_label(label) and label.distinct > 1]
    others = [column for column in view.usable if column not in labels]
    if not (labels and any(map(asks, others)) and any(map(replies, others))):
        return False
    return best.layout != "pair-label" or not sorting.is_of_pairs(view.named(str(best.roles["label"])))


def _told(found: Detection, view: View) -> Detection:
    """With its split column, and a reason for every column that has no role."""
    ignored = {
        column.name: view.aside.get(column.name, "is not needed for this task")
        for column in view.columns
        if column.name not in found.columns
    }
    split = view.split if view.split is None or view.split.column not in found.columns else None
    return replace(found, split=split, ignored=ignored)
