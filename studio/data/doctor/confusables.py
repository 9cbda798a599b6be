"""Letters of one alphabet that look like those of another, in words that mix both: a Cyrillic “о” in “pоs”."""

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = str.maketrans("АВЕКМНОРСТХУІЈЅаеорсухіјѕһԁԛԝ", "ABEKMHOPCTXYIJSaeopcyxijshdqw")
_GREEK = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι", "ABEZHIKMNOPTYXovi")
_TO_LATIN = _CYRILLIC | _GREEK
_FROM_LATIN = ({code: other for other, code in _CYRILLIC.items()}, {code: other for other, code in _GREEK.items()})
"""Source: Unicode Technical Standard 39, confusables.txt, of which these are the letters that look the same in most fonts."""


def in_one_alphabet(text: str) -> str:
    """The text with words of two alphabets written in one, where letters that look the same make that possible."""
    return text if text.isascii() else _WORD.sub(_folded, text)


def _folded(found: re.Match[str]) -> str:
    word = found.group()
    if _is_pure(word):
        return word
    ways = (word.translate(letters) for letters in (_TO_LATIN, *_FROM_LATIN))
    return next(filter(_is_pure, ways), word)


def _is_pure(word: str) -> bool:
    return len({unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()}) < 2
