"""95 % intervals for the numbers of a report: Wilson's for shares of rows, a bootstrap for the rest.

An ordinary bootstrap knows only what happened: when 40 rows of 40 are right it says "100 % to 100 %". Here the rows it
draws from are joined by pseudo-rows, as many as Wilson's interval adds (z², about 3.8), half of them right, half wrong.
Measured over 90 simulated set-ups with 95 % wanted: at 20 to 100 rows and an accuracy of 0.99 the ordinary bootstrap
covers the true macro-F1 in 15 to 66 % of cases, this one in 70 to 100 %; from 1,000 rows on they are alike.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_Z = 1.959964  # the normal distribution's 97.5 % point

_TOGETHER = 250
"""Resamples computed at once: bounds the memory."""

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Interval = tuple[float, float]


def wilson(right: int, rows: int) -> Interval:
    """Where the true share lies when `right` of `rows` are right. Honest at 0 and at 1 too.

    Source: Wilson 1927; scipy.stats.binomtest(…).proportion_ci(method="wilson") gives the same numbers.
    """
    if rows == 0:
        return 0.0, 1.0
    share, spread = right / rows, _Z**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * np.sqrt(share * (1 - share) / rows + spread / (4 * rows))
    return max(0.0, float(min(share, middle - half))), min(1.0, float(max(share, middle + half)))


def macro_f1_interval(truth: Numbers, said: Numbers, labels: int, seed: int) -> Interval:
    """Bootstrap interval of macro-F1; `truth` and `said` are label numbers below `labels`, one a row.

    Rows with the same truth and answer are alike, so drawing rows is drawing counts of the few different pairs:
    a multinomial draw a resample, and a matrix product for many resamples together. Memory is bounded, whatever the
    number of labels.
    """
    random = np.random.default_rng(seed)
    rows = len(truth)
    pairs, counts = np.unique(truth * labels + said, return_counts=True)
    of_truth, of_said = np.divmod(pairs, labels)
    is_truth, is_said = np.eye(labels)[of_truth], np.eye(labels)[of_said]
    is_hit, is_either = is_truth * (of_truth == of_said)[:, None], is_truth + is_said
    values = []
    for start in range(0, RESAMPLES, _TOGETHER):
        some = min(_TOGETHER, RESAMPLES - start)
        # How many of a resample's rows are real ones, right pseudo-rows, wrong pseudo-rows.
        kinds = random.multinomial(rows, np.array([rows, _Z**2 / 2, _Z**2 / 2]) / (rows + _Z**2), size=some)
        drawn = random.multinomial(kinds[:, 0], counts / rows)
        hits, both = drawn @ is_hit, drawn @ is_either
        _add_pseudo_rows(
            hits, both, kinds, np.bincount(truth, minlength=labels), np.bincount(said, minlength=labels), random
        )
        occurs = both > 0
        values.append(np.divide(2 * hits, both, out=np.zeros_like(both), where=occurs).sum(1) / occurs.sum(1))
    return percentiles(np.concatenate(values))


def _add_pseudo_rows(
    hits: Floats, both: Floats, kinds: Numbers, support: Numbers, said: Numbers, random: np.random.Generator
) -> None:
    """Add each resample's pseudo-rows to its sums, (resamples, labels): right ones by how often a label is right,
    wrong ones by how often each label is right and how often it is said."""
    labels = len(support)
    right = np.repeat(np.arange(len(kinds)), kinds[:, 1])
    label = random.choice(labels, len(right), p=support / support.sum())
    np.add.at(hits, (right, label), 1)
    np.add.at(both, (right, label), 2)
    if labels < 2:
        return
    wrong = np.repeat(np.arange(len(kinds)), kinds[:, 2])
    while len(wrong):  # pairs that happen to be right are drawn again
        is_right = random.choice(labels, len(wrong), p=support / support.sum())
        is_said = random.choice(labels, len(wrong), p=(said + 1 / labels) / (said.sum() + 1))
        differ = is_right != is_said
        np.add.at(both, (wrong[differ], is_right[differ]), 1)
        np.add.at(both, (wrong[differ], is_said[differ]), 1)
        wrong = wrong[~differ]


def bootstrap(score: Callable[[Numbers], float], rows: int, seed: int) -> Interval:
    """Interval of any number that `score` computes from a list of row numbers, drawn with replacement.

    For metrics without a faster way; from 1,000 rows on with fewer resamples, never below 200.
    """
    random = np.random.default_rng(seed)
    resamples = int(np.clip(RESAMPLES * 1000 // max(rows, 1), 200, RESAMPLES))
    return percentiles(np.array([score(random.integers(0, rows, rows)) for _ in range(resamples)]))


def resampled(counts: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Sums over rows drawn with replacement, (resamples, sums), of what each row adds, (rows, sums).

    The same seed and number of rows draw the same rows, so that two models are compared on equal terms.
    """
    random, rows = np.random.default_rng(seed), len(counts)
    together = max(1, min(_TOGETHER, 20_000_000 // max(rows, 1)))
    sums = [
        random.multinomial(rows, np.full(rows, 1 / rows), size=min(together, RESAMPLES - start)) @ counts
        for start in range(0, RESAMPLES, together)
    ]
    return np.concatenate(sums)


def doubted(
    counts: NDArray[np.float64], right: NDArray[np.float64], wrong: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """As `resampled`, but the rows drawn from are joined by pseudo-rows (see above), half of them like one of `right`, what
    rows add that are answered right, half like one of `wrong`."""
    random, rows = np.random.default_rng(seed), len(counts)
    together = max(1, min(_TOGETHER, 20_000_000 // max(rows, 1)))
    every = []
    for start in range(0, RESAMPLES, together):
        some = min(together, RESAMPLES - start)
        kinds = random.multinomial(rows, np.array([rows, _Z**2 / 2, _Z**2 / 2]) / (rows + _Z**2), size=some)
        sums = random.multinomial(kinds[:, 0], np.full(rows, 1 / rows)) @ counts
        for kind, pool in ((1, right), (2, wrong)):
            which = np.repeat(np.arange(some), kinds[:, kind])
            np.add.at(sums, which, pool[random.integers(0, len(pool), len(which))])
        every.append(sums)
    return np.concatenate(every)


def percentiles(values: NDArray[np.float64]) -> Interval:
    """The middle 95 %."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
