"""The same text again: with the same answer a repetition, with another one a contradiction."""

from collections.abc import Iterator, Sequence

from studio.data.doctor.finding import Finding, Patient, dropping
from studio.data.doctor.scan import grouped, taken
from studio.data.masking import cited
from studio.data.phrases import counted


def repeated(patient: Patient) -> Iterator[Finding]:
    """Rows that are the same to a reader: case, spacing and Unicode spelling aside."""
    if not patient.one_row_each:
        return
    again = list(grouped(patient.suspect_texts, patient.suspects.tolist()).values())
    said = answers(patient, [place for group in again for place in group])
    same, conflicts = parted(again, said)
    if conflicts and patient.label:
        yield _contradictions(patient, conflicts, said)
    rows = patient.numbers(sorted(place for group in same for place in group[1:]))
    if rows:
        what = "text and label" if patient.label else "text and answer"
        text = (
            f"{counted(len(rows), 'row')} repeat{'s' if len(rows) == 1 else ''} the {what} of an "
            "earlier row. The studio keeps equal texts in one part, so that none is both trained on and tested; "
            "a column of the table that says which row is in which part goes before that."
        )
        fix = dropping("repeated-rows", f"Remove {counted(len(rows), 'repeated row')}", rows)
        why = "What occurs twice counts twice, and teaches nothing new."
        yield Finding("repeated-rows", "info", "Repeated rows", text, why, rows, patient.share(len(rows)), fix)


def answers(patient: Patient, places: Sequence[int]) -> dict[int, str]:
    """Place → what is to be learned there: its label, or whatever else has a role without being read."""
    columns = [patient.label] if patient.label else _learned(patient)
    said = zip(*(map(str.strip, taken(patient.cells(name), places)) for name in columns), strict=True)
    return dict(zip(places, map("\0".join, said), strict=True)) if columns else dict.fromkeys(places, "")


def parted(groups: Sequence[Sequence[int]], said: dict[int, str]) -> tuple[list[Sequence[int]], list[Sequence[int]]]:
    """Groups whose rows have the same answer, and those that contradict each other."""
    same = [group for group in groups if len({said[place] for place in group}) == 1]
    return same, [group for group in groups if len({said[place] for place in group}) > 1]


def quoted(patient: Patient, group: Sequence[int], said: dict[int, str]) -> str:
    """As in: “bad” in row 3, “good” in row 43."""
    return ", ".join(f"“{cited(said[place], 40)}” in row {patient.rows[place]}" for place in group[:4])


def _learned(patient: Patient) -> list[str]:
    beside = ("id", "split", "title", "answer_start", "notes")
    columns = [name for role, names in patient.roles.items() if role not in beside for name in names]
    return [name for name in dict.fromkeys(columns) if name not in patient.texts and name in patient.table.columns]


def _contradictions(patient: Patient, conflicts: Sequence[Sequence[int]], said: dict[int, str]) -> Finding:
    first = taken(patient.cells(patient.texts[0]), conflicts[0][:1])[0]
    text = (
        f"{counted(len(conflicts), 'text')} {'has' if len(conflicts) == 1 else 'have'} different labels in "
        f"different rows, as “{cited(first, 80)}”: {quoted(patient, conflicts[0], said)}. "
        "A model cannot get both right: decide which one is."
    )
    rows = patient.numbers(sorted(place for group in conflicts for place in group))
    fix = dropping("contradictions", f"Remove all {counted(len(rows), 'row')} of these texts", rows)
    why = "Whichever answer the model learns, one of the rows calls it wrong."
    return Finding(
        "contradictions", "warning", "Same text, different labels", text, why, rows, patient.share(len(rows)), fix
    )


CHECKS = (repeated,)
