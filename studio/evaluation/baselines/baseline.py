"""The contract of a baseline: a simple model that a tuned one has to beat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.data.example import Example
from studio.tasks.task import Answer


@dataclass(frozen=True)
class Baseline:
    """A module of this folder holds one as `BASELINE`; a task names those that make sense for it."""

    name: str
    title: str
    """As a line of the report."""
    short: str
    """As in the sentence \"Better than the simple model (TF-IDF): …\"."""
    answer: Callable[[Sequence[Example], Sequence[Example], int], list[Answer]]
    """Training rows, rows asked, seed → an answer a row asked. It sees the targets of the training rows only."""
    sample: Callable[[Sequence[Example], int], Sequence[Example]] = lambda train, _seed: train
    """Training rows, seed → those it learns from, where all would take minutes."""
