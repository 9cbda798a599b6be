"""Labels that mean the same and are written in different ways."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from studio.data.alike import normal, without_hidden
from studio.data.doctor.confusables import in_one_alphabet
from studio.data.doctor.finding import Finding, Patient, writing
from studio.data.doctor.scan import taken
from studio.data.phrases import listed, shortened


def variants(patient: Patient) -> Iterator[Finding]:
    """They differ in case, spaces, dashes, invisible characters or look-alikes of another alphabet only.

    The most frequent spelling is taken for the right one.
    """
    counts = Counter(patient.label_counts)
    alike: dict[str, list[str]] = defaultdict(list)
    for label in counts:
        folded = in_one_alphabet(without_hidden(unicodedata.normalize("NFC", label)))
        alike[normal(folded.replace("_", " ").replace("-", " "))].append(label)
    groups = [sorted(group, key=lambda label: (-counts[label], label)) for group in alike.values() if len(group) > 1]
    if not groups:
        return
    said = told(groups, counts)
    mixed = any(in_one_alphabet(label) != label for group in groups for label in group)
    what = "case, spaces or letters of another alphabet that look the same" if mixed else "case, spaces or underscores"
    text = f"These differ only in {what}, and are learned as different labels: {said}. Spell them alike."
    yield renaming(patient, "label-spellings", "Labels spelled in different ways", text, groups)


def told(groups: Sequence[Sequence[str]], counts: Mapping[str, int]) -> str:
    """Groups of spellings with their rows, as in: “good” (20), “Good” (1)."""
    return "; ".join(
        ", ".join(f"“{shortened(label, 40)}” ({counts[label]:,})" for label in group[:5]) for group in groups[:5]
    )


def renaming(patient: Patient, kind: str, title: str, text: str, groups: Sequence[Sequence[str]]) -> Finding:
    """A finding whose fix writes the first of each group in place of the others."""
    right = {label: group[0] for group in groups for label in group[1:]}
    places = patient.labeled(right)
    said = taken(patient.cells(patient.label), places)
    cells = dict(zip(patient.numbers(places.tolist()), (right[label.strip()] for label in said), strict=True))
    fix = writing(kind, f"Spell them alike: {listed([group[0] for group in groups], 3)}"[:300], patient.label, cells)
    why = "The model would learn to tell apart what is the same."
    return Finding(kind, "warning", title, text, why, tuple(cells), patient.share(len(cells)), fix)


CHECKS = (variants,)
