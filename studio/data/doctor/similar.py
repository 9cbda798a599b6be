"""Long texts that share nearly all of their words, in a table or between it and its test table."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from studio.data.alike import loose, normal, normals
from studio.data.chains import Chains
from studio.data.doctor.finding import Finding, Patient, Severity, dropping, together, whole
from studio.data.doctor.near import near_contradictions, near_repeat
from studio.data.doctor.repeats import answers, parted
from studio.data.doctor.scan import evenly, sizes, taken
from studio.data.masking import cited
from studio.data.minhash import similar_pairs
from studio.data.phrases import counted

_LONG = 200
"""Bytes from which on a text may be the same in spite of some other words."""
_MOST_BYTES = 8_000_000
"""Bytes of long texts that are compared; about half a second."""


def similar(patient: Patient) -> Iterator[Finding]:
    """Long texts of which four fifths are the same."""
    if not patient.plain_rows or len(patient.texts) != 1:
        return
    cells = patient.cells(patient.texts[0])
    sought = patient.usable_places[sizes(cells)[patient.usable_places] >= _LONG]
    places, note = _some(sought, sizes(cells))
    texts = list(map(normal, taken(cells, places)))
    pairs = [(one, other) for one, other in similar_pairs(texts) if loose(texts[one]) != loose(texts[other])]
    groups = [[int(places[member]) for member in group] for group in _chained(pairs, len(texts))]
    said = answers(patient, [place for group in groups for place in group])
    same, conflicts = parted(groups, said)
    if conflicts and patient.label:
        yield near_contradictions(patient, conflicts, said, note, "similar-contradictions")
    if same:
        later = [place for group in same for place in group[1:]]
        how = f"in at least four fifths of the text{note}"
        pair = _differing(same[0], dict(zip(places.tolist(), texts, strict=True)))
        yield near_repeat(patient, "similar-texts", "Long texts that are nearly the same", how, pair, later)


def in_both(patient: Patient) -> Iterator[Finding]:
    """Rows whose text stands in the test table too, exactly or with another punctuation."""
    test, names = patient.test, patient.texts
    if test is None or not names or not patient.plain_rows or not set(names) <= set(test.columns):
        return
    asked = [whole(test, name) for name in names]
    numbers = together(asked)
    places = np.flatnonzero(np.isin(patient.signatures, numbers))
    asked = [cells.filter(pa.array(np.isin(numbers, patient.signatures[places]))) for cells in asked]
    close = {tuple(map(loose, row)) for row in zip(*map(normals, asked), strict=True)}
    texts = zip(*(normals(patient.cells(name).take(pa.array(places))) for name in names), strict=True)
    both = [
        place
        for place, row in zip(places.tolist(), texts, strict=True)
        if _filled(key := tuple(map(loose, row))) and key in close
    ]
    if both:
        yield _overlap(patient, both, "test-overlap", "word for word or with other punctuation")


def nearly_in_both(patient: Patient) -> Iterator[Finding]:
    """Rows with a long text of which four fifths stand in the test table too."""
    test, names = patient.test, patient.texts
    if test is None or len(names) != 1 or not patient.plain_rows or names[0] not in test.columns:
        return
    cells, asked = patient.cells(names[0]), whole(test, names[0])
    places, note = _some(np.flatnonzero(sizes(cells) >= _LONG), sizes(cells))
    theirs, _ = _some(np.flatnonzero(sizes(asked) >= _LONG), sizes(asked))
    texts = [*map(normal, taken(asked, theirs)), *map(normal, taken(cells, places))]
    pairs = [(one, other) for one, other in similar_pairs(texts) if one < len(theirs) <= other]
    both = sorted(
        {int(places[other - len(theirs)]) for one, other in pairs if loose(texts[one]) != loose(texts[other])}
    )
    if both:
        yield _overlap(patient, both, "test-overlap-similar", f"to at least four fifths{note}")


def _differing(group: Sequence[int], text_of: dict[int, str]) -> tuple[int, int]:
    """The first of a group, and the first that does not say the same word for word."""
    first = loose(text_of[group[0]])
    return group[0], next((place for place in group if loose(text_of[place]) != first), group[-1])


def _overlap(patient: Patient, places: Sequence[int], kind: str, how: str) -> Finding:
    rows = patient.numbers(places)
    share = len(rows) / max(1, len(patient.test) if patient.test is not None else 1)
    first = cited(taken(patient.cells(patient.texts[0]), places[:1])[0], 80)
    text = f"The text of {counted(len(rows), 'row')} is in the test table too, {how}, as “{first}” (row {rows[0]:,})."
    severity: Severity = "warning" if share >= 0.001 else "info"
    fix = dropping(kind, f"Remove {counted(len(rows), 'row')} from training that the test asks for", rows)
    why = "A model that has seen the questions looks better in the test than it is."
    return Finding(
        kind, severity, "Rows that are in the test table too", text, why, rows, patient.share(len(rows)), fix
    )


def _filled(key: Sequence[str]) -> bool:
    return any(key)


def _some(places: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, str]:
    """So many of these rows as fit, evenly spread, and what to say of it."""
    total = int(lengths[places].sum())
    if total <= _MOST_BYTES:
        return places, ""
    chosen = places[evenly(len(places), max(1, len(places) * _MOST_BYTES // total))]
    return chosen, f" (looked for in {len(chosen):,} of {len(places):,} long texts, evenly spread)"


def _chained(pairs: Sequence[tuple[int, int]], texts: int) -> list[list[int]]:
    """Members of each chain of pairs, in order."""
    chains = Chains(texts)
    for one, other in pairs:
        chains.join(one, other)
    return [group for group in chains.groups() if len(group) > 1]


CHECKS = (similar, in_both, nearly_in_both)
