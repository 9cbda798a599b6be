"""The contract of a task: facts, and pure functions from table to score. No files, no screen, no tensors.

The way in is `parse → encode`, the way out `decode → score`. A task is one file in this folder that holds
one instance named `TASK`; being there is being known (see `studio.tasks.TASKS`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from studio.columns import Columns, columns_of
from studio.config import RunConfig
from studio.data.doctor.finding import Patient
from studio.data.example import Example
from studio.data.table import Table
from studio.tasks.recipe import Recipe
from studio.tasks.setup import Setup as Setup
from studio.tasks.shown import Shown
from studio.tasks.values import Answer as Answer
from studio.tasks.values import Guess as Guess
from studio.tasks.values import Metric as Metric
from studio.tasks.values import Piece as Piece

Method = Literal["whole", "head", "lora", "qlora"]

Conventions = Mapping[str, str]
"""How a table writes its targets where that can be read in more than one way, as what a comma in a number means."""

Feature = dict[str, Any]
"""What the model reads of one example (or one window of it): `input_ids`, `attention_mask` …, and `labels` if known.

`groups`, if any, say which tokens may be hidden together (see `studio.tasks.gaps`), others in every epoch than `labels` name."""


class Task(Shown, ABC):
    """What the studio must know to train one kind of model. Stateless; every method is a pure function."""

    name: ClassVar[str]
    """As on the command line: `text-classification`."""
    help: ClassVar[str]
    """One sentence for a person who has never trained a model."""
    order: ClassVar[int]
    """Place in menus."""
    example_is: ClassVar[str] = "row"
    """What people call one example, where it is more or less than a row of the table."""
    inputs: ClassVar[tuple[str, ...]]
    """Input roles, each filled by one column."""
    optional: ClassVar[tuple[str, ...]] = ()
    """Those of the roles that a table need not have."""
    several: ClassVar[tuple[str, ...]] = ()
    """Roles that may be filled by several columns; what they hold together is said by `arrange`."""
    spread: ClassVar[tuple[str, ...]] = ()
    """Input roles of tables that spread an example over rows: examples themselves have other inputs (see `arrange`)."""
    only_learned: ClassVar[tuple[str, ...]] = ()
    """Input roles that say more of the right answer: nobody has them who asks for it."""
    target: ClassVar[str]
    """The role of the column with the right answers; empty for a task that learns from its inputs alone."""
    role_titles: ClassVar[dict[str, str]]
    """Role → its name on the page."""
    families: ClassVar[frozenset[str]]
    """Families of base models that can be tuned for it: `encoder`, `decoder`, `encoder-decoder`."""
    head: ClassVar[str]
    """Which head the model wears (see models.heads), unless `head_for` says otherwise."""
    writes: ClassVar[bool] = False
    """Whether its answers are texts that the model writes, or the texts themselves are learned."""
    methods: ClassVar[tuple[Method, ...]] = ("whole", "head", "lora")
    """Which weights may be trained for it, the usual way first."""
    metrics: ClassVar[tuple[Metric, ...]]
    """What `score` returns, most important first."""
    has_labels: ClassVar[bool] = False
    """Whether the target is one of a few labels, one a row."""
    several_labels: ClassVar[bool] = False
    """Whether the target is any number of a few labels."""
    blank_target: ClassVar[bool] = False
    """Whether an empty cell is an answer too, as where a text may have no label."""
    answers_as: ClassVar[str] = "label"
    """How an answer is drawn on the page (a module of `studio.ui.answers`)."""
    has_thresholds: ClassVar[bool] = False
    """Whether `thresholds` chooses anything."""
    hints: ClassVar[tuple[int, ...]] = ()
    """What features say of each token beside its number, as `hints` (see `tasks.hints`): how many values each hint has."""
    hub_task: ClassVar[str] = ""
    """The Hub's name for it; empty where it has none, or the kind of model decides. Source: huggingface.co/tasks"""
    drops_oldest: ClassVar[bool] = False
    """Whether an example that is too long loses its oldest messages first, and not its end."""
    reads_windows: ClassVar[bool] = False
    """Whether longer texts than the limit are read in several windows, so that nothing of them is cut off."""
    together: ClassVar[str] = ""
    """Input role whose equal values stay in one part: a context that several examples share would leak into the test."""
    shared: ClassVar[tuple[str, ...]] = ()
    """Input roles of which each text may tell the answer by itself: rows that share one stay in one part, where they can."""
    watch: ClassVar[str]
    """The validation value that decides which version is best."""
    baselines: ClassVar[tuple[str, ...]]
    """Names of the simple models to beat (see evaluation.baselines), simplest first."""
    recipe: ClassVar[Recipe] = Recipe()
    """Settings that suit it better than the usual ones."""
    untuned: ClassVar[str] = "Untuned model (frozen embeddings with a linear head)"
    """The base model as it comes, as a line of the report."""
    example: ClassVar[str]
    """File name of the bundled example table in assets/examples."""

    @abstractmethod
    def detect(self, table: Table) -> Guess | None:
        """The likely roles of the columns; None when the table cannot be for this task."""

    def patient(self, table: Table, columns: Columns, test: Table | None = None) -> Patient:
        """What the data doctor looks at, for these columns."""
        roles = {role: columns_of(column) for role, column in columns.items()}
        texts = tuple(column for role in self.inputs for column in roles.get(role, ()))
        label = roles.get(self.target, ("",))[0] if self.has_labels else ""
        return Patient(table, self.name, texts, label, roles, test, reads_windows=self.reads_windows)

    def asked(self, table: Table) -> Columns:
        """Of a table to be answered, the columns of the input roles as its own layout has them; empty where nothing shows it."""
        return {}

    def read_as(self, table: Table, columns: Columns) -> str:
        """What people should know of how a table to be answered is read; empty where it is read as it looks."""
        return ""

    @property
    def names_labels(self) -> bool:
        """Whether targets are labels, one or several."""
        return self.has_labels or self.several_labels

    def head_for(self, columns: Iterable[str], family: str) -> str:
        """Which head a base model of that family wears where these roles have columns."""
        return self.head

    def untuned_for(self, columns: Iterable[str]) -> str:
        """The base model as it comes, as a line of the report, where these roles have columns."""
        return self.untuned

    @property
    def roles(self) -> tuple[str, ...]:
        """All of them, the target last."""
        return (*self.inputs, self.target) if self.target else self.inputs

    @property
    def checked(self) -> tuple[str, ...]:
        """Names of the metrics that are measured at every check of the validation rows."""
        return tuple(metric.name for metric in self.metrics)

    @property
    def required(self) -> tuple[str, ...]:
        """The roles that every table needs."""
        return tuple(role for role in self.roles if role not in self.optional)

    def conventions(self, table: Table, columns: Columns) -> Conventions:
        """What the training table shows of them; other tables of the run are read alike, whatever their own cells suggest."""
        return {}

    def arrange(self, table: Table, columns: Columns, conventions: Conventions) -> tuple[Table, dict[str, str]]:
        """The table with one row an example and one column a role, and these columns; row numbers are the first of each.

        For layouts that spread an example over rows or a target over columns; what `conventions` leave open is told by the
        table itself. Raises: StudioError naming the row.
        """
        return table, {role: column for role, column in columns.items() if isinstance(column, str)}

    @abstractmethod
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        """A checked example. A target of None asks for the answer. Raises: StudioError naming the row and the role."""

    def labels_in(self, example: Example) -> tuple[str, ...]:
        """The labels that a target names; empty for tasks without."""
        return (example.target,) if self.has_labels and example.target is not None else ()

    def labels(self, examples: Sequence[Example]) -> tuple[str, ...]:
        """All labels of the training rows, in a fixed order; empty for tasks without."""
        return tuple(sorted({label for example in examples for label in self.labels_in(example)}))

    def text_of(self, example: Example) -> str:
        """All that the model reads of an example at once: what the text length limit is about."""
        return " ".join(example.inputs.values())

    def texts_read(self, example: Example) -> tuple[str | tuple[str, str], ...]:
        """What the model reads of it: texts, or two as one piece, each of which has the whole length limit for itself."""
        return (self.text_of(example),)

    def conversation(self, example: Example) -> list[dict[str, str]]:
        """Who says what, `{"role", "content"}`, where an example is read as the chat template writes it; empty elsewhere."""
        return []

    def template(self, tokenizer: Any, examples: Sequence[Example] = ()) -> str:
        """The chat template that these training rows are learned and the tuned model is saved with; empty to leave it."""
        return ""

    def ends(self, setup: Setup) -> tuple[int, ...]:
        """Tokens that end an answer that the model writes; one of them has to be learned. Empty for tasks without."""
        return ()

    def told(self, setup: Setup, examples: Sequence[Example], config: RunConfig, kind: str) -> tuple[Setup, str]:
        """The setup with what the model is told with every row, and a sentence on it. `kind`: the `model_type` of its config.

        Raises: StudioError when it cannot be known.
        """
        return setup, ""

    def begins(self, setup: Setup) -> tuple[int, int]:
        """The token that stands in the place of the model's usual start of an answer, and the one that every answer begins
        with; -1 each where there is none."""
        return -1, -1

    def sample(self, example: Example, setup: Setup) -> Example:
        """What a validation row is asked while the model trains, so that people see it change."""
        return example

    def reading(self, example: Example, setup: Setup) -> list[Piece]:
        """A row exactly as the model reads it. Empty for tasks that do not show it."""
        return []

    def scaling(self, examples: Sequence[Example]) -> tuple[float, float]:
        """Mean and deviation of the training rows' targets, for tasks that learn numbers."""
        return 0.0, 1.0

    def inside(self, examples: Sequence[Example]) -> bool:
        """Whether the training rows' answers may begin or end within a word; else answers are made of whole ones."""
        return False

    def longest(self, examples: Sequence[Example], tokenizer: Any) -> int:
        """Tokens an answer may have that is a stretch of its text, from those of the training rows; 0 for other tasks."""
        return 0

    def by_heart(
        self, examples: Sequence[Example], features: Sequence[Sequence[Feature]], setup: Setup
    ) -> list[Answer] | None:
        """What a model would answer that knows the features' `labels` by heart; None where it can say any target.

        How far these answers are from right is as far as any model stays that reads such features.
        """
        return None

    def thresholds(
        self,
        outputs: Sequence[np.ndarray],
        examples: Sequence[Example],
        features: Sequence[Sequence[Feature]],
        setup: Setup,
    ) -> tuple[float, ...]:
        """What decides between answers, chosen so that the validation rows are answered best. `outputs`: one array a feature."""
        return ()

    @abstractmethod
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        """Each example as one feature or several (windows). Batched, since tokenizers are fast on many texts."""

    @abstractmethod
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        """The answer for one example. `outputs` holds one float32 array a feature: the head's raw output."""

    def score(
        self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]
    ) -> dict[str, float]:
        """Every metric of `metrics`, over these rows."""
        counts = self.counts(answers, examples, labels)
        if counts is None:
            raise NotImplementedError("a task scores its answers, or counts what is in them")
        return {name: float(value) for name, value in self.measure(counts.sum(0), labels).items()}

    def counts(
        self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]
    ) -> np.ndarray | None:
        """What each row adds to the sums that all metrics are made of, float64 (rows, sums).

        A task whose metrics are functions of sums (shares, F1, BLEU, Pearson, perplexity …) gets its intervals from them,
        thousands of times faster than by scoring resampled rows. None for one with another kind of metric.
        """
        return None

    def measure(self, sums: np.ndarray, labels: tuple[str, ...]) -> dict[str, np.ndarray]:
        """The metrics that are made of these sums of `counts`, (…, sums) → (…); others get intervals by scoring drawn rows."""
        raise NotImplementedError

    def how_scored(self, examples: Sequence[Example]) -> tuple[str, ...]:
        """What the report says of the way in which these rows' metrics were counted, as sentences."""
        return ()

    def by_label(
        self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]
    ) -> list[tuple[str, int, int, int]]:
        """For each label: its name, how often it was right, said, and due. Empty where there is nothing to count."""
        return []
