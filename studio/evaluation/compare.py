"""Is the model better than a simpler one? A paired test on the same rows, and one sentence that does not overstate it."""

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np

from studio import figures
from studio.data.example import Example
from studio.evaluation.baselines import BASELINES
from studio.evaluation.intervals import RESAMPLES, percentiles
from studio.evaluation.scoring import drawn_values, hits
from studio.evaluation.values import Comparison, MetricResult, Verdict
from studio.tasks.task import Answer, Task

SURELY = 0.01
"""p-value below which chance is ruled out: one false claim in a hundred comparisons of equally good models."""
PERHAPS = 0.1
MATTERS = 0.01
"""A gain that cannot be more than this (one point of a hundred) is no reason to prefer the larger model."""


def compare(
    task: Task,
    labels: Sequence[str],
    examples: Sequence[Example],
    ours: Sequence[Answer],
    theirs: Sequence[Answer],
    *,
    against: str,
    seed: int,
) -> Comparison:
    """Ours against a baseline's answers to the same rows, by the first of the task's metrics that both have.

    Where both give the same answers to all rows, however few, ours is not better: nothing of a difference can be seen.

    Source: where that metric is the share of right rows, the exact McNemar test (scipy.stats.binomtest over the
    rows that only one of the two gets right); else a paired bootstrap.
    """
    scores = [task.score(answers, examples, tuple(labels)) for answers in (ours, theirs)]
    metric = next(each for each in task.metrics if all(isfinite(score[each.name]) for score in scores))
    values = [score[metric.name] for score in scores]
    right = hits(examples, ours), hits(examples, theirs)
    if all(abs(share.mean() - value) < 1e-9 for share, value in zip(right, values, strict=True)):
        only_ours, only_theirs = int((right[0] > right[1]).sum()), int((right[1] > right[0]).sum())
        p_value = mcnemar(only_ours, only_theirs)
        low, high = _share_difference(only_ours, only_theirs, int((right[0] & right[1]).sum()), len(examples), seed)
        difference = values[0] - values[1]
    else:
        sign = 1 if metric.best == "max" else -1
        drawn = sign * _drawn_differences(task, metric.name, labels, examples, (ours, theirs), seed)
        low, high = percentiles(drawn)
        p_value = min(1.0, 2 * (min((drawn <= 0).sum(), (drawn >= 0).sum()) + 1) / (len(drawn) + 1))
        difference = sign * (values[0] - values[1])
    low, high = min(low, difference), max(high, difference)
    is_share = metric.unit == "share"
    alike = values[0] == values[1] and _say_the_same(task, ours, theirs)
    found = Comparison(
        against=against,
        metric=metric.name,
        difference=difference,
        low=low,
        high=high,
        p_value=p_value,
        verdict="not better" if alike else _verdict(difference, high, p_value, is_share=is_share),
        sentence="",
    )
    shown = [figures.quantity(value, metric.unit) for value in values]
    sentence = _sentence(found, shown, len(examples), alike=alike, is_share=is_share)
    return found.model_copy(update={"sentence": sentence})


def beaten_by_rows(
    examples: Sequence[Example],
    ours: Sequence[Answer],
    said: Mapping[str, Sequence[Answer]],
    metrics: Mapping[str, Sequence[MetricResult]],
) -> str:
    """A sentence on the baseline that surely gets more rows wholly right than ours, the best of them; empty where none does.

    For a headline by another metric: a model with the better F1 may still answer fewer rows without any mistake. `metrics`
    are those of `said`, by the same names.
    """
    right = hits(examples, ours)
    better: list[tuple[float, str]] = []
    for name, theirs in said.items():
        other = hits(examples, theirs)
        only_ours, only_theirs = int((right > other).sum()), int((other > right).sum())
        if only_theirs > only_ours and mcnemar(only_ours, only_theirs) < SURELY:
            better.append((float(other.mean()), name))
    if not better:
        return ""
    share, name = max(better)
    titles = [each.title for each in metrics[name] if each.unit == "share" and abs(each.value - share) < 1e-9]
    if not titles:
        return ""
    numbers = f"{figures.quantity(share, 'share')} against {figures.quantity(float(right.mean()), 'share')}"
    return f"But by “{titles[0]}”, {_simple(name)} is better: {numbers}."


