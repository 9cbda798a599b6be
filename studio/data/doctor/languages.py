"""Which languages the texts are written in, by their scripts and commonest words, and whether the model knows them.

It tells a table's language from a few hundred texts; of a single short text, it often says nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator

from studio.data.doctor.finding import Finding, Patient
from studio.data.doctor.scan import evenly, taken
from studio.data.doctor.stop_words import COMMON, NAMES, SCRIPTS, SHARED
from studio.data.masking import cited
from studio.data.phrases import counted
from studio.figures import quantity

_ROWS = 2_000
_LETTERS = 500
"""Characters of a text that are looked at."""
_WORDS = 30
"""So many are taken together where every row is a word."""
_MIXED = 0.05
"""A second language in this share of the texts makes a table mixed."""
_LEAST = 10
"""Texts that must show a language to say anything."""
_SPOKEN: dict[str, list[str]] = {}
for _language, _words in COMMON.items():
    for _word in _words.split():
        _SPOKEN.setdefault(_word, []).append(_language)
_PATTERNS = tuple((language, re.compile(f"[{letters}]")) for language, letters in SCRIPTS)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def languages(patient: Patient) -> Iterator[Finding]:
    """Texts in several languages, and texts in languages that the base model does not know."""
    if not patient.texts or patient.role("messages"):
        return
    places = patient.usable_places[evenly(len(patient.usable_places), _ROWS)]
    columns = (taken(patient.cells(name), places) for name in patient.texts)
    texts = [" ".join(each) for each in zip(*columns, strict=True)]
    if patient.role("token"):
        texts = [" ".join(texts[at : at + _WORDS]) for at in range(0, len(texts), _WORDS)]
    said = [language_of(text) for text in texts]
    counts = Counter(language for language in said if language)
    if counts.total() < _LEAST:
        return
    common = [language for language, count in counts.most_common() if count >= max(2, _MIXED * counts.total())]
    looked = (
        ""
        if len(places) == len(patient.usable_places)
        else f" ({counted(len(places), 'row')}, evenly spread, were looked at)"
    )
    strange = [language for language in common if patient.languages and language not in patient.languages]
    told = ", ".join(_with_share(language, counts) for language in common)
    if strange:
        known = ", ".join(NAMES.get(language, language) for language in patient.languages[:5])
        text = f"The texts are in {told}{looked}; the base model knows {known}."
        why = (
            "A model learns little from a language that it has never read: choose one that knows it, or many languages."
        )
        yield Finding("unknown-language", "warning", f"The model does not know {_listed(strange)}", text, why)
    elif len(common) > 1 and not patient.role("token"):
        example = next(place for place, language in enumerate(said) if language == common[1])
        shown = cited(taken(patient.cells(patient.texts[0]), places[example : example + 1])[0], 60)
        text = f"The texts are in {told}{looked}. “{shown}” is in {NAMES[common[1]]} (row {patient.rows[places[example]]:,})."
        why = "Choose a base model that knows them all, and look at the figures of each."
        yield Finding("mixed-languages", "info", "Texts in several languages", text, why)


def language_of(text: str) -> str:
    """The language of a text as an ISO 639-1 code; empty when it does not show it. English → "en"."""
    text = text[:_LETTERS].casefold()
    words = _WORD.findall(text.replace("’", "'"))
    if not text.isascii():
        letters = sum(map(len, words))
        found = {language: len(pattern.findall(text)) for language, pattern in _PATTERNS}
        for language, hits in found.items():
            total = hits + found.get(SHARED.get(language, ""), 0)
            if hits and total > 0.4 * letters and hits >= 0.02 * total:
                return language
    votes = Counter(language for word in set(words) for language in _SPOKEN.get(word, ()))
    (best, most), (_, second) = (*votes.most_common(2), ("", 0), ("", 0))[:2]
    is_clear = most >= 3 and (most >= 1.3 * second or most >= second + 2) and most >= 0.15 * len(set(words))
    return best if is_clear else ""


def _with_share(language: str, counts: Counter[str]) -> str:
    """As in "German (50.0 %)"; of the only one, its name alone."""
    return NAMES[language] if len(counts) == 1 else f"{NAMES[language]} ({quantity(counts[language] / counts.total())})"


def _listed(codes: list[str]) -> str:
    return " and ".join(
        [", ".join(NAMES[code] for code in codes[:-1]), NAMES[codes[-1]]] if len(codes) > 1 else [NAMES[codes[0]]]
    )


CHECKS = (languages,)
