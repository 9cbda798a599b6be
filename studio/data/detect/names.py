"""What a column's name says of it, whatever its spelling: `customerReview`, `REVIEWS`, `review_txt`, `Kundenrezension`."""

import re
import unicodedata
from functools import lru_cache

from studio.data.detect.vocabulary import LANGUAGE_CODES, LANGUAGES, MEANINGS

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_ENDINGS = ("", "s", "es", "n", "en", "e", "er", "i")
_COMPOUND = 5
"""A word of at least so many letters may be the end of a compound, as in `Kundennachricht`."""


def _plain(text: str) -> str:
    """Lower case, without accents and vowel signs."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.category(letter).startswith("M"))


def _has_no_spaces(word: str) -> bool:
    """Whether it is written in a script that puts no spaces between words."""
    return any("\u3040" <= letter <= "\u9fff" or "\u0e00" <= letter <= "\u0eff" for letter in word)


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name: `answerStart_2` → answer, start, 2."""
    return tuple(_PARTS.findall(_plain(_CAMEL.sub(" ", name))))


def _lexicon(words: str) -> tuple[frozenset[tuple[str, ...]], tuple[str, ...]]:
    """Spaced words (each a tuple, since some are several), and words of scripts without spaces."""
    all_words = [_plain(word) for word in words.split()]
    unspaced = tuple(word for word in all_words if _has_no_spaces(word))
    return frozenset(tuple(re.split(r"[_-]", word)) for word in all_words if not _has_no_spaces(word)), unspaced


_LEXICONS = {meaning: _lexicon(words) for meaning, words in MEANINGS.items()}
_LANGUAGE_NAMES, _CODES = _lexicon(LANGUAGES), frozenset(LANGUAGE_CODES.split())


@lru_cache(maxsize=4096)
def meanings_of(name: str) -> dict[str, float]:
    """Meaning → how strongly the name says it, up to 1 where the name is that word and nothing else."""
    words = words_of(name)
    said = {meaning: _strength(words, lexicon) for meaning, lexicon in _LEXICONS.items()}
    said["language"] = _strength(words, _LANGUAGE_NAMES, compounds=False)
    if words and words[-1] in _CODES:
        said["language"] = max(said["language"], 0.9)
    return {meaning: strength for meaning, strength in said.items() if strength}


def _strength(
    words: tuple[str, ...], lexicon: tuple[frozenset[tuple[str, ...]], tuple[str, ...]], *, compounds: bool = True
) -> float:
    spaced, unspaced = lexicon
    letters = tuple(word for word in words if not word.isdigit())
    best = 0.0
    for place in range(len(letters)):
        for end in (place + 1, place + 2):
            if end <= len(letters) and _is_in(letters[place:end], spaced):
                best = max(best, _weight(place, end, len(letters)))
        if compounds and best < 0.6 and _ends_in(letters[place], spaced):
            best = 0.6
    joined = "".join(letters)
    for word in unspaced:
        if word in joined:
            best = max(best, 1.0 if word == joined else 0.6 + 0.3 * len(word) / len(joined))
    return best


def _weight(place: int, end: int, count: int) -> float:
    """The whole name says most; then its last word, as in `review_label`, then its first, as in `texto de la reseña`."""
    if end - place == count:
        return 1.0
    return 0.9 if end == count else 0.8 if place == 0 else 0.6


def _is_in(words: tuple[str, ...], lexicon: frozenset[tuple[str, ...]]) -> bool:
    if words in lexicon:
        return True
    *before, last = words
    stems = (last[: len(last) - len(ending)] for ending in _ENDINGS[1:] if last.endswith(ending))
    return any((*before, stem) in lexicon for stem in stems if len(stem) > 2)


def _ends_in(word: str, lexicon: frozenset[tuple[str, ...]]) -> bool:
    return any(
        len(entry) == 1 and len(entry[0]) >= _COMPOUND and len(word) > len(entry[0]) and word.endswith(entry[0])
        for entry in lexicon
    )
