"""How much a written text shares with the one that was wanted: chrF, BLEU and ROUGE, all from sums over rows.

Source: sacreBLEU 2.6.0 and rouge_score 0.1.2 (without stemming), whose numbers these are; the tests compare them. Neither
is needed to run the studio, and ROUGE counts words of every script here, where rouge_score knows Latin letters only.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np

_VERSION = "version:2.6.0"
CHRF_SIGNATURE = f"nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|{_VERSION}"
_CHARACTERS, _WORDS, _BETA = 6, 4, 2
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
"""Scripts whose words are not told apart by spaces, as their letters' Unicode names begin."""
_SPLITS = (
    (re.compile(r"([\{-\~\[-\` -\&\(-\+\:-\@\/])"), r" \1 "),
    (re.compile(r"([^0-9])([\.,])"), r"\1 \2 "),
    (re.compile(r"([\.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))

CHRF_SUMS, BLEU_SUMS = 3 * _CHARACTERS, 2 + 2 * _WORDS


def bleu_signature(*, by_character: bool = False) -> str:
    """What sacreBLEU would print beside the same number."""
    return f"nrefs:1|case:mixed|eff:no|tok:{'char' if by_character else '13a'}|smooth:exp|{_VERSION}"


def chrf_counts(said: str, wanted: str) -> list[int]:
    """For pieces of 1 to 6 characters without spaces: how many were said, were wanted, and are the same."""
    counts: list[int] = []
    said, wanted = "".join(said.split()), "".join(wanted.split())
    for size in range(1, _CHARACTERS + 1):
        ours, theirs = _pieces(said, size), _pieces(wanted, size)
        counts += [ours.total() if theirs else 0, theirs.total(), (ours & theirs).total()]
    return counts


def chrf(sums: np.ndarray) -> np.ndarray:
    """From sums of `chrf_counts`, (…, 18) → (…), 0 to 1: recall counts twice as much as precision."""
    said, wanted, same = (sums[..., place::3].astype(np.float64) for place in range(3))
    both = (said > 0) & (wanted > 0)
    sizes = np.maximum(both.sum(-1), 1)
    precision = np.divide(same, said, out=np.zeros_like(same), where=both).sum(-1) / sizes
    recall = np.divide(same, wanted, out=np.zeros_like(same), where=both).sum(-1) / sizes
    down = _BETA**2 * precision + recall
    return np.asarray(np.divide((1 + _BETA**2) * precision * recall, down, out=np.zeros_like(down), where=down > 0))


def bleu_counts(said: str, wanted: str, *, by_character: bool = False) -> list[int]:
    """Words said and wanted; then, for 1 to 4 words in a row, how many said ones are wanted, and how many were said."""
    split = _characters if by_character else words_13a
    ours, theirs = split(said), split(wanted)
    right, given = [], []
    for size in range(1, _WORDS + 1):
        said_here = _pieces(ours, size)
        right.append((said_here & _pieces(theirs, size)).total())
        given.append(said_here.total())
    return [len(ours), len(theirs), *right, *given]


def bleu(sums: np.ndarray) -> np.ndarray:
    """From sums of `bleu_counts`, (…, 10) → (…), 0 to 1; sizes without a match are smoothed by halving."""
    sums = sums.astype(np.float64)
    said, wanted, right, given = sums[..., 0], sums[..., 1], sums[..., 2 : 2 + _WORDS], sums[..., 2 + _WORDS :]
    halved = 2.0 ** np.cumsum((right == 0) & (given > 0), -1)
    share = np.divide(np.where(right > 0, right, 1 / halved), given, out=np.zeros_like(given), where=given > 0)
    possible = (given > 0).all(-1) & right.any(-1)
    logs = np.log(np.where(share > 0, share, 1.0)).mean(-1)
    short = np.exp(np.minimum(0.0, 1 - np.divide(wanted, said, out=np.ones_like(said), where=said > 0)))
    return np.where(possible, short * np.exp(logs), 0.0)


def rouge(said: str, wanted: str) -> tuple[float, float, float]:
    """ROUGE-1, ROUGE-2 and ROUGE-L: F1, 0 to 1, of the single words, of the pairs of neighbors, and of the longest sequence
    of words that stands in both, in order, whatever stands between."""
    ours, theirs = words_of(said), words_of(wanted)
    return _f1_of_pieces(ours, theirs, 1), _f1_of_pieces(ours, theirs, 2), _f1_of_sequence(ours, theirs)


def words_13a(text: str) -> list[str]:
    """Words and punctuation as the machine translation conferences split them (`tok:13a`)."""
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    text = f" {text} "
    for pattern, spaced in _SPLITS:
        text = pattern.sub(spaced, text)
    return text.split()


def words_of(text: str) -> list[str]:
    """Lower-case words of any script; where words are not told apart by spaces, every letter is one."""
    if text.isascii():
        return re.findall(r"[a-z0-9]+", text.lower())
    words, word = [], ""
    for letter in text.lower():
        if is_unspaced(letter):
            words += [word, letter]
            word = ""
        elif letter.isalnum() or unicodedata.category(letter)[0] == "M":
            word += letter
        else:
            words.append(word)
            word = ""
    return [each for each in [*words, word] if each]


def is_unspaced(letter: str) -> bool:
    """Whether it belongs to a script without spaces between words."""
    return letter > "\u0e00" and unicodedata.name(letter, "").startswith(_UNSPACED)


def mostly_unspaced(texts: Sequence[str], most: int = 200) -> bool:
    """Whether most letters of these texts (of the first `most`) are written without spaces between words."""
    letters = [letter for text in texts[:most] for letter in text[:200] if letter.isalpha()]
    return sum(map(is_unspaced, letters)) > len(letters) / 2


def _pieces(text: Sequence[str], size: int) -> Counter[Sequence[str]]:
    if isinstance(text, str):
        return Counter(text[start : start + size] for start in range(len(text) - size + 1))
    return Counter(tuple(text[start : start + size]) for start in range(len(text) - size + 1))


def _f1_of_pieces(ours: Sequence[str], theirs: Sequence[str], size: int) -> float:
    one, two = _pieces(ours, size), _pieces(theirs, size)
    same = (one & two).total()
    return 2 * same / (one.total() + two.total()) if same else 0.0


def _f1_of_sequence(ours: Sequence[str], theirs: Sequence[str]) -> float:
    same = _common(ours, theirs)
    return 2 * same / (len(ours) + len(theirs)) if same else 0.0


def _characters(text: str) -> list[str]:
    return [letter for letter in text if not letter.isspace()]


def _common(one: Sequence[str], two: Sequence[str]) -> int:
    """Length of the longest common subsequence. Source: Hyyrö 2004, a bit a word of `one`."""
    places: dict[str, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(one)) - 1
    row = every
    for word in two:
        met = row & places.get(word, 0)
        row = (row + met | row - met) & every
    return len(one) - row.bit_count()
