"""Text classification: a text in, one of the labels seen in training out."""

from collections.abc import Sequence

import numpy as np
from typing_extensions import override

from studio.data.detect import reading_for
from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.task import Answer, Feature, Guess, Metric, Setup, Task


class TextClassification(Task):
    """A text in, one of the labels seen in training out."""

    name, title, order = "text-classification", "Text classification", 10
    help = "Sorts texts into groups that you name: sentiment, topic, intent, spam or not."
    inputs, target = ("text",), "label"
    role_titles = {"text": "Text", "label": "Label"}
    families = frozenset({"encoder"})
    head = "sequence"
    metrics = (
        Metric("accuracy", "Accuracy", "Share of rows whose label the model gets right."),
        Metric(
            "macro_f1",
            "Macro-F1",
            "How well each label is found, averaged so that rare labels count as much as common ones.",
        ),
    )
    has_labels = True
    watch = "macro_f1"
    baselines = ("most_frequent", "tfidf")
    example = "support_tickets.csv"

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name, ("text-label",))
        if found is None:
            return None
        return Guess(
            {"text": str(found.roles["text"]), "label": str(found.roles["label"])}, found.reason, found.confidence
        )

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        if not inputs["text"].strip():
            raise StudioError("The text is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        if target is not None and not target.strip():
            raise StudioError("The label is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        return Example(row, inputs, None if target is None else target.strip())

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        if not examples:
            return []
        texts = [example.inputs["text"] for example in examples]
        encoded = setup.tokenizer(texts, truncation=True, max_length=setup.max_length, padding=False)
        number = {label: index for index, label in enumerate(setup.labels)}
        features: list[list[Feature]] = []
        for index, example in enumerate(examples):
            feature: Feature = {
                "input_ids": encoded["input_ids"][index],
                "attention_mask": encoded["attention_mask"][index],
            }
            if example.target in number:  # a separate test file may hold labels that training never saw
                feature["labels"] = number[example.target]
            features.append([feature])
        return features

    @override
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        logits = outputs[0].astype(np.float64)
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        return Answer(setup.labels[int(shares.argmax())], dict(zip(setup.labels, shares.tolist(), strict=True)))

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
