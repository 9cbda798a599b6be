"""Row numbers: a range where there are no gaps, and as small where there are."""

import pickle

import numpy as np

from studio.data.table import RowNumbers, row_numbers


def test_numbers_without_gaps():
    assert row_numbers(np.array([2, 3, 4])) == range(2, 5)
    assert row_numbers(np.array([], np.int64)) == range(0)


def test_numbers_with_gaps():
    rows = row_numbers(np.array([2, 3, 5], np.int64))
    assert isinstance(rows, RowNumbers)
    assert rows == (2, 3, 5)
    assert rows != (2, 3, 6)
    assert rows != (2, 3)
    assert rows != "235"
    assert list(rows) == [2, 3, 5]
    assert (rows[0], rows[-1], rows[1:]) == (2, 5, (3, 5))
    assert 5 in rows
    assert {type(each) for each in (*rows, rows[1])} == {int}
    assert np.asarray(rows, np.int64).tolist() == [2, 3, 5]
    assert pickle.loads(pickle.dumps(rows)) == rows


def test_many():
    rows = RowNumbers(np.arange(0, 100_000, 2))
    assert list(rows) == list(range(0, 100_000, 2))
    assert repr(rows) == "RowNumbers([0, 2, 4, 6, 8], …)"
