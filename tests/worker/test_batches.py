import numpy as np
import pytest

from studio.worker.batches import by_length, is_check_step, padded_tokens, plan, steps_per_epoch


def lengths(rows: int, seed: int = 0, longest: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).integers(3, longest, rows)


@pytest.mark.parametrize("rows", [1, 2, 31, 32, 33, 500, 3001])
@pytest.mark.parametrize("batch_rows", [1, 7, 32, 1024])
def test_every_row_once_in_the_promised_number_of_steps(rows, batch_rows):
    batches = plan(lengths(rows), batch_rows, seed=1, epoch=0)
    assert len(batches) == steps_per_epoch(rows, batch_rows)
    assert all(len(batch) for batch in batches)
    assert sorted(np.concatenate(batches).tolist()) == list(range(rows))


def test_one_very_long_row_leaves_no_step_empty():
    sizes = np.array([5] * 50 + [5000])
    batches = plan(sizes, 8, seed=1, epoch=0)
    assert len(batches) == steps_per_epoch(51, 8)
    assert all(len(batch) for batch in batches)


def test_the_plan_is_a_pure_function_of_seed_and_epoch():
    sizes = lengths(400)
    same, again = plan(sizes, 16, 3, 2), plan(sizes, 16, 3, 2)
    assert all(np.array_equal(one, other) for one, other in zip(same, again, strict=True))
    for other in (plan(sizes, 16, 3, 1), plan(sizes, 16, 4, 2)):
        assert not all(np.array_equal(one, two) for one, two in zip(same, other, strict=True))


def test_little_is_padding_and_steps_cost_alike():
    sizes = np.minimum(64, np.random.default_rng(0).lognormal(2.7, 0.5, 5000).astype(np.int64) + 3)
    batches = plan(sizes, 32, 1, 0)
    assert sizes.sum() / padded_tokens(batches, sizes) > 0.95
    real = np.array([sizes[batch].sum() for batch in batches])
    assert abs(real - real.mean()).max() <= sizes.max()


def test_rows_meet_other_rows_in_other_epochs():
    sizes = lengths(2000)
    first = {frozenset(batch.tolist()) for batch in plan(sizes, 16, 1, 0)}
    second = {frozenset(batch.tolist()) for batch in plan(sizes, 16, 1, 1)}
    assert len(first & second) <= 1


def test_answering_batches_keep_to_the_budget_and_begin_with_the_longest():
    sizes = lengths(300)
    batches = by_length(sizes, 256)
    assert sorted(np.concatenate(batches).tolist()) == list(range(300))
    assert sizes[batches[0]].max() == sizes.max()
    assert all(len(batch) == 1 or len(batch) * sizes[batch].max() <= 256 for batch in batches)


@pytest.mark.parametrize(("per_epoch", "steps"), [(1, 10), (2, 313), (3, 8), (4, 4), (50, 3)])
def test_checks_come_as_often_as_asked_and_at_the_end_of_every_epoch(per_epoch, steps):
    checks = [step for step in range(3 * steps + 1) if is_check_step(step, per_epoch=per_epoch, steps=steps)]
    assert len(checks) == 3 * min(per_epoch, steps)
    assert {steps, 2 * steps, 3 * steps} <= set(checks)
