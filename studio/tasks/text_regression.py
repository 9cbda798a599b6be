"""Scoring and similarity: a text, or two, in, a number out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from typing_extensions import override

from studio.columns import Columns
from studio.data.decimals import comma_of, plain_numbers, rounded
from studio.data.detect import reading_for
from studio.data.example import Example
from studio.data.phrases import shortened
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.task import Answer, Conventions, Feature, Guess, Metric, Setup, Task
from studio.tasks.two_texts import SECOND, refuse_blank, seconds, tokens_of

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)

_MOST = 1e60
"""A correlation goes through fourth powers, which float64 holds up to 1e308."""


class TextRegression(Task):
    """A text, or two, in, a number out."""

    name, title, order = "text-regression", "Scoring and similarity", 30
    help = "Foretells a number for a text, as a grade or a price, or for two texts, as how much alike they are."
    inputs, optional, target = ("text", SECOND), (SECOND,), "score"
    role_titles = {"text": "Text", SECOND: "Second text", "score": "Number"}
    families = frozenset({"encoder", "decoder"})
    head = "number"
    metrics = (
        Metric(
            "pearson",
            "Pearson correlation",
            "How closely answers follow the right numbers on a straight line: 1 exactly, 0 not at all.",
            unit="",
        ),
        Metric(
            "spearman",
            "Spearman correlation",
            "How well the answers put the rows into the right order: 1 exactly, 0 not at all.",
            unit="",
        ),
        Metric(
            "mean_absolute_error",
            "Mean absolute error",
            "How far an answer is from the right number on average, in the numbers' own unit.",
            best="min",
            unit="",
        ),
    )
    shared = inputs
    answers_as = "number"
    watch = "pearson"
    baselines = ("mean", "tfidf_number")
    example = "sentence_pairs.csv"

    @override
    def head_for(self, columns: Iterable[str], family: str) -> str:
        return "similarity" if SECOND in columns else self.head

    @override
    def untuned_for(self, columns: Iterable[str]) -> str:
        return "Untuned model (the cosine of both texts' vectors)" if SECOND in columns else self.untuned

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name, ("text-score", "pair-score"))
        return None if found is None else Guess(dict(found.roles), found.reason, found.confidence)

    @override
    def conventions(self, table: Table, columns: Columns) -> Conventions:
        name = columns.get(self.target)
        comma = comma_of(table.column(name)) if isinstance(name, str) and name else ""
        return {"comma": comma} if comma else {}

    @override
    def arrange(self, table: Table, columns: Columns, conventions: Conventions) -> tuple[Table, dict[str, str]]:
        """Numbers with a decimal point, whatever the table has: only a whole column tells 1,234 from 1,5."""
        table, single = super().arrange(table, columns, conventions)
        if self.target not in single:
            return table, single
        name = single[self.target]
        cells = pa.array(plain_numbers(table.column(name), conventions.get("comma", "")), pa.large_string())
        place = table.cells.schema.get_field_index(name)
        return replace(table, cells=table.cells.set_column(place, name, cells)), single

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        refuse_blank(inputs, row)
        if target is None:
            return Example(row, inputs)
        number = target.strip().replace("−", "-")
        if "," in number and "." not in number:
            number = number.replace(",", ".")
        problem = (
            "is no number" if not _NUMBER.fullmatch(number) else "is too large" if abs(float(number)) > _MOST else ""
        )
        if problem:
            what = f"“{shortened(target, 40)}” {problem}" if target.strip() else "The number is empty"
            raise StudioError(
                f"The score cannot be used: {what}", where=f"row {row}", fix="Correct it, or delete the row."
            )
        return Example(row, inputs, number)

    @override
    def scaling(self, examples: Sequence[Example]) -> tuple[float, float]:
        numbers = _numbers(example.target for example in examples)
        deviation = float(numbers.std()) if len(numbers) else 0.0
        return (float(numbers.mean()) if len(numbers) else 0.0), deviation or 1.0

    @override
    def texts_read(self, example: Example) -> tuple[str | tuple[str, str], ...]:
        """Each for itself."""
        return tuple(example.inputs.values())

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        """Both texts are read each for itself, so each may be as long as the limit."""
        if not examples:
            return []
        second = seconds(examples)
        texts = [[example.inputs["text"] for example in examples], *([second] if second is not None else [])]
        read = [tokens_of(setup.tokenizer, each, None, setup.max_length) for each in texts]
        middle, deviation = setup.scaling
        features: list[list[Feature]] = []
        for index, example in enumerate(examples):
            one, *other = [tokens["input_ids"][index] for tokens, _ in read]
            feature: Feature = {"input_ids": one, "attention_mask": [1] * len(one)}
            if other:
                feature["other_ids"] = other[0]
            if any(cut[index] for _, cut in read):
                feature["cut"] = True
            if example.target is not None:
                feature["labels"] = [(float(example.target) - middle) / deviation]
            features.append([feature])
        return features

    @override
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        middle, deviation = setup.scaling
        value = rounded(float(outputs[0][0]) * deviation + middle, deviation)
        return Answer(value, is_cut=any("cut" in each for each in features))

    @override
    def score(
        self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]
    ) -> dict[str, float]:
        """Source: scipy.stats.pearsonr and spearmanr; 0 where either side is always the same, which has no correlation."""
        right, said = _pairs(answers, examples)
        return {
            "pearson": _correlation(right, said),
            "spearman": _correlation(_ranks(right), _ranks(said)),
            "mean_absolute_error": float(np.abs(right - said).mean()),
        }

    @override
    def counts(self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]) -> np.ndarray:
        """What Pearson's correlation and the mean error are made of, of numbers around 0."""
        right, said = _pairs(answers, examples)
        one, other = _centered(right), _centered(said)
        return np.column_stack(
            [np.ones(len(one)), one, other, one * one, other * other, one * other, np.abs(right - said)]
        )

    @override
    def measure(self, sums: np.ndarray, labels: tuple[str, ...]) -> dict[str, np.ndarray]:
        rows, one, other, one_square, other_square, product, error = np.moveaxis(sums, -1, 0)
        spreads = (one_square - one * one / rows) * (other_square - other * other / rows)
        defined = spreads > 1e-20 * (one_square * other_square)
        root = np.sqrt(np.where(defined, spreads, 1.0))
        pearson = np.where(defined & (spreads > 0), (product - one * other / rows) / root, 0.0)
        return {"pearson": np.clip(pearson, -1, 1), "mean_absolute_error": error / rows}


def _numbers(written: Iterable[str | None]) -> np.ndarray:
    return np.array([float(each) for each in written if each is not None], np.float64)


def _pairs(answers: Sequence[Answer], examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """The right numbers and the answered ones, float64 (rows,)."""
    return _numbers(example.target for example in examples), _numbers(answer.value for answer in answers)


def _centered(numbers: np.ndarray) -> np.ndarray:
    """Around 0; exactly 0 where all are the same."""
    return numbers - numbers.mean() if np.ptp(numbers) > 0 else np.zeros_like(numbers)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = _centered(one), _centered(other)
    spread = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float(np.clip((one * other).sum() / spread, -1, 1)) if spread > 0 else 0.0


def _ranks(numbers: np.ndarray) -> np.ndarray:
    """Places in the order, from 1; equal numbers share the mean of theirs. Source: scipy.stats.rankdata."""
    _, place, count = np.unique(numbers, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: np.ndarray = ((2 * last - count + 1) / 2)[place]
    return ranks


TASK = TextRegression()
