"""Where a classifier goes wrong: confusion matrix, label by label, and how far its confidence can be trusted."""

from collections.abc import Iterable, Sequence

import numpy as np

from studio.evaluation.intervals import Numbers
from studio.evaluation.values import LabelResult
from studio.tasks.task import Answer


def confusion_matrix(truth: Numbers, said: Numbers, labels: int) -> Numbers:
    """Counts, int64 (labels, labels): row = right label, column = answer. Source: sklearn.metrics.confusion_matrix."""
    return np.bincount(truth * labels + said, minlength=labels * labels).reshape(labels, labels)


def per_label(matrix: Numbers, labels: Sequence[str]) -> list[LabelResult]:
    """Precision, recall and F1 of every label; 0 where nothing can be said, as a label that was never answered.

    Source: sklearn.metrics.precision_recall_fscore_support(zero_division=0).
    """
    hits, rows, said = np.diag(matrix).tolist(), matrix.sum(1).tolist(), matrix.sum(0).tolist()
    return label_results(zip(labels, hits, said, rows, strict=True))


def label_results(counts: Iterable[tuple[str, int, int, int]]) -> list[LabelResult]:
    """From each label's name, and how often it was right, said, and due."""
    return [
        LabelResult(
            label=label,
            precision=hits / max(said, 1),
            recall=hits / max(rows, 1),
            f1=2 * hits / max(rows + said, 1),
            rows=rows,
        )
        for label, hits, said, rows in counts
    ]


def calibration_error(answers: Sequence[Answer], right: Numbers, bins: int = 10) -> float | None:
    """Mean gap between confidence and share of right answers, over equal bins of confidence; None without confidence.

    Source: Guo et al. 2017, expected calibration error of the top label.
    """
    if not all(answer.value in answer.confidence for answer in answers):
        return None
    confidence = np.array([answer.confidence[answer.value] for answer in answers])
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(place, confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(answers))
