"""Multi-label classification: a text in, any number of the labels seen in training out, also none."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from typing_extensions import override

from studio.columns import Columns, columns_of
from studio.data.detect import reading_for
from studio.data.example import Example
from studio.data.phrases import shortened
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.label_cells import is_marked, listed_cells, marked_cells, separator_in
from studio.tasks.label_thresholds import OWN_THRESHOLDS, best_thresholds
from studio.tasks.recipe import Recipe
from studio.tasks.task import Answer, Conventions, Feature, Guess, Metric, Setup, Task
from studio.tasks.two_texts import encoded, read_together, refuse_blank


class MultiLabelClassification(Task):
    """A text in, any number of the labels seen in training out, also none."""

    name, title, order = "multi-label-classification", "Several labels a text", 20
    hub_task = "text-classification"
    help = (
        "Finds every label that fits a text, one, several or none: topics of an article, feelings, reasons of a call."
    )
    inputs, target = ("text",), "labels"
    several = ("labels",)
    role_titles = {"text": "Text", "labels": "Labels"}
    families = frozenset({"encoder", "decoder"})
    head = "multi-label"
    recipe = Recipe(
        label_smoothing=0.0,
        why="most labels are absent from most texts, and even a little of each would be too much",
    )
    metrics = (
        Metric(
            "macro_f1",
            "Macro-F1",
            "How well each label is found, averaged so that rare labels count as much as common ones.",
        ),
        Metric("micro_f1", "Micro-F1", "How well labels are found, each found, missed or wrong one counting the same."),
        Metric("subset_accuracy", "All labels right", "Share of rows whose labels are all found, with none too many."),
    )
    several_labels = blank_target = has_thresholds = True
    answers_as = "labels"
    watch = "macro_f1"
    baselines = ("most_frequent", "tfidf_labels")
    example = "hotel_reviews.csv"

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name, ("text-labels", "text-label-columns"))
        return None if found is None else Guess(dict(found.roles), found.reason, found.confidence)

    @override
    def conventions(self, table: Table, columns: Columns) -> Conventions:
        said = columns_of(columns.get(self.target, ()))
        if len(said) != 1:
            return {}
        if is_marked(table, said[0]):
            return {"marks": said[0]}
        separator = separator_in(table, said[0])
        return {} if separator is None else {"separator": separator}

    @override
    def arrange(self, table: Table, columns: Columns, conventions: Conventions) -> tuple[Table, dict[str, str]]:
        """One column of JSON lists of labels, in the place of the cells, or beside the columns of marks."""
        texts = {role: column for role, column in columns.items() if isinstance(column, str) and role != self.target}
        said = columns_of(columns.get(self.target, ()))
        if not said:
            return table, texts
        if len(said) == 1:
            name = said[0]
            cells = _cells(table, name, conventions or self.conventions(table, columns))
            place = table.cells.schema.get_field_index(name)
            arranged = table.cells.set_column(place, name, pa.array(cells, pa.large_string()))
        else:
            name = _unused(self.target, table.columns)
            arranged = table.cells.append_column(name, pa.array(marked_cells(table, said), pa.large_string()))
        return replace(table, cells=arranged), {**texts, self.target: name}

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        refuse_blank(inputs, row)
        return Example(row, inputs, None if target is None else _written(target, row))

    @override
    def labels_in(self, example: Example) -> tuple[str, ...]:
        return _named(example.target) if example.target is not None else ()

    @override
    def texts_read(self, example: Example) -> tuple[str | tuple[str, str], ...]:
        return (read_together(example),)

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        number = {label: index for index, label in enumerate(setup.labels)}
        features = encoded(examples, setup)
        for feature, example in zip(features, examples, strict=True):
            if example.target is not None:
                marks = [0.0] * len(setup.labels)
                for label in _named(example.target):
                    if label in number:  # a separate test file may hold labels that training never saw
                        marks[number[label]] = 1.0
                feature["labels"] = marks
        return [[feature] for feature in features]

    @override
    def thresholds(
        self,
        outputs: Sequence[np.ndarray],
        examples: Sequence[Example],
        features: Sequence[Sequence[Feature]],
        setup: Setup,
    ) -> tuple[float, ...]:
        right = np.zeros((len(examples), len(setup.labels)), bool)
        number = {label: index for index, label in enumerate(setup.labels)}
        for row, example in enumerate(examples):
            right[row, [number[label] for label in self.labels_in(example) if label in number]] = True
        return best_thresholds(_shares(np.stack(outputs)), right) if len(examples) else ()

    @override
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        shares = _shares(outputs[0])
        said = shares >= np.array(setup.thresholds or 0.5)
        value = _list(label for label, is_said in zip(setup.labels, said.tolist(), strict=True) if is_said)
        confidence = dict(zip(setup.labels, shares.tolist(), strict=True))
        return Answer(value, confidence, is_cut=any("cut" in each for each in features))

    @override
    def counts(self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]) -> np.ndarray:
        """Of each label whether it was right, and how often it was said or due; then whether all were right, and 1."""
        right, said = _marks(answers, examples, _all_labels(labels, examples))
        whole = (right == said).all(1)
        return np.column_stack([right & said, right.astype(np.float64) + said, whole, np.ones(len(whole))])

    @override
    def measure(self, sums: np.ndarray, labels: tuple[str, ...]) -> dict[str, np.ndarray]:
        """Source: sklearn.metrics.f1_score of 0/1 columns; a label that is neither right nor said counts nowhere."""
        count = (sums.shape[-1] - 2) // 2
        hits, both = sums[..., :count], sums[..., count : 2 * count]
        occurs = both > 0
        f1 = np.divide(2 * hits, both, out=np.zeros_like(both), where=occurs)
        return {
            "macro_f1": f1.sum(-1) / np.maximum(occurs.sum(-1), 1),
            "micro_f1": 2 * hits.sum(-1) / np.maximum(both.sum(-1), 1),
            "subset_accuracy": sums[..., -2] / sums[..., -1],
        }

    @override
    def by_label(
        self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]
    ) -> list[tuple[str, int, int, int]]:
        known = _all_labels(labels, examples)
        right, said = _marks(answers, examples, known)
        found = ((right & said).sum(0), said.sum(0), right.sum(0))
        return list(zip(known, *(each.tolist() for each in found), strict=True))

    @override
    def how_scored(self, examples: Sequence[Example]) -> tuple[str, ...]:
        return (OWN_THRESHOLDS,)

    @override
    def show(self, value: str) -> str:
        return ", ".join(_named(value)) or "no label"


def _cells(table: Table, column: str, conventions: Conventions) -> list[str]:
    """Labels of the cells of a single column, as JSON lists."""
    if label := conventions.get("marks"):
        return marked_cells(table, [column], [label])
    return listed_cells(table, column, conventions.get("separator"))


def _all_labels(labels: Sequence[str], examples: Sequence[Example]) -> tuple[str, ...]:
    """The model's, then those that only these rows have (a separate test file may)."""
    met = {label for example in examples for label in _named(example.target or "[]")}
    return (*labels, *sorted(met.difference(labels)))


