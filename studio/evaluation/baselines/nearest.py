"""What a good search finds: the answer of the training row whose words are most alike."""

from collections.abc import Sequence

import numpy as np

from studio.data.example import Example
from studio.evaluation.baselines.baseline import Baseline
from studio.tasks.task import Answer

_MOST_CHARACTERS = 20_000_000
_TOGETHER = 256
"""Rows compared at once: bounds the memory."""


def nearest(train: Sequence[Example], test: Sequence[Example], seed: int) -> list[Answer]:
    """By the cosine of TF-IDF of words and of 2 to 4 letters within words; of equals the first."""
    from scipy.sparse import hstack  # noqa: PLC0415 - slow to import; only a worker or a script gets here
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    length = max(200, _MOST_CHARACTERS // max(1, len(train)))
    seen, asked = ([_text(example)[:length] for example in rows] for rows in (train, test))
    known, new = [], []
    for kind in (
        {"token_pattern": r"\w+"},
        {"analyzer": "char_wb", "ngram_range": (2, 4)},
    ):
        counter = TfidfVectorizer(sublinear_tf=True, max_features=300_000, dtype=np.float32, **kind)
        try:
            known.append(counter.fit_transform(seen))
        except ValueError:  # texts of emoji have no words, and empty ones not even pieces
            continue
        new.append(counter.transform(asked))
    if not known:
        return [Answer(train[0].target or "") for _ in test]
    table, questions = hstack(known).tocsr(), hstack(new).tocsr()
    answers: list[Answer] = []
    for start in range(0, len(asked), _TOGETHER):
        likeness = (questions[start : start + _TOGETHER] @ table.T).toarray()
        answers += [Answer(train[place].target or "") for place in likeness.argmax(1)]
    return answers


def _text(example: Example) -> str:
    return "\n".join(example.inputs.values())


BASELINE = Baseline(
    "nearest", "Answer of the most similar training row", "the most similar training row's answer", nearest
)
