"""From which probability on a label is said: chosen for each label on validation rows, so that its F1 is best.

A rare label has a handful of validation rows, and what is best for these is mostly luck. So its rows are joined by what
the model itself expects: the fewer rows have the label, the more its probabilities are believed.

Source: Lipton, Elkan and Naryanaswamy 2014, "Optimal Thresholding of Classifiers to Maximize F1 Measure": with probabilities
that can be believed, the expected F1 of saying the k surest is 2 Σ p / (k + Σ of all p).
"""

import numpy as np

OWN_THRESHOLDS = (
    "Each label is given from a confidence of its own on, chosen on the validation rows: "
    "a rare label may be given at a few percent, where a common one needs many."
)
"""What people must know to understand the confidences beside the answers."""
BELIEVED_ROWS = 200.0
"""With so many validation rows that have the label, these and the probabilities count alike. Measured on 1,500 validation rows
of 28 emotions, thresholds of one half judged by the other, 30 times, macro-F1: 0.343 with the rows alone, 0.349 with 20,
0.353 with 50, 0.358 with 200, 0.359 with the probabilities alone."""
_UNKNOWN = 0.5
"""For a label that neither rows nor probabilities know of."""


def best_thresholds(shares: np.ndarray, right: np.ndarray) -> tuple[float, ...]:
    """One a label, above 0 and at most 1. `shares` are probabilities, float64, `right` is bool; both (rows, labels)."""
    return tuple(_best(shares[:, label], right[:, label]) for label in range(shares.shape[1]))


def _best(shares: np.ndarray, right: np.ndarray) -> float:
    order = np.argsort(-shares, kind="stable")
    sure = shares[order]
    trust = right.sum() / (right.sum() + BELIEVED_ROWS)
    due = trust * right[order] + (1 - trust) * sure
    said = np.arange(1, len(sure) + 1)
    if due.sum() <= 0:
        return _UNKNOWN
    f1 = 2 * np.cumsum(due) / (said + due.sum())
    f1[:-1][sure[:-1] == sure[1:]] = -1.0  # equal ones are said together
    last = int(f1.argmax())
    below = sure[last + 1] if last + 1 < len(sure) else 0.0
    return float((sure[last] + below) / 2)
