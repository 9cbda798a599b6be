import math

import pytest

from studio.evaluation.curves import (
    checks_without_progress,
    diverging,
    memorizing,
    next_check,
    slowing,
    training_loss,
)

from .stories import told


def test_training_loss_between_two_checks():
    story = told([1.0, 2.0, 3.0, 4.0], [])
    assert training_loss(story.steps, 1, 3) == pytest.approx(2.5)
    assert training_loss(story.steps, 9, 12) is None


def _falling(count):
    return [2.0 * 0.97**step for step in range(count)]


def test_memorizing_needs_two_checks_of_rising_validation_loss():
    assert memorizing(told(_falling(40), [(10, 1.0), (20, 0.8), (30, 0.9)])) is None
    found = memorizing(told(_falling(40), [(10, 1.0), (20, 0.8), (30, 0.9), (40, 1.0)]))
    assert found is not None
    assert found.since == 20
    assert found.validation == (0.8, 1.0)
    assert found.training[0] > found.training[1]


@pytest.mark.parametrize(
    ("losses", "checks"),
    [
        (_falling(40), [(10, 1.0), (20, 0.8), (30, 0.802), (40, 0.805)]),  # within noise
        (_falling(40), [(10, 1.0), (20, 0.8), (30, 1.0), (40, 0.82)]),  # coming back down
        ([1.0] * 40, [(10, 1.0), (20, 0.8), (30, 0.9), (40, 1.0)]),  # training loss does not fall either
        (_falling(40), [(10, 1.0), (20, 0.9), (30, 0.8), (40, 0.7)]),
        ([], []),
    ],
)
def test_what_is_not_memorizing(losses, checks):
    assert memorizing(told(losses, checks)) is None


def test_memorizing_from_the_start_when_the_probe_was_best():
    found = memorizing(told(_falling(40), [(0, 0.5), (10, 0.6), (20, 0.7), (30, 0.8)]))
    assert found is not None
    assert found.since == 0


def test_diverging_is_no_number_or_far_above_the_start():
    assert diverging(told([1.0, math.nan], [])) is not None
    assert diverging(told([1.0, math.inf], [])) is not None
    found = diverging(told([1.0] * 10 + [4.0] * 5, []))
    assert found is not None
    assert (found.start, found.now) == (1.0, 4.0)


@pytest.mark.parametrize("losses", [[], [1.0], [1.0] * 30, [1.0] * 20 + [9.0], [0.02] * 10 + [0.09] * 5, _falling(50)])
def test_what_is_not_diverging(losses):
    assert diverging(told(losses, [])) is None


def test_checks_without_progress():
    assert checks_without_progress(told([], [])) == 0
    assert checks_without_progress(told(_falling(40), [(10, 1.0), (20, 0.8)])) == 0
    assert checks_without_progress(told(_falling(40), [(10, 1.0), (20, 1.1), (30, 1.2)])) == 2


def test_slowing_when_the_gains_become_small():
    assert slowing(told(_falling(50), [(10, 2.0), (20, 1.0), (30, 0.99), (40, 0.98)]))
    assert not slowing(told(_falling(50), [(10, 2.0), (20, 1.5), (30, 1.0), (40, 0.6)]))
    assert not slowing(told(_falling(50), [(10, 2.0), (20, 1.5)]))


def test_next_check():
    started = told([1.0], []).started
    assert next_check(started, 0) == 10
    assert next_check(started, 10) == 20
    assert next_check(started, 99) == 100
