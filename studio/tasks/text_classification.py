"""Text classification: a text in, one of the labels seen in training out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from studio.data.check import MOST_LABELS
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
    + ("utterance", "query", "description", "document", "instruction", "ticket", "request", "abstract", "email", "mail")
)
_ANSWER_NAMES = frozenset(("reply", "response", "answer", "summary", "completion", "output", "translation"))
"""What came of a text rather than the text that is to be sorted."""
_COUNTING_NAMES = frozenset(
    ("id", "index", "nr", "no", "number", "row", "date", "time", "year", "turn", "url", "start")
)
_DECIMAL = re.compile(r"[-+]?\d+[.,]\d+")


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
        if label.distinct == 1:
            reason = f"“{label.name}” is named like a label, but holds one value only; “{text.name}” holds the texts."
            return Guess({"text": text.name, "label": label.name}, reason, 0.2)
        unsure = len(labels) > 1 and labels[1].label_score > 0.8 * label.label_score
        unsure |= len(texts) > 1 and texts[1].text_score > 0.8 * text.text_score
        reason = (
            f"“{label.name}” holds {label.distinct} different values and “{text.name}” holds "
            f"{'sentences' if text.words >= 4 else 'texts'}: sort “{text.name}” into {label.distinct} groups."
        )
        return Guess(
            {"text": text.name, "label": label.name}, reason, 0.95 - 0.25 * unsure - 0.25 * (not label.is_named_label)
        )

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


@dataclass(frozen=True)
class _Column:
    """What a column looks like, for guessing its role."""

    name: str
    filled: int
    distinct: int
    words: float
    """Mean words a filled cell; eight characters count as one, for languages without spaces."""
    decimals: float
    """Share of filled cells that are numbers with a fraction."""

    @classmethod
    def of(cls, name: str, values: list[str]) -> "_Column":
        filled = [value.strip() for value in values if value.strip()]
        sample = filled[:: max(1, len(filled) // 2000)]
        cells = max(1, len(sample))
        words = max(sum(len(value.split()) for value in sample) / cells, sum(map(len, sample)) / cells / 8)
        decimals = sum(bool(_DECIMAL.fullmatch(value)) for value in sample) / cells
        return cls(name, len(filled), len(set(filled)), words, decimals)

    @property
    def is_named_label(self) -> bool:
        return not _LABEL_NAMES.isdisjoint(_words_of(self.name))

    @property
    def can_be_label(self) -> bool:
        """Few values for many rows; a column named like one may have a single value or nearly as many as rows."""
        if self.words > 8 or self.distinct > MOST_LABELS or (self.decimals > 0.9 and self.distinct > 10):
            return False
        if self.is_named_label:
            return 1 <= self.distinct <= max(2, 0.8 * self.filled)
        return 2 <= self.distinct <= self.filled // 2

    @property
    def can_be_text(self) -> bool:
        return self.distinct >= 2 and self.words >= 1

    @property
    def label_score(self) -> float:
        factor = (2.0 if self.is_named_label else 1.0) * (0.1 if self._counts else 1.0)
        return factor / (1 + self.distinct / max(1, self.filled)) / (1 + 0.2 * self.words)

    @property
    def text_score(self) -> float:
        """Longer is likelier up to a dozen words: beyond, length says little and the name more."""
        words = set(_words_of(self.name))
        factor = 2.0 if words & _TEXT_NAMES else 0.5 if words & _ANSWER_NAMES else 1.0
        return min(self.words, 12.0) * self.distinct / max(1, self.filled) * factor * (0.1 if self._counts else 1.0)

    @property
    def _counts(self) -> bool:
        return not _COUNTING_NAMES.isdisjoint(_words_of(self.name))


def _words_of(name: str) -> list[str]:
    return "".join(letter.lower() if letter.isalnum() else " " for letter in name).split()


TASK = TextClassification()
