"""Doubted labels: on made shares, and what must hold for all."""

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as made

from studio.evaluation.label_errors import agreement, suspects, thresholds


def sure_of(truth: np.ndarray, labels: int, share: float = 0.97) -> np.ndarray:
    said = np.full((len(truth), labels), (1 - share) / (labels - 1))
    said[np.arange(len(truth)), truth] = share
    return said


def test_wrong_labels_are_found_with_the_right_one_suggested() -> None:
    truth = np.arange(300) % 3
    given = truth.copy()
    given[[4, 50, 299]] = (truth[[4, 50, 299]] + 1) % 3
    said = sure_of(truth, 3)
    said[50] = [0.005, 0.005, 0.99]  # the surest comes first
    found = suspects(said, given)
    assert [one.place for one in found] == [50, 4, 299]
    assert [one.suggested for one in found] == truth[[50, 4, 299]].tolist()
    assert found[0].given == given[50]
    assert found[0].sure == pytest.approx((1 + 0.99 - 0.005) / 2)


def test_where_the_model_is_often_wrong_it_is_not_believed() -> None:
    truth = np.arange(400) % 2
    given = np.where(np.random.default_rng(1).random(400) < 0.3, 1 - truth, truth)
    assert suspects(sure_of(truth, 2), given) == []


def test_a_label_that_the_model_cannot_see_is_not_doubted() -> None:
    given = np.array([0] * 97 + [1] * 6)  # always the frequent one: right in 94 of 100 cases, and blind
    assert suspects(np.tile([0.94, 0.06], (103, 1)), given) == []


def test_tiny_labels_are_neither_doubted_nor_suggested() -> None:
    given = np.array([0] * 60 + [1] * 60 + [2, 3, 3])
    said = sure_of(given, 5)
    said[120] = said[0]  # the one row of label 2 looks like label 0
    said[5] = [0, 0, 0, 1, 0]
    assert suspects(said, given) == []


@pytest.mark.parametrize("rows", [0, 1, 7, 1000])
def test_no_doubts_where_all_is_right(rows: int) -> None:
    given = np.arange(rows) % 4
    assert suspects(sure_of(given, 4, 1.0), given) == []


@settings(max_examples=60, deadline=None)
@for_all(st.data())
def test_for_any_shares(data: st.DataObject) -> None:
    rows, labels = data.draw(st.integers(1, 120)), data.draw(st.integers(2, 6))
    raw = data.draw(made.arrays(np.float64, (rows, labels), elements=st.floats(0.01, 1)))
    given = data.draw(made.arrays(np.int64, rows, elements=st.integers(0, labels - 1)))
    said = raw / raw.sum(1, keepdims=True)
    found = suspects(said, given)
    assert len({one.place for one in found}) == len(found)
    assert [one.sure for one in found] == sorted((one.sure for one in found), reverse=True)
    for one in found:
        assert one.given == given[one.place] != one.suggested == said[one.place].argmax()
        assert 0.5 <= one.sure <= 1
    assert ((agreement(said, given) >= 0) & (agreement(said, given) <= 1)).all()


def test_the_papers_thresholds() -> None:
    said = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.9, 0.1], [0.5, 0.5]])
    given = np.array([0, 0, 1, 1, 1])
    assert thresholds(said, given) == pytest.approx([0.8, (0.8 + 0.1 + 0.5) / 3])
