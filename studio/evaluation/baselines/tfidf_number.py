"""TF-IDF with ridge regression: the simple model for numbers. Of two texts it sees how many words they share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from studio.data.decimals import rounded
from studio.data.example import Example
from studio.evaluation.baselines.baseline import Baseline
from studio.evaluation.baselines.words import counted_words
from studio.tasks.task import Answer

_MOST_CHARACTERS = 10_000_000


def tfidf_number(train: Sequence[Example], test: Sequence[Example], seed: int) -> list[Answer]:
    """Ridge regression on the text's words, or on the cosine of two texts' words where there are two."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - slow to import; only a worker or a script gets here

    train = sample(train, seed)
    numbers = np.array([float(example.target or 0) for example in train])
    rows = counted_words([text for example in train for text in example.inputs.values()])
    is_pair = len(train[0].inputs) > 1
    seen, asked = (_cosines(rows, part) if is_pair else rows(_texts(part)) for part in (train, test))
    model = Ridge(alpha=1e-6 if is_pair else 1.0, solver="auto" if is_pair else "lsqr")
    middle, deviation = float(numbers.mean()), float(numbers.std()) or 1.0
    model.fit(seen, (numbers - middle) / deviation)  # it counts in float32, too coarse for years in seconds
    return [Answer(rounded(float(number) * deviation + middle, deviation)) for number in model.predict(asked)]


def sample(train: Sequence[Example], seed: int) -> Sequence[Example]:
    """The rows that it learns from: all of them, or a seeded sample where all would take minutes."""
    characters = sum(len(text) for example in train for text in example.inputs.values())
    if characters <= _MOST_CHARACTERS:
        return train
    kept = np.random.default_rng(seed).permutation(len(train))
    return [train[place] for place in sorted(kept[: max(1000, len(train) * _MOST_CHARACTERS // characters)])]


def _texts(examples: Sequence[Example], place: int = 0) -> list[str]:
    return [list(example.inputs.values())[place] for example in examples]


def _cosines(rows: Any, examples: Sequence[Example]) -> np.ndarray:
    """How many words and pieces of words both texts share, (rows, 1)."""
    one, other = rows(_texts(examples)), rows(_texts(examples, 1))
    cosines: np.ndarray = np.asarray(one.multiply(other).sum(1)).reshape(-1, 1)
    return cosines


BASELINE = Baseline(
    "tfidf_number", "Simple model (TF-IDF with ridge regression)", "the simple model (TF-IDF)", tfidf_number, sample
)
