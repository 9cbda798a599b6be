"""The sentence of the context that has most in common with the question: the simple way to answer."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from studio.data.example import Example
from studio.evaluation.baselines.baseline import Baseline
from studio.tasks.answers import NO_ANSWER, words, written
from studio.tasks.overlap import mostly_unspaced
from studio.tasks.task import Answer

_SENTENCE = re.compile(r"[^\s.!?。！？।][^.!?。！？।]*(?:[.!?](?=\S)[^.!?。！？।]*)*[.!?。！？।]*")


def best_sentence(train: Sequence[Example], test: Sequence[Example], seed: int) -> list[Answer]:
    """The sentence with most of the question's words, rare words of the context counting more; of equals the first."""
    return [Answer(_best(example.inputs["context"], example.inputs["question"])) for example in test]


def _best(context: str, question: str) -> str:
    places = [found.span() for found in _SENTENCE.finditer(context)]
    if not places:
        return NO_ANSWER
    unspaced = mostly_unspaced([context])
    sentences = [set(words(context[start:end], unspaced=unspaced)) for start, end in places]
    held = Counter(word for sentence in sentences for word in sentence)
    asked = set(words(question, unspaced=unspaced))
    scores = [sum(math.log(1 + len(places) / held[word]) for word in asked & sentence) for sentence in sentences]
    start, end = places[scores.index(max(scores))]
    return written(context[start:end], start)


BASELINE = Baseline(
    "best_sentence", "The sentence most like the question", "the sentence most like the question", best_sentence
)
