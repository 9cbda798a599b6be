"""Nearly the same text again: other punctuation, spacing or case, or other numbers only."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np

from studio.data.alike import loose, normal, without_digits
from studio.data.doctor.finding import Finding, Patient, Severity, dropping
from studio.data.doctor.repeats import answers, parted, quoted
from studio.data.doctor.scan import grouped, taken
from studio.data.masking import cited
from studio.data.phrases import counted

Texts = tuple[str, ...]
_MOST = 50_000
"""Rows that are compared, at most."""
_PAIRED = 200
"""Rows of a group that are compared two by two for an example."""
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
        pair = _differing(same[0], dict(zip(places, exact, strict=True)))
        yield near_repeat(patient, "near-repeats", "Nearly repeated rows", how + note, pair, rows)
    numbered, _ = parted(_several(bare, near, places, _LEAST_BESIDE_NUMBERS), said)
    if numbered:
        how = "with other numbers"
        rows = _later(numbered, dict(zip(places, near, strict=True)))
        yield near_repeat(
            patient, "numbered-repeats", "Rows that differ in numbers only", how + note,
            _differing(numbered[0], dict(zip(places, near, strict=True))), rows,
        )  # fmt: skip


def near_repeat(
    patient: Patient, kind: str, title: str, how: str, example: tuple[int, int], places: Sequence[int]
) -> Finding:
    """A finding on rows that say the same as others, with the places of two as an example; its fix takes them out."""
    rows, column = patient.numbers(sorted(places)), patient.texts[0]
    first, other = (cited(text, 80) for text in taken(patient.cells(column), example))
    numbers = f"rows {patient.rows[example[0]]:,} and {patient.rows[example[1]]:,}"
    say = "says" if len(rows) == 1 else "say"
    text = (
        f"{counted(len(rows), 'row')} {say} the same as an earlier row {how}, as “{first}” and “{other}” ({numbers})."
    )
    severity: Severity = "warning" if patient.share(len(rows)) >= 0.1 else "info"
    why = (
        "What is almost the same teaches little new, and makes figures look better when it is both learned and tested."
    )
    fix = dropping(kind, f"Remove {counted(len(rows), 'row')} that {say} almost the same as another", rows)
    return Finding(kind, severity, title, text, why, rows, patient.share(len(rows)), fix)


def near_contradictions(
    patient: Patient, groups: Sequence[Sequence[int]], said: dict[int, str], note: str = "", kind: str = ""
) -> Finding:
    """A finding on groups of texts that say the same, with labels that do not."""
    rows = patient.numbers(sorted(place for group in groups for place in group))
    pair = _contradicting(patient, groups[0], said)
    first, other = taken(patient.cells(patient.texts[0]), pair)
    text = (
        f"{counted(len(groups), 'text')} {'is' if len(groups) == 1 else 'are'} there in almost the same words with different "
        f"labels, as “{cited(first, 80)}” and “{cited(other, 80)}”: {quoted(patient, pair, said)}{note}."
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


def _contradicting(patient: Patient, group: Sequence[int], said: dict[int, str]) -> tuple[int, int]:
    """Two of a group with different answers, whose texts are not simply the same; the first of them where all are."""
    texts = dict(zip(group, map(normal, taken(patient.cells(patient.texts[0]), group)), strict=True))
    pairs = [(one, other) for one, other in combinations(group[:_PAIRED], 2) if said[one] != said[other]]
    first = next((place for place in group if said[place] != said[group[0]]), group[-1])
    return next((pair for pair in pairs if texts[pair[0]] != texts[pair[1]]), (group[0], first))


def _differing(group: Sequence[int], spelled: dict[int, Texts]) -> tuple[int, int]:
    """The first of a group, and the first that is spelled in another way."""
    return group[0], next(place for place in group if spelled[place] != spelled[group[0]])


def _later(groups: Sequence[Sequence[int]], spelled: dict[int, Texts]) -> list[int]:
    """All rows of these groups but those that are spelled as their first."""
    return [place for group in groups for place in group if spelled[place] != spelled[group[0]]]


CHECKS = (near_repeats,)