def _simple(name: str) -> str:
    return BASELINES[name].short if name in BASELINES else "the untuned model"


def mcnemar(only_ours: int, only_theirs: int) -> float:
    """Two-sided exact p-value, from the rows that only one of two models gets right.

    Source: McNemar 1947, in its exact form: a fair coin for each row that only one of them gets right.
    """
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to import; the page never needs it

    both = only_ours + only_theirs
    return float(binomtest(only_ours, both, 0.5).pvalue) if both else 1.0


def _say_the_same(task: Task, ours: Sequence[Answer], theirs: Sequence[Answer]) -> bool:
    """Whether all answers are equal; never for a task without right answers, whose models are only asked how sure they are."""
    return bool(task.target) and all(mine.value == other.value for mine, other in zip(ours, theirs, strict=True))


def _share_difference(only_ours: int, only_theirs: int, both: int, rows: int, seed: int) -> tuple[float, float]:
    """Paired bootstrap of the difference of two shares of right rows, vectorized over the four kinds of rows.

    Half a pseudo-row of each kind keeps few rows from looking certain (Agresti and Min 2005).
    """
    counts = np.array([only_ours, only_theirs, both, rows - only_ours - only_theirs - both]) + 0.5
    drawn = np.random.default_rng(seed).multinomial(rows, counts / counts.sum(), size=RESAMPLES)
    return percentiles((drawn[:, 0] - drawn[:, 1]) / rows)


def _drawn_differences(
    task: Task,
    name: str,
    labels: Sequence[str],
    examples: Sequence[Example],
    both: tuple[Sequence[Answer], Sequence[Answer]],
    seed: int,
) -> np.ndarray:
    pair = [drawn_values(task, labels, examples, answers, seed) or {} for answers in both]
    if all(name in drawn for drawn in pair):
        return pair[0][name] - pair[1][name]
    random = np.random.default_rng(seed)
    known, rows = tuple(labels), len(examples)
    differences = []
    for _ in range(int(np.clip(RESAMPLES * 1000 // rows, 200, RESAMPLES))):
        drawn = random.integers(0, rows, rows)
        asked = [examples[row] for row in drawn]
        mine, other = ([answers[row] for row in drawn] for answers in both)
        differences.append(task.score(mine, asked, known)[name] - task.score(other, asked, known)[name])
    return np.array(differences)


def _verdict(difference: float, high: float, p_value: float, *, is_share: bool) -> Verdict:
    if difference > 0 and p_value < PERHAPS:
        return "better" if p_value < SURELY else "perhaps"
    if (difference < 0 and p_value < PERHAPS) or (is_share and high <= MATTERS):
        return "not better"
    return "unclear"


def _sentence(found: Comparison, shown: list[str], rows: int, *, alike: bool, is_share: bool) -> str:
    simple = _simple(found.against)
    counted = f"{rows:,} row{'' if rows == 1 else 's'}"
    p_value = found.p_value
    chance = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}" if p_value < 0.0995 else f"p = {p_value:.2f}"
    numbers = f"{shown[0]} against {shown[1]}"
    match found.verdict:
        case "better":
            return f"Better than {simple}: {numbers}, surely ({chance}, {counted})."
        case "perhaps":
            return f"Perhaps better than {simple}: {numbers} ({chance}, {counted}); more test rows would tell."
        case "not better":
            fact = f"both give the same answers on all {counted}" if alike else f"{numbers} ({chance}, {counted})"
            return f"Not better than {simple}: {fact}; use that one instead."
        case "unclear":
            unit = " points" if is_share else ""
            span = " to ".join(_signed(end, is_share=is_share) for end in (found.low, found.high))
            return f"Cannot tell with {counted}: {numbers}, but the true difference from {simple} may lie anywhere from {span}{unit}."


def _signed(value: float, *, is_share: bool) -> str:
    """As in `−5.0`, in points of a hundred where it is a share: with a real minus sign, and no minus before zero."""
    if not is_share:
        return figures.change(value)
    text = f"{100 * value:+.1f}"
    return text.replace("-", "−") if float(text) else text.replace("-", "+")
