"""The contract of a task: facts, and pure functions from table to score. No files, no screen, no tensors.

The way in is `parse → encode`, the way out `decode → score`. A task is one file in this folder that holds
one instance named `TASK`; being there is being known (see `studio.tasks.TASKS`).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from studio.data.doctor.finding import Patient
from studio.data.example import Example
from studio.data.table import Table

Feature = dict[str, Any]
"""What the model reads of one example (or one window of it): `input_ids`, `attention_mask` …, and `labels` if known."""


@dataclass(frozen=True)
class Setup:
    """What encoding and decoding need to know of a run."""

    tokenizer: Any
    """A fast transformers tokenizer."""
    labels: tuple[str, ...]
    max_length: int
    """Tokens, special ones included."""


@dataclass(frozen=True)
class Answer:
    """What a model says of one example. `confidence` maps every label to its probability; they sum to 1."""

    value: str
    confidence: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Guess:
    """Which columns play which roles, with the reason in words and a confidence from 0 (no idea) to 1."""

    columns: dict[str, str]
    reason: str
    confidence: float


@dataclass(frozen=True)
class Metric:
    """A number of the report. `best` says which direction is better; all values are from 0 to 1 unless `unit` says otherwise."""

    name: str
    title: str
    help: str
    best: Literal["max", "min"] = "max"
    unit: str = "share"


class Task(ABC):
    """What the studio must know to train one kind of model. Stateless; every method is a pure function."""

    name: ClassVar[str]
    """As on the command line: `text-classification`."""
    title: ClassVar[str]
    help: ClassVar[str]
    """One sentence for a person who has never trained a model."""
    order: ClassVar[int]
    """Place in menus."""
    inputs: ClassVar[tuple[str, ...]]
    """Input roles, each filled by one column."""
    target: ClassVar[str]
    """The role of the column with the right answers."""
    role_titles: ClassVar[dict[str, str]]
    """Role → its name on the page."""
    families: ClassVar[frozenset[str]]
    """Families of base models that can be tuned for it: `encoder`, `decoder`, `encoder-decoder`."""
    head: ClassVar[str]
    """Which head the model wears (see models.heads)."""
    metrics: ClassVar[tuple[Metric, ...]]
    """What `score` returns, most important first."""
    has_labels: ClassVar[bool] = False
    """Whether the target is one of a few labels, one a row."""
    watch: ClassVar[str]
    """The validation value that decides which version is best."""
    baselines: ClassVar[tuple[str, ...]]
    """Names of the simple models to beat (see evaluation.baselines), simplest first."""
    example: ClassVar[str]
    """File name of the bundled example table in assets/examples."""

    @abstractmethod
    def detect(self, table: Table) -> Guess | None:
        """The likely roles of the columns; None when the table cannot be for this task."""

    def patient(self, table: Table, columns: dict[str, str], test: Table | None = None) -> Patient:
        """What the data doctor looks at, for these columns."""
        texts = tuple(columns[role] for role in self.inputs if role in columns)
        label = columns.get(self.target, "") if self.has_labels else ""
        return Patient(table, self.name, texts, label, {role: (column,) for role, column in columns.items()}, test)

    @abstractmethod
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        """A checked example. A target of None asks for the answer. Raises: StudioError naming the row and the role."""

    @abstractmethod
    def labels(self, examples: Sequence[Example]) -> tuple[str, ...]:
        """All labels of the training rows, in a fixed order; empty for tasks without."""

    @abstractmethod
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        """Each example as one feature or several (windows). Batched, since tokenizers are fast on many texts."""

    @abstractmethod
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        """The answer for one example. `outputs` holds one float32 array a feature: the head's raw output."""

    @abstractmethod
    def score(
        self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]
    ) -> dict[str, float]:
        """Every metric of `metrics`, over these rows."""
