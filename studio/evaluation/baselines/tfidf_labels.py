"""TF-IDF with a logistic regression for each label: the simple model for texts with several labels."""

import json
import warnings
from collections.abc import Sequence

import numpy as np

from studio.data.example import Example
from studio.evaluation.baselines.baseline import Baseline
from studio.evaluation.baselines.words import counted_words
from studio.tasks.task import Answer

_MOST_CHARACTERS = 5_000_000
_MOST_WORK = 60_000_000  # characters × labels; 13,500 comments × 28 labels are 26 million


def tfidf_labels(train: Sequence[Example], test: Sequence[Example], seed: int) -> list[Answer]:
    """One binary model a label, trained as if the label were as common as its absence: it is said from one half on."""
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - slow to import; only a worker or a script gets here
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    train = sample(train, seed)
    named = [set(json.loads(example.target or "[]")) for example in train]
    labels = sorted(set().union(*named))
    rows = counted_words([_text(example) for example in train])
    seen, asked = rows([_text(example) for example in train]), rows([_text(example) for example in test])
    shares = np.ones((len(test), len(labels)))
    for place, label in enumerate(labels):
        right = np.array([label in each for each in named])
        if right.all():
            continue  # said of every row
        model = LogisticRegression(C=10.0, max_iter=30, solver="liblinear", class_weight="balanced", random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            shares[:, place] = model.fit(seen, right).predict_proba(asked)[:, 1]
    return [_answer(labels, each) for each in shares]


def sample(train: Sequence[Example], seed: int) -> Sequence[Example]:
    """The rows that it learns from: all of them, or a seeded sample where all would take minutes."""
    characters = sum(len(_text(example)) for example in train)
    labels = len({label for example in train for label in json.loads(example.target or "[]")})
    share = min(1.0, _MOST_CHARACTERS / max(characters, 1), _MOST_WORK / max(characters * labels, 1))
    if share == 1.0:
        return train
    kept = np.random.default_rng(seed).permutation(len(train))[: max(1000, int(share * len(train)))]
    return [train[place] for place in sorted(kept)]


def _answer(labels: Sequence[str], shares: np.ndarray) -> Answer:
    said = [label for label, share in zip(labels, shares.tolist(), strict=True) if share >= 0.5]
    return Answer(json.dumps(said, ensure_ascii=False), dict(zip(labels, shares.tolist(), strict=True)))


def _text(example: Example) -> str:
    return "\n".join(example.inputs.values())


BASELINE = Baseline(
    "tfidf_labels",
    "Simple model (TF-IDF with logistic regression for each label)",
    "the simple model (TF-IDF)",
    tfidf_labels,
    sample,
)
