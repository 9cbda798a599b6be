"""Texts that are too long for the model, too short to say anything, or all the same."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.data.doctor.finding import Finding, Patient, Severity, dropping
from studio.data.doctor.scan import evenly, matching, sizes, taken
from studio.data.masking import all_cited, cited
from studio.data.phrases import counted, in_quotes
from studio.figures import quantity

_MOST = 0.3
"""A text that is in this share of all rows is the table's main text."""
_TELLING = r"[\pL\pM\pS]"
"""A letter, an accent or a symbol (an emoji is one)."""


def too_long(patient: Patient) -> Iterator[Finding]:
    """Rows of more tokens than the base model reads. Tasks that read a text in several windows lose nothing."""
    tokens = np.asarray(patient.lengths, np.int64)
    places = np.arange(len(patient.table)) if len(tokens) == len(patient.table) else patient.usable_places
    if not patient.longest or not len(tokens) or len(tokens) != len(places) or patient.reads_windows:
        return
    over = np.maximum(tokens - patient.longest, 0)
    rows = patient.numbers(places[over > 0].tolist())
    if not rows:
        return
    what, fate = (
        ("text", "is cut off") if not patient.drops_oldest else ("tokens", "are left out, the oldest messages first")
    )
    lost = over.sum() / max(1, tokens[over > 0].sum())
    text = (
        f"{counted(len(rows), 'row')} {'is' if len(rows) == 1 else 'are'} longer than the {patient.longest:,} tokens that the "
        f"base model reads (the longest has {tokens.max():,}); {quantity(lost)} of {'its' if len(rows) == 1 else 'their'} {what} {fate}."
    )
    severity: Severity = "warning" if patient.share(len(rows)) >= 0.05 or over.sum() >= 0.02 * tokens.sum() else "info"
    why = "What is cut off is not read: choose a model that reads more, or see that what matters stands at the "
    why += "end, and what a reply needs near it." if patient.drops_oldest else "beginning."
    yield Finding("too-long", severity, "Texts longer than the model reads", text, why, rows, patient.share(len(rows)))


def short(patient: Patient) -> Iterator[Finding]:
    """Texts of a character or two, or of digits and punctuation alone."""
    if not patient.plain_rows or not patient.texts:
        return
    little = np.ones(len(patient.table), bool)
    for name in patient.texts:
        cells = patient.cells(name)
        telling = np.zeros(len(cells), bool)
        telling[matching(cells, _TELLING)] = True
        little &= (sizes(cells) <= 2) | ~telling
    places = patient.usable_places[little[patient.usable_places]]
    if not len(places):
        return
    rows = patient.numbers(places.tolist())
    said = all_cited(list(dict.fromkeys(taken(patient.cells(patient.texts[0]), places))), 4)
    have = "has" if len(rows) == 1 else "have"
    text = f"{counted(len(rows), 'row')} {have} a text of one or two characters, or without any letter: {said}."
    yield Finding(
        "short-texts", "warning" if patient.share(len(rows)) >= 0.1 else "info", "Texts that say next to nothing", text,
        "There is hardly anything in them to learn from.",
        rows, patient.share(len(rows)), dropping("short-texts", f"Remove {counted(len(rows), 'row')} with next to no text", rows),
    )  # fmt: skip


def constant(patient: Patient) -> Iterator[Finding]:
    """Columns with the same text in every row, or one text in most rows."""
    if not patient.plain_rows or len(patient.usable_places) < 2:
        return
    for name in patient.texts:
        cells = patient.cells(name).take(pa.array(patient.usable_places[evenly(len(patient.usable_places), 20_000)]))
        counts = pc.value_counts(cells)
        most = int(pc.max(counts.field("counts")).as_py() or 0)
        if most < max(8, _MOST * len(cells)):
            continue
        first = counts.field("values")[int(pc.index(counts.field("counts"), most).as_py())].as_py()
        yield from _frequent(patient, name, first)


def _frequent(patient: Patient, name: str, text: str) -> Iterator[Finding]:
    count = int(pc.sum(pc.equal(patient.cells(name), text)).as_py() or 0)
    if count >= len(patient.usable_places):
        said = f"Every row has the same text in column {in_quotes(name)}: “{cited(text, 80)}”."
        why = "It tells nothing; choose another column."
        yield Finding("constant-text", "warning", "A text column that never changes", said, why)
    elif len(patient.texts) == 1:
        share = f"{quantity(patient.share(count))} of all (column {in_quotes(name)})"
        said = f"“{cited(text, 80)}” is the text of {counted(count, 'row')}, {share}."
        why = "A text that is there so often is often a placeholder for one that is missing."
        yield Finding("main-text", "warning", "One text in most rows", said, why)


CHECKS = (too_long, short, constant)
