"""Texts that give their own label away: a mark such as “[spam]”, or words that stand with one label only."""

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from studio.data.alike import normal
from studio.data.doctor.finding import Finding, Patient, writing
from studio.data.doctor.scan import MOST_LOOKED_AT, evenly, taken
from studio.data.masking import all_cited, cited
from studio.data.phrases import counted, in_quotes

_ROWS, _LABELS = 5_000, 100
"""Rows and labels that are looked at."""
_LEAST = 5
"""Rows of a label, to say anything about it."""
_OWN, _OTHERS = 0.8, 0.02
"""In this share of the rows of its label, and in at most that share of the others, a word gives the label away."""
_MARK = r"[\[({{<#\"'*]*(?i:{label})(?:[\])}}>\"'*]+\s*[:|–—-]?|\s*[:|–—-](?=\s))\s*"
"""The label in brackets, or before a colon or dash."""


def leaks(patient: Patient) -> Iterator[Finding]:
    """The label stands in the texts that have it, and nowhere else."""
    if len(patient.label_names) < 2 or not patient.texts:
        return
    chosen = evenly(len(patient.usable_places), _ROWS)
    codes = patient.label_codes[chosen]
    for column in patient.texts:
        texts = [f" {_plain(text)} " for text in taken(patient.cells(column), patient.usable_places[chosen])]
        labels = [name for name in list(patient.label_counts)[:_LABELS] if _gives_away(name, patient, texts, codes)]
        if labels:
            yield _marks(patient, column, labels) or _words(patient, column, labels)


def _gives_away(label: str, patient: Patient, texts: list[str], codes: np.ndarray) -> bool:
    word = _plain(label)
    own = codes == patient.label_names.index(label)
    longer = [code for code, name in enumerate(patient.label_names) if word in _plain(name)]  # “spam” in “no spam”
    others = ~np.isin(codes, longer)
    if sum(letter.isalpha() for letter in word) < 3 or own.sum() < _LEAST:
        return False
    there = np.fromiter((f" {word} " in text for text in texts), bool, len(texts))
    return bool(there[own].mean() >= _OWN and there[others].sum() <= _OTHERS * others.sum())


def _marks(patient: Patient, column: str, labels: list[str]) -> Finding | None:
    """The finding where the label is a mark at the beginning or end of the text, which can be cut off."""
    places = patient.labeled(labels)[:MOST_LOOKED_AT]
    texts = taken(patient.cells(column), places)
    own = taken(patient.cells(patient.label), places)
    without = [_without_mark(text, label.strip()) for text, label in zip(texts, own, strict=True)]
    cells = {
        patient.rows[place]: new
        for place, text, new in zip(places.tolist(), texts, without, strict=True)
        if new != text and new
    }
    if len(cells) < _OWN * len(places):
        return None
    first = next(text for text, new in zip(texts, without, strict=True) if new != text and new)
    fix = writing("label-marks", f"Cut the mark off in {counted(len(cells), 'row')}", column, cells)
    text = (
        f"{counted(len(cells), 'row')} of {all_cited(labels)} begin or end with the label itself (column {in_quotes(column)}), "
        f"as “{cited(first, 80)}”."
    )
    why = "The model would learn to read the mark, and fail on texts that have none."
    return Finding(
        "label-marks", "warning", "Texts that carry their label", text, why,
        tuple(cells), patient.share(len(cells)), None if patient.is_counted_in(column) else fix,
    )  # fmt: skip


def _words(patient: Patient, column: str, labels: list[str]) -> Finding:
    text = (
        f"Nearly every text of {all_cited(labels)} holds the word{'' if len(labels) == 1 else 's'} of its label, and hardly any "
        f"other text does (column {in_quotes(column)})."
    )
    why = "If that is how the texts were labeled, a search for the word does as well as a model; real texts may not hold it."
    return Finding("label-words", "info", "Words that give the label away", text, why)


def _without_mark(text: str, label: str) -> str:
    begins, ends = _patterns(label)
    return ends.sub("", begins.sub("", text, count=1), count=1)


@lru_cache(maxsize=1000)
def _patterns(label: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    mark = _MARK.format(label=r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", label))))
    bracketed = mark.replace(r"|\s*[:|–—-](?=\s)", "")
    return re.compile(rf"\A\s*{mark}"), re.compile(rf"\s*{bracketed}\Z")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", normal(text)))


CHECKS = (leaks,)
