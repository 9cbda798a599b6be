"""How likely a text is in the languages that write with an alphabet: evidence for one old encoding over another."""

import math
from collections import Counter
from functools import cache

LETTERS = {  # beyond ASCII, the most frequent first
    "English": "’“”–‘—…é£",
    "German": "üäößé",
    "French": "éèàêçôîûùïâëœæ",
    "Spanish": "óíáéñúü¿¡",
    "Portuguese": "ãçáéíóêõúàâô",
    "Italian": "èàùòìé",
    "Dutch": "ëéïèüö",
    "Danish, Norwegian": "øåæéö",
    "Swedish, Finnish": "äöåé",
    "Icelandic": "íáðéþöúýóæ",
    "Catalan": "àéèíòóçúïü·",
    "Polish": "łąęóżśćńź",
    "Czech, Slovak": "íáéěřžčýšůúóďťňľôäĺŕ",
    "Hungarian": "éáőíöóüúű",
    "Romanian": "ăâîşţșț",
    "Croatian, Slovene": "čšžćđ",
    "Turkish": "ışğüçöİâî",
    "Lithuanian": "ėšųžūįčąę",
    "Latvian": "āīēšņūļģžčķ",
    "Estonian": "äõüöšž",
    "Vietnamese": "đ\u0301\u0300ươêôâă\u0323\u0309\u0303áàéèíóúù",
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "Ukrainian": "оаинівтерскдлмуяпзьгбйчїхюцєщшжфґ",
    "Bulgarian": "аоиетнрсвлкдпмзъгбуячщжцхюшйфь",
    "Serbian": "аоиенрстјукдвмплзбгљњшћчђжцхфџ",
    "Greek": "αοιετσνηυρπκμλςάίόέήωύδγώθχφβξζψϊϋΐΰ",
    "Hebrew": "יוהלאתרשבמםנדקפעסטחגךצזןףץכ",
    "Arabic": "اليمنترعبهدةفوسكحقأىشجخصطضإغظذزثئآءؤ،؟",
}
WEST = tuple(LETTERS)[:11]
"""English to Catalan."""
CENTRAL = ("Polish", "Czech, Slovak", "Hungarian", "Romanian", "Croatian, Slovene", "German")
BALTIC = ("Lithuanian", "Latvian", "Estonian")
CYRILLIC = ("Russian", "Ukrainian", "Bulgarian", "Serbian")

_MARKS = frozenset("“”„‘’‚«»–—…€£°§©®™\xa0´·•½¼²³ºª×№")
_MARK, _SYMBOL, _CAPITAL = math.log(0.01), math.log(1e-5), math.log(0.15)
_CAPITAL_WITHIN = math.log(0.005)
_MARK_WITHIN = math.log(0.005)
_OPENING = frozenset("¿¡“„«‘")
_OTHER_ALPHABET = math.log(0.01)
"""A letter beyond the Latin alphabet beside one of ASCII, in one word."""
_LATIN_ENDS = "\u0370"


def likelihood(text: str, languages: tuple[str, ...]) -> float:
    """The highest sum, over these languages, of the natural logarithm of every character's share beyond ASCII.

    A capital behind a small letter and a sign within a word count as what they are: rare.
    """
    pieces = Counter(zip("\n" + text, text, text[1:] + "\n", strict=False))
    beyond = [(before, letter, after, count) for (before, letter, after), count in pieces.items() if letter > "\x7f"]
    return max(sum(_one(_shares(name), *piece[:3]) * piece[3] for piece in beyond) for name in languages)


@cache
def _shares(language: str) -> dict[str, float]:
    """Of each letter, with the sum of 1: as the harmonic series, which languages follow roughly."""
    letters = LETTERS[language]
    weights = [1 / (place + 2) for place in range(len(letters))]
    return {letter: math.log(weight / sum(weights)) for letter, weight in zip(letters, weights, strict=True)}


def _one(shares: dict[str, float], before: str, letter: str, after: str) -> float:
    """Of one letter between two others."""
    mixed = (
        letter >= _LATIN_ENDS and letter.isalpha() and any(each.isascii() and each.isalpha() for each in before + after)
    )
    return _alone(shares, before, letter, after) + (_OTHER_ALPHABET if mixed else 0)


def _alone(shares: dict[str, float], before: str, letter: str, after: str) -> float:
    if (known := shares.get(letter)) is not None:
        if before.isalpha() and letter in _OPENING:
            return _SYMBOL
        return known
    small = letter.lower()
    if small != letter and (known := shares.get(small)) is not None:
        within = before.islower() and before.isalpha()
        return known + (_CAPITAL_WITHIN if within else _CAPITAL)
    if letter in _MARKS:
        within = before.isalpha() and after.isalpha() and letter not in "’·–—"
        return _MARK + (_MARK_WITHIN if within else 0)
    return _SYMBOL