def _marks(
    answers: Sequence[Answer], examples: Sequence[Example], labels: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Whether a label is due and whether it was said, both bool (rows, labels)."""
    number = {label: index for index, label in enumerate(labels)}
    marks = np.zeros((2, len(examples), len(labels)), bool)
    for row, (answer, example) in enumerate(zip(answers, examples, strict=True)):
        for place, value in enumerate((example.target or "[]", answer.value)):
            marks[place, row, [number[label] for label in _named(value)]] = True
    return marks[0], marks[1]


def _shares(logits: np.ndarray) -> np.ndarray:
    """Each label's own probability, float64: the logistic function without overflow."""
    shares: np.ndarray = (1 + np.tanh(logits.astype(np.float64) / 2)) / 2
    return shares


@lru_cache(maxsize=10_000)
def _named(value: str) -> tuple[str, ...]:
    """The labels of a target or answer in the task's own form."""
    return tuple(json.loads(value))


def _list(labels: Iterable[str]) -> str:
    """The task's own form: each label once, in the order of the alphabet."""
    return json.dumps(sorted(set(labels)), ensure_ascii=False)


def _written(target: str, row: int) -> str:
    """Raises: StudioError for what is no list of labels."""
    if not target.strip():
        return "[]"
    try:
        labels: Any = json.loads(target)
    except (ValueError, RecursionError):
        labels = None
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise StudioError(
            f"The labels cannot be read: {shortened(target, 60)}",
            where=f"row {row}",
            fix="Write the labels of a text in one cell with the same sign between them, or 1 and 0 in a column for each.",
        )
    return _list(label.strip() for label in labels if label.strip())


def _unused(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_"
    return name


TASK = MultiLabelClassification()
