"""A dictionary of the names seen in training, with the type they had most often there."""

from collections import Counter
from collections.abc import Sequence

from studio.data.example import Example
from studio.evaluation.baselines.baseline import Baseline
from studio.tasks.spans import read, written
from studio.tasks.task import Answer
from studio.tasks.units import units

Words = tuple[str, ...]


def known_names(train: Sequence[Example], test: Sequence[Example], seed: int) -> list[Answer]:
    """Every stretch of a text that was a name in at least half of its places in training; the longest goes first."""
    kinds, longest = _names(train)
    return [Answer(written(_found(example.inputs["text"], kinds, longest))) for example in test]


def _names(train: Sequence[Example]) -> tuple[dict[Words, str], int]:
    """Words of a name → its type, and how many words the longest one has."""
    marked: dict[Words, Counter[str]] = {}
    for example in train:
        text = example.inputs["text"]
        for start, end, kind in read(example.target or "[]"):
            marked.setdefault(tuple(_words(text[start:end])), Counter())[kind] += 1
    longest = max((len(words) for words in marked), default=0)
    met: Counter[Words] = Counter()
    for example in train:
        words = _words(example.inputs["text"])
        for start in range(len(words)):
            met.update(
                piece
                for size in range(1, min(longest, len(words) - start) + 1)
                if (piece := tuple(words[start : start + size])) in marked
            )
    return {
        words: min(found, key=lambda kind: (-found[kind], kind))
        for words, found in marked.items()
        if 2 * found.total() >= met[words]
    }, longest


def _found(text: str, kinds: dict[Words, str], longest: int) -> list[tuple[int, int, str]]:
    places, words = units(text), _words(text)
    found = []
    start = 0
    while start < len(words):
        sizes = range(min(longest, len(words) - start), 0, -1)
        size = next((size for size in sizes if tuple(words[start : start + size]) in kinds), 0)
        if size:
            found.append((places[start][0], places[start + size - 1][1], kinds[tuple(words[start : start + size])]))
        start += max(1, size)
    return found


def _words(text: str) -> list[str]:
    return [text[start:end] for start, end in units(text)]


BASELINE = Baseline(
    "known_names", "Dictionary of the names seen in training", "the dictionary of known names", known_names
)
