"""Labels that mean the same and are written in different ways."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from studio.data.alike import normal, without_hidden
from studio.data.doctor.confusables import in_one_alphabet
from studio.data.doctor.finding import Finding, Patient, writing
from studio.data.doctor.scan import taken
from studio.data.masking import all_cited, cited

_MARKS = " .,;:|\"'“”„‘’`\t"
"""At the ends of a label, they are hardly ever part of it."""
_SEPARATORS = (",", ";", "|")


def variants(patient: Patient) -> Iterator[Finding]:
    """They differ in case, spaces, dashes, marks at their ends, invisible characters or look-alikes of another alphabet only.

    The most frequent spelling is taken for the right one.
    """
    counts = Counter(patient.label_counts)
    alike: dict[str, list[str]] = defaultdict(list)
    for label in counts:
        folded = _bare(in_one_alphabet(without_hidden(unicodedata.normalize("NFC", label))))
        alike[normal(folded.replace("_", " ").replace("-", " "))].append(label)
    groups = [sorted(group, key=lambda label: (-counts[label], label)) for group in alike.values() if len(group) > 1]
    if not groups:
        return
    said = told(groups, counts)
    mixed = any(in_one_alphabet(label) != label for group in groups for label in group)
    what = "letters of another alphabet that look the same" if mixed else "underscores"
    what = f"case, spaces, marks at their ends or {what}"
    text = f"These differ only in {what}, and are learned as different labels: {said}. Spell them alike."
    yield renaming(patient, "label-spellings", "Labels spelled in different ways", text, groups)


def separators(patient: Patient) -> Iterator[Finding]:
    """Labels that end with what separates cells or values, where no other spelling says what they should be."""
    counts = patient.label_counts
    meant = {label: bare for label in counts if label.endswith(_SEPARATORS) and (bare := _bare(label)) not in counts}
    meant = {label: bare for label, bare in meant.items() if bare != label}
    if not meant or len(set(map(normal, meant.values()))) < len(meant):
        return
    said = told([list(meant)], counts)
    text = f"These labels end with a mark that separates cells or values, and is hardly part of them: {said}."
    title = f"Cut the mark off: {all_cited(list(meant.values()), 3)}"
    why = "The label would be shown with the mark everywhere, and another table without it would not fit."
    yield _rewriting(patient, "label-marks-at-end", "Labels that end with a separator", (text, why, title), meant)


def _bare(label: str) -> str:
    """Without marks at its ends; a label of nothing else stays, as ":" does, or "C++"."""
    return label.strip(_MARKS) or label


def told(groups: Sequence[Sequence[str]], counts: Mapping[str, int]) -> str:
    """Groups of spellings with their rows, as in: “good” (20), “Good” (1)."""
    return "; ".join(
        ", ".join(f"“{cited(label, 40)}” ({counts[label]:,})" for label in group[:5]) for group in groups[:5]
    )


def renaming(patient: Patient, kind: str, title: str, text: str, groups: Sequence[Sequence[str]]) -> Finding:
    """A finding whose fix writes the first of each group in place of the others."""
    right = {label: group[0] for group in groups for label in group[1:]}
    fix = f"Spell them alike: {all_cited([group[0] for group in groups], 3)}"
    return _rewriting(patient, kind, title, (text, "The model would learn to tell apart what is the same.", fix), right)


def _rewriting(
    patient: Patient, kind: str, title: str, words: tuple[str, str, str], right: Mapping[str, str]
) -> Finding:
    """`words`: what it is, why it matters, and what the fix does; the fix writes what is right for each label."""
    text, why, button = words
    places = patient.labeled(right)
    said = taken(patient.cells(patient.label), places)
    cells = dict(zip(patient.numbers(places.tolist()), (right[label.strip()] for label in said), strict=True))
    fix = writing(kind, button[:300], patient.label, cells)
    return Finding(kind, "warning", title, text, why, tuple(cells), patient.share(len(cells)), fix)


CHECKS = (variants, separators)
