"""The least one can do: always the same answer."""

from collections import Counter
from collections.abc import Sequence

from studio.data.example import Example
from studio.evaluation.baselines.baseline import Baseline
from studio.tasks.task import Answer


def most_frequent(train: Sequence[Example], test: Sequence[Example], seed: int) -> list[Answer]:
    """The most frequent training label for every row; with as many rows, the one first in the alphabet."""
    counts = Counter(example.target or "" for example in train)
    answer = min(counts, key=lambda label: (-counts[label], label))
    confidence = {label: count / len(train) for label, count in sorted(counts.items())}
    return [Answer(answer, confidence) for _ in test]


BASELINE = Baseline("most_frequent", "Always the most frequent label", "always the most frequent label", most_frequent)
