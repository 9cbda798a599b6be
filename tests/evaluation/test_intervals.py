import numpy as np
import pytest
from scipy.stats import binomtest

from studio.evaluation.intervals import bootstrap, macro_f1_interval, percentiles, wilson


@pytest.mark.parametrize(("right", "rows"), [(40, 40), (0, 10), (50, 100), (2876, 3080), (1, 1)])
def test_wilson_has_the_numbers_of_scipy(right, rows):
    expected = binomtest(right, rows).proportion_ci(0.95, method="wilson")
    assert wilson(right, rows) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_no_rows_say_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


def test_all_right_on_few_rows_is_no_certainty():
    truth = np.arange(40) % 2
    low, high = macro_f1_interval(truth, truth, 2, seed=1)
    assert 0.80 < low < 0.93
    assert high == 1.0


def test_many_labels_and_rows():
    random = np.random.default_rng(1)
    truth = random.integers(0, 77, 3000)
    said = np.where(random.random(3000) < 0.9, truth, random.integers(0, 77, 3000))
    low, high = macro_f1_interval(truth, said, 77, seed=1)
    assert 0.86 < low < 0.90 < high < 0.93


def test_the_same_seed_gives_the_same_interval():
    truth, said = np.array([0, 1, 1, 0, 2, 2, 1]), np.array([0, 1, 0, 0, 2, 1, 1])
    assert macro_f1_interval(truth, said, 3, seed=7) == macro_f1_interval(truth, said, 3, seed=7)


def test_the_fast_way_agrees_with_plain_resampling_on_many_rows():
    random = np.random.default_rng(3)
    truth = random.integers(0, 4, 1500)
    said = np.where(random.random(1500) < 0.85, truth, random.integers(0, 4, 1500))

    def macro_f1(rows):
        scores = []
        for label in range(4):
            hits = ((truth[rows] == label) & (said[rows] == label)).sum()
            scores.append(2 * hits / ((truth[rows] == label).sum() + (said[rows] == label).sum()))
        return float(np.mean(scores))

    assert macro_f1_interval(truth, said, 4, seed=1) == pytest.approx(bootstrap(macro_f1, 1500, seed=2), abs=0.004)


@pytest.mark.parametrize(("rows", "accuracy"), [(40, 0.95), (40, 0.99), (300, 0.9)])
def test_the_interval_covers_the_truth_about_as_often_as_it_says(rows, accuracy):
    """Simulated: three labels, a known true macro-F1; 95 % wanted. A plain bootstrap is at 30 % for 40 rows and 0.99."""
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(120):
        truth = random.integers(0, 3, rows)
        wrong = random.random(rows) >= accuracy
        said = np.where(wrong, (truth + random.integers(1, 3, rows)) % 3, truth)
        low, high = macro_f1_interval(truth, said, 3, seed=1)
        covered += low <= accuracy <= high  # equal labels, errors spread evenly: macro-F1 is the accuracy
    assert covered / 120 > 0.88


def test_percentiles_are_the_middle_95_percent():
    assert percentiles(np.arange(1001.0)) == pytest.approx((25, 975))


def test_hundreds_of_labels_take_little_memory():
    import tracemalloc

    random = np.random.default_rng(1)
    truth = random.integers(0, 500, 2000)
    said = np.where(random.random(2000) < 0.9, truth, random.integers(0, 500, 2000))
    tracemalloc.start()
    low, high = macro_f1_interval(truth, said, 500, seed=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.8 < low < high < 0.95
    assert peak < 200e6
