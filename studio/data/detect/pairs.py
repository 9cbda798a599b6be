"""Two texts that are judged together: sentence 1 and sentence 2, premise and hypothesis, question and passage."""

import re
from dataclasses import dataclass
from itertools import combinations

from studio.data.detect.names import words_of
from studio.data.detect.profile import Column
from studio.data.detect.view import View

_MARK = re.compile(r"\d+|[ab]|left|right|first|second|а|б|anchor|positive|erste|zweite")
_ALIKE = 2.5
"""Texts whose median lengths differ by less than this factor are of one kind."""


@dataclass(frozen=True)
class Pair:
    """Two text columns, in the order of the table unless their numbers say otherwise."""

    one: Column
    two: Column
    is_named: bool
    """Whether the names say that they belong together."""
    is_alike: bool
    """Whether the texts are of one length and language."""

    @property
    def is_answered(self) -> bool:
        """Whether the names say that one asks and the other replies."""
        return any(asks(one) and replies(two) for one, two in ((self.one, self.two), (self.two, self.one)))


def asks(column: Column) -> bool:
    """Whether the name says that it holds questions. Prompts and instructions are asked for replies, and hardly judged."""
    return column.said("question") > max(0.5, column.said("answer", "response"))


def replies(column: Column) -> bool:
    """Whether the name says that it holds answers."""
    return column.said("answer", "response") > max(0.5, column.said("question"))


def best_pair(view: View, taken: set[str]) -> Pair | None:
    """The two texts that rather belong together, those named so first; None without two columns of texts."""
    texts = [
        column
        for column in view.usable
        if column.is_text
        and column.name not in taken
        and column.words >= 2
        and column.filled_share > 0.5
        and column.distinct_share > 0.05
    ]
    pairs = [_pair(view, one, two) for one, two in combinations(texts[:8], 2)]
    return max(pairs, key=_rank, default=None)


def _rank(pair: Pair) -> tuple[bool, bool, float]:
    return pair.is_named, pair.is_alike, min(pair.one.distinct_share, pair.two.distinct_share)


def _pair(view: View, one: Column, two: Column) -> Pair:
    shorter, longer = sorted((one.chars, two.chars))
    languages = {view.languages.get(column.name, "") for column in (one, two)} - {""}
    is_alike = longer <= _ALIKE * shorter and len(languages) < 2
    is_named = one.said("pair") >= 0.9 and two.said("pair") >= 0.9
    first, second = _stem_and_mark(one), _stem_and_mark(two)
    if first and second and first[0] == second[0] and first[1] != second[1]:
        is_named = True
        if first[1] > second[1]:
            one, two = two, one
    for text, other in ((one, two), (two, one)):
        if list(words_of(other.name)) == [*words_of(text.name), "pair"]:  # text and text_pair, as tokenizers call them
            one, two, is_named = text, other, True
    return Pair(one, two, is_named, is_alike)


def _stem_and_mark(column: Column) -> tuple[str, str] | None:
    """A name that is one of a numbered or lettered series: `sentence_1` → sentence, 1. Not `c1`, which says nothing."""
    words = words_of(column.name)
    marks = [word for word in words if _MARK.fullmatch(word)]
    stem = "".join(word for word in words if not _MARK.fullmatch(word))
    return (stem, marks[-1]) if marks and column.said("text", "content", "sentence", "question") else None
