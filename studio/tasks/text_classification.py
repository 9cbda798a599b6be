"""Text classification: a text, or two, in, one of the labels seen in training out."""

from collections.abc import Sequence

import numpy as np
from typing_extensions import override

from studio.data.detect import reading_for
from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.task import Answer, Feature, Guess, Metric, Setup, Task
from studio.tasks.two_texts import SECOND, encoded, read_together, refuse_blank


class TextClassification(Task):
    """A text, or two, in, one of the labels seen in training out."""

    name, title, order = "text-classification", "Text classification", 10
    hub_task = "text-classification"
    help = "Sorts texts into groups that you name: sentiment, topic, intent, spam or not."
    inputs, optional, target = ("text", SECOND), (SECOND,), "label"
    role_titles = {"text": "Text", SECOND: "Second text", "label": "Label"}
    families = frozenset({"encoder", "decoder"})
    head = "sequence"
    metrics = (
        Metric("accuracy", "Accuracy", "Share of rows whose label the model gets right."),
        Metric(
            "macro_f1",
            "Macro-F1",
            "How well each label is found, averaged so that rare labels count as much as common ones.",
        ),
    )
    shared = inputs
    has_labels = True
    watch = "macro_f1"
    baselines = ("most_frequent", "tfidf")
    example = "support_tickets.csv"

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name, ("text-label", "pair-label"))
        return None if found is None else Guess(dict(found.roles), found.reason, found.confidence)

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        refuse_blank(inputs, row)
        if target is not None and not target.strip():
            raise StudioError("The label is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        return Example(row, inputs, None if target is None else target.strip())

    @override
    def texts_read(self, example: Example) -> tuple[str | tuple[str, str], ...]:
        return (read_together(example),)

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        number = {label: index for index, label in enumerate(setup.labels)}
        features = encoded(examples, setup)
        for feature, example in zip(features, examples, strict=True):
            if example.target in number:  # a separate test file may hold labels that training never saw
                feature["labels"] = number[example.target]
        return [[feature] for feature in features]

    @override
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        logits = outputs[0].astype(np.float64)
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        confidence = dict(zip(setup.labels, shares.tolist(), strict=True))
        return Answer(setup.labels[int(shares.argmax())], confidence, is_cut=any("cut" in each for each in features))

    @override
    def score(
        self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]
    ) -> dict[str, float]:
        return scores([example.target or "" for example in examples], [answer.value for answer in answers])


def scores(right: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """Accuracy and macro-F1 over the labels that occur in either.

    Source: sklearn.metrics.accuracy_score and f1_score(average="macro"), whose numbers these are; a label that
    is neither right nor said once counts nowhere.
    """
    values, numbers = np.unique(np.array([*right, *said], dtype=object).astype(str), return_inverse=True)
    truth, answer = numbers[: len(right)], numbers[len(right) :]
    hits = np.bincount(truth[truth == answer], minlength=len(values))
    both = np.bincount(truth, minlength=len(values)) + np.bincount(answer, minlength=len(values))
    return {"accuracy": float((truth == answer).mean()), "macro_f1": float((2 * hits / both).mean())}


TASK = TextClassification()
