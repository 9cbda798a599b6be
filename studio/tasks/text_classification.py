"""Text classification: a text in, one of the labels seen in training out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.task import Answer, Feature, Guess, Metric, Setup, Task

_LABEL_NAMES = frozenset(
    ("label", "labels", "category", "class", "sentiment", "topic", "intent", "target", "tag", "stars", "rating", "type")
    + ("group", "genre", "emotion", "kind", "gold")
)
_TEXT_NAMES = frozenset(
    ("text", "review", "message", "question", "sentence", "comment", "body", "content", "tweet", "post", "title")
    + ("utterance", "query", "description", "document")
)
MOST_LABELS = 500
"""More different values than this in a column are not labels but text or ids."""


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
    watch = "macro_f1"
    baselines = ("most_frequent", "tfidf")
    example = "support_tickets.csv"

    @override
    def detect(self, table: Table) -> Guess | None:
        columns = [_Column.of(name, table.column(name)) for name in table.columns]
        labels = sorted((column for column in columns if column.can_be_label), key=lambda column: -column.label_score)
        if not labels:
            return None
        label = labels[0]
        texts = sorted(
            (column for column in columns if column.name != label.name and column.can_be_text),
            key=lambda column: -column.text_score,
        )
        if not texts:
            return None
        text = texts[0]
        unsure = len(labels) > 1 and labels[1].label_score > 0.8 * label.label_score
        unsure |= len(texts) > 1 and texts[1].text_score > 0.8 * text.text_score
        reason = (
            f"“{label.name}” holds {label.distinct} different values and “{text.name}” holds "
            f"{'sentences' if text.words >= 4 else 'texts'}: sort “{text.name}” into {label.distinct} groups."
        )
        return Guess({"text": text.name, "label": label.name}, reason, 0.6 if unsure else 0.95)

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        if not inputs["text"].strip():
            raise StudioError("The text is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        if target is not None and not target.strip():
            raise StudioError("The label is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        return Example(row, inputs, None if target is None else target.strip())

    @override
    def labels(self, examples: Sequence[Example]) -> tuple[str, ...]:
        return tuple(sorted({example.target for example in examples if example.target is not None}))

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
            if example.target is not None:
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


@dataclass(frozen=True)
class _Column:
    """What a column looks like, for guessing its role."""

    name: str
    filled: int
    distinct: int
    words: float
    """Mean words a filled cell."""

    @classmethod
    def of(cls, name: str, values: list[str]) -> "_Column":
        filled = [value.strip() for value in values if value.strip()]
        sample = filled[:: max(1, len(filled) // 2000)]
        words = sum(len(value.split()) for value in sample) / max(1, len(sample))
        return cls(name, len(filled), len(set(filled)), max(words, sum(map(len, sample)) / max(1, len(sample)) / 8))

    @property
    def can_be_label(self) -> bool:
        return 2 <= self.distinct <= min(MOST_LABELS, max(2, self.filled // 2)) and self.words <= 8

    @property
    def can_be_text(self) -> bool:
        return self.distinct >= 2 and self.words >= 1

    @property
    def label_score(self) -> float:
        named = any(word in _LABEL_NAMES for word in _words_of(self.name))
        return (2.0 if named else 1.0) / (1 + self.distinct / max(1, self.filled)) / (1 + 0.2 * self.words)

    @property
    def text_score(self) -> float:
        named = any(word in _TEXT_NAMES for word in _words_of(self.name))
        return self.words * self.distinct / max(1, self.filled) * (1.5 if named else 1.0)


def _words_of(name: str) -> list[str]:
    return "".join(letter.lower() if letter.isalnum() else " " for letter in name).split()


TASK = TextClassification()
