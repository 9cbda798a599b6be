"""Nearly the same text again: other punctuation, spacing or case, or other numbers only."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from studio.data.alike import loose, without_digits
from studio.data.doctor.finding import Finding, Patient, Severity, dropping
from studio.data.doctor.repeats import answers, parted, quoted
from studio.data.doctor.scan import grouped, taken
from studio.data.phrases import counted, shortened

Texts = tuple[str, ...]
_MOST = 50_000
"""Rows that are compared, at most."""
_LEAST_LETTERS = 8
"""Shorter texts differ by their punctuation, as “OK?” and “OK!” do."""
_LEAST_BESIDE_NUMBERS = 30
"""Shorter texts are about their numbers."""


def near_repeats(patient: Patient) -> Iterator[Finding]:
    """Rows whose letters and digits are the same, and rows that differ in their digits only."""
    if not patient.plain_rows or not len(patient.suspects):
        return
    chosen, note = _some(patient)
    places = patient.suspects[chosen].tolist()
    exact = [patient.suspect_texts[index] for index in chosen.tolist()]
    near = _formed(loose, exact)
    bare = _formed(without_digits, near)
    said = answers(patient, places)
    same, conflicts = parted(_several(near, exact, places, _LEAST_LETTERS), said)
    if conflicts and patient.label:
        yield near_contradictions(patient, conflicts, said, note)
    if same:
        how = "in other case, spacing or punctuation"
        rows = _later(same, dict(zip(places, exact, strict=True)))
        yield near_repeat(patient, "near-repeats", "Nearly repeated rows", how + note, same[0], rows)
    numbered, _ = parted(_several(bare, near, places, _LEAST_BESIDE_NUMBERS), said)
    if numbered:
        how = "with other numbers"
        rows = _later(numbered, dict(zip(places, near, strict=True)))
        yield near_repeat(
            patient, "numbered-repeats", "Rows that differ in numbers only", how + note, numbered[0], rows
        )


def near_repeat(
    patient: Patient, kind: str, title: str, how: str, example: Sequence[int], places: Sequence[int]
) -> Finding:
    """A finding on rows that say the same as others; its fix takes them out."""
    rows, column = patient.numbers(sorted(places)), patient.texts[0]
    first, other = (shortened(text, 80) for text in taken(patient.cells(column), [example[0], example[-1]]))
    numbers = f"rows {patient.rows[example[0]]:,} and {patient.rows[example[-1]]:,}"
    say = "says" if len(rows) == 1 else "say"
    text = (
        f"{counted(len(rows), 'row')} {say} the same as an earlier row {how}, as “{first}” and “{other}” ({numbers})."
    )
    severity: Severity = "warning" if patient.share(len(rows)) >= 0.1 else "info"
    why = (
        "What is almost the same teaches little new, and makes figures look better when it is both learned and tested."
    )
    fix = dropping(kind, f"Remove {counted(len(rows), 'row')} that say almost the same as another", rows)
    return Finding(kind, severity, title, text, why, rows, patient.share(len(rows)), fix)


def near_contradictions(
    patient: Patient, groups: Sequence[Sequence[int]], said: dict[int, str], note: str = "", kind: str = ""
) -> Finding:
    """A finding on groups of texts that say the same, with labels that do not."""
    rows = patient.numbers(sorted(place for group in groups for place in group))
    odd = next(place for place in groups[0] if said[place] != said[groups[0][0]])
    first, other = taken(patient.cells(patient.texts[0]), [groups[0][0], odd])
    text = (
        f"{counted(len(groups), 'text')} {'is' if len(groups) == 1 else 'are'} there in almost the same words with different "
        f"labels, as “{shortened(first, 80)}” and “{shortened(other, 80)}”: {quoted(patient, [groups[0][0], odd], said)}{note}."
    )
    kind = kind or "near-contradictions"
    return Finding(
        kind, "warning", "Almost the same text, different labels", text,
        "Unless the small difference decides, one of the labels is wrong: look at them, or leave them out.",
        rows, patient.share(len(rows)), dropping(kind, f"Remove all {counted(len(rows), 'row')} of these texts", rows),
    )  # fmt: skip


def _some(patient: Patient) -> tuple[np.ndarray, str]:
    """Which suspects to look at. Where there are too many, whole groups of them, chosen by their signature."""
    suspects = patient.suspects
    if len(suspects) <= _MOST:
        return np.arange(len(suspects)), ""
    numbers = patient.signatures[suspects]
    chosen = np.flatnonzero(numbers < np.partition(numbers, _MOST)[_MOST])
    return chosen, f" (looked for in {len(chosen):,} of {len(suspects):,} rows with similar texts)"


def _formed(form: Callable[[str], str], rows: Sequence[Texts]) -> list[Texts]:
    """Every text in this form; each different row is worked on once."""
    known = {row: tuple(map(form, row)) for row in dict.fromkeys(rows)}
    return [known[row] for row in rows]


def _several(
    keys: Sequence[Texts], spellings: Sequence[Texts], places: Sequence[int], least: int
) -> list[Sequence[int]]:
    """Groups with the same key, of so many letters at least, that are spelled in several ways."""
    spelled = dict(zip(places, spellings, strict=True))
    groups = grouped(keys, places)
    return [
        group
        for key, group in groups.items()
        if sum(map(len, key)) >= least and len({spelled[place] for place in group}) > 1
    ]


def _later(groups: Sequence[Sequence[int]], spelled: dict[int, Texts]) -> list[int]:
    """All rows of these groups but those that are spelled as their first."""
    return [place for group in groups for place in group if spelled[place] != spelled[group[0]]]


CHECKS = (near_repeats,)
