"""What more rows would bring: the points, the band, the sentence."""

import numpy as np
import pytest

from studio.evaluation.growth import doubling, growth, in_words


def answered(right: float, rows: int) -> np.ndarray:
    """1 for the first rows, 0 for the rest."""
    return (np.arange(rows) < right * rows).astype(float)


def test_the_errors_go_on_falling_by_the_same_factor_or_less() -> None:
    gain, low, high = doubling(answered(0.9, 5000), answered(0.8, 5000))
    assert gain == pytest.approx(0.04)  # 20 % wrong, then 10 %: 5 % more at most, 0.8 of it expected
    assert 0 < low < gain < high < 0.1


def test_few_rows_make_a_wide_band() -> None:
    wide, narrow = (doubling(answered(0.9, rows), answered(0.86, rows)) for rows in (100, 10_000))
    assert wide[2] - wide[1] > narrow[2] - narrow[1]
    assert wide[1] == 0


@pytest.mark.parametrize(("whole", "half"), [(1.0, 1.0), (0.0, 0.0), (1.0, 0.5), (0.5, 0.6)])
def test_odd_curves(whole: float, half: float) -> None:
    gain, low, high = doubling(answered(whole, 400), answered(half, 400))
    assert 0 <= low <= gain <= high + 1e-12 <= 1


def test_in_words() -> None:
    assert in_words(0.021, 0.009, 0.033, 5000) == "Twice the rows would add about 2 points (between 1 and 3)."
    assert "about 1 point (between 0 and 2)" in in_words(0.012, 0.001, 0.023, 5000)
    assert "hardly help" in in_words(0.002, 0, 0.006, 5000)
    assert "at most 3" in in_words(0.004, 0, 0.03, 5000)
    assert "cannot be told" in in_words(0.05, 0.0, 0.2, 5000)
    assert "cannot be told" in in_words(0.0, 0.0, 0.001, 60)


def test_points() -> None:
    found = growth({1.0: answered(0.9, 500), 0.5: answered(0.8, 500), 0.25: answered(0.6, 500)}, 400)
    assert [(point.rows, point.accuracy) for point in found.points] == [(100, 0.6), (200, 0.8), (400, 0.9)]
    assert all(point.low < point.accuracy < point.high for point in found.points)
    assert found.low <= found.gain <= found.high
