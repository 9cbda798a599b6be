"""The same text again: with the same answer a repetition, with another one a contradiction."""

from collections import defaultdict
from collections.abc import Iterator

from studio.data.alike import normal
from studio.data.doctor.finding import Finding, Patient, dropping
from studio.data.phrases import counted, shortened


def repeated(patient: Patient) -> Iterator[Finding]:
    """Rows that are the same to a reader: case, spacing and Unicode spelling aside."""
    texts = [patient.column(name) for name in patient.texts]
    answers = patient.labels or [""] * len(patient.usable)
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, place in enumerate(patient.usable):
        groups[tuple(normal(column[place]) for column in texts)].append(index)
    again = [group for group in groups.values() if len(group) > 1]
    conflicts = [group for group in again if len({answers[index] for index in group}) > 1]
    if conflicts:
        yield _contradictions(patient, conflicts)
    same = [group for group in again if len({answers[index] for index in group}) == 1]
    rows = tuple(sorted(patient.rows[patient.usable[index]] for group in same for index in group[1:]))
    if rows:
        text = (
            f"{counted(len(rows), 'row')} repeat{'s' if len(rows) == 1 else ''} the text and label of an "
            "earlier row. The same text is never both trained on and tested, so the figures stay honest."
        )
        fix = dropping("repeated-rows", f"Remove {counted(len(rows), 'repeated row')}", rows)
        why = "What occurs twice counts twice, and teaches nothing new."
        yield Finding("repeated-rows", "info", "Repeated rows", text, why, rows, patient.share(len(rows)), fix)


def _contradictions(patient: Patient, conflicts: list[list[int]]) -> Finding:
    group = conflicts[0]
    first = patient.column(patient.texts[0])[patient.usable[group[0]]]
    said = ", ".join(
        f"“{shortened(patient.labels[i], 40)}” in row {patient.rows[patient.usable[i]]}" for i in group[:4]
    )
    text = (
        f"{counted(len(conflicts), 'text')} {'has' if len(conflicts) == 1 else 'have'} different labels in "
        f"different rows, as “{shortened(first, 80)}”: {said}. "
        "A model cannot get both right: decide which one is."
    )
    rows = tuple(sorted(patient.rows[patient.usable[index]] for group in conflicts for index in group))
    fix = dropping("contradictions", f"Remove all {counted(len(rows), 'row')} of these texts", rows)
    why = "Whichever answer the model learns, one of the rows calls it wrong."
    return Finding(
        "contradictions", "warning", "Same text, different labels", text, why, rows, patient.share(len(rows)), fix
    )


CHECKS = (repeated,)
