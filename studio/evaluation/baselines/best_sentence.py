"""The sentence of the context that has most in common with the question: the simple way to answer."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from studio.data.example import Example
from studio.evaluation.baselines.baseline import Baseline
from studio.tasks.answers import NO_ANSWER, normal, written
from studio.tasks.task import Answer

_SENTENCE = re.compile(r"[^\s.!?。！？।][^.!?。！？।]*(?:[.!?](?=\S)[^.!?。！？।]*)*[.!?。！？।]*")


def best_sentence(train: Sequence[Example], test: Sequence[Example], seed: int) -> list[Answer]:
    """The sentence with most of the question's words, rare words of the context counting more; of equals the first."""
    return [Answer(_best(example.inputs["context"], example.inputs["question"])) for example in test]


def _best(context: str, question: str) -> str:
    places = [found.span() for found in _SENTENCE.finditer(context)]
    if not places:
        return NO_ANSWER
    words = [set(normal(context[start:end]).split()) for start, end in places]
    held = Counter(word for sentence in words for word in sentence)
    asked = set(normal(question).split())
    scores = [sum(math.log(1 + len(places) / held[word]) for word in asked & sentence) for sentence in words]
    start, end = places[scores.index(max(scores))]
    return written(context[start:end], start)


BASELINE = Baseline(
    "best_sentence", "The sentence most like the question", "the sentence most like the question", best_sentence
)
