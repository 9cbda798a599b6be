"""Answers against targets: every metric of a task with its interval, and the labels as numbers."""

from collections.abc import Sequence
from math import isfinite

import numpy as np

from studio.data.example import Example
from studio.errors import StudioError
from studio.evaluation.intervals import (
    Floats,
    Interval,
    Numbers,
    bootstrap,
    doubted,
    macro_f1_interval,
    percentiles,
    resampled,
    wilson,
)
from studio.evaluation.values import MetricResult
from studio.tasks.task import Answer, Task

_SAME = 1e-9


def drawn_values(
    task: Task, labels: Sequence[str], examples: Sequence[Example], answers: Sequence[Answer], seed: int
) -> dict[str, Floats] | None:
    """The metrics over resampled rows, (resamples,) each, where they are made of sums; None for a task without such."""
    counts = task.counts(answers, examples, tuple(labels))
    return None if counts is None else task.measure(resampled(counts, seed), tuple(labels))


def score_answers(
    task: Task, labels: Sequence[str], examples: Sequence[Example], answers: Sequence[Answer], seed: int
) -> list[MetricResult]:
    """Every metric of the task over these rows, each with its 95 % interval. Raises: StudioError for no rows."""
    if not examples:
        raise StudioError("There are no rows to score", fix="Use a file with texts and their right labels.")
    values = task.score(answers, examples, tuple(labels))
    shares = [metric.name for metric in task.metrics if metric.unit == "share"]
    drawn = {
        name: percentiles(some) for name, some in (drawn_values(task, labels, examples, answers, seed) or {}).items()
    }
    drawn |= _doubted(task, labels, examples, answers, seed, [name for name in shares if name in drawn])
    results = []
    for metric in task.metrics:
        value = values[metric.name]
        if not isfinite(value):  # these answers do not have it, as a baseline has no perplexity
            continue
        low, high = (
            _interval(task, metric.name, value, labels, examples, answers, seed)
            if metric.name not in drawn
            else drawn[metric.name]
        )
        results.append(
            MetricResult(
                name=metric.name,
                title=metric.title,
                value=value,
                low=min(low, value),
                high=max(high, value),
                unit=metric.unit,
            )
        )
    return results


def _doubted(
    task: Task,
    labels: Sequence[str],
    examples: Sequence[Example],
    answers: Sequence[Answer],
    seed: int,
    names: list[str],
) -> dict[str, Interval]:
    """Intervals of metrics from 0 to 1 that are made of sums: also where every row is right, the next ones need not be.

    Wilson's where each row is either right or wrong and the metric is the share of right ones; else a bootstrap with
    pseudo-rows (see `intervals`): rows answered by their targets, and by those of other rows.
    """
    if not names:
        return {}
    known, count = tuple(labels), len(examples)
    targets = [Answer(example.target or "") for example in examples]
    order = np.random.default_rng(seed).permutation(count)
    others = np.empty(count, np.int64)
    others[order] = np.roll(order, 1)
    said = [task.counts(each, examples, known) for each in (answers, targets, [targets[row] for row in others])]
    own, right, wrong = (np.asarray(each, np.float64) for each in said)
    differ = (wrong != right).any(1)
    drawn = task.measure(doubted(own, right, wrong[differ] if differ.any() else wrong, seed), known)
    whole, by_row = task.measure(own.sum(0), known), task.measure(own, known)
    found = {}
    for name in names:
        rows = by_row[name]
        is_share = bool(np.isin(rows, (0.0, 1.0)).all()) and abs(float(rows.mean()) - float(whole[name])) < _SAME
        found[name] = wilson(int(rows.sum()), count) if is_share else percentiles(drawn[name])
    return found


def _interval(
    task: Task,
    name: str,
    value: float,
    labels: Sequence[str],
    examples: Sequence[Example],
    answers: Sequence[Answer],
    seed: int,
) -> Interval:
    """The exact or fast way where the metric is what its name says here, else resampling the task's own score."""
    if name == "accuracy":
        right = hits(examples, answers)
        if abs(right.mean() - value) < _SAME:
            return wilson(int(right.sum()), len(right))
    if name == "macro_f1":
        known = label_order(labels, examples, answers)
        truth, said = label_numbers(known, examples, answers)
        if abs(_macro_f1(truth, said, len(known)) - value) < _SAME:
            return macro_f1_interval(truth, said, len(known), seed)

    def score(rows: Numbers) -> float:
        drawn = task.score([answers[row] for row in rows], [examples[row] for row in rows], tuple(labels))
        return drawn[name]

    return bootstrap(score, len(examples), seed)


def hits(examples: Sequence[Example], answers: Sequence[Answer]) -> Numbers:
    """1 where the answer is the target, else 0; one a row."""
    pairs = zip(examples, answers, strict=True)
    return np.array([int(answer.value == example.target) for example, answer in pairs], np.int64)


def label_order(labels: Sequence[str], examples: Sequence[Example], answers: Sequence[Answer]) -> list[str]:
    """The model's labels, then what else is right or said here (a separate test file may hold new labels)."""
    met = {example.target or "" for example in examples} | {answer.value for answer in answers}
    return [*labels, *sorted(met.difference(labels))]


def label_numbers(
    order: Sequence[str], examples: Sequence[Example], answers: Sequence[Answer]
) -> tuple[Numbers, Numbers]:
    """Right and given label of each row, as places in `order`."""
    place = {label: index for index, label in enumerate(order)}
    truth = np.array([place[example.target or ""] for example in examples], np.int64)
    return truth, np.array([place[answer.value] for answer in answers], np.int64)


def _macro_f1(truth: Numbers, said: Numbers, labels: int) -> float:
    right = np.bincount(truth[truth == said], minlength=labels)
    both = np.bincount(truth, minlength=labels) + np.bincount(said, minlength=labels)
    return float((2 * right[both > 0] / both[both > 0]).mean())
