from studio.worker.stopping import Stopping


def told(stopping: Stopping, *checks: tuple[float, float], first: int = 1) -> list[int]:
    left = []
    for step, (value, loss) in enumerate(checks, first):
        stopping.tell(step, value, loss)
        left.append(stopping.chances_left)
    return left


def test_chances_run_out_without_progress_and_come_back_with_it():
    stopping = Stopping("max", 2, 0.0)
    assert told(stopping, (0.5, 1.0), (0.4, 1.1), (0.6, 1.1), (0.6, 1.2), (0.5, 1.3)) == [2, 1, 2, 1, 0]
    assert (stopping.best_step, stopping.best_value) == (3, 0.6)


def test_the_probe_can_be_best_but_takes_no_chances():
    stopping = Stopping("max", 2, 0.0)
    assert stopping.tell(0, 0.93, 0.5)
    assert told(stopping, (0.80, 1.0), (0.85, 0.9), (0.90, 0.8)) == [2, 2, 2]
    assert stopping.best_step == 0
    assert stopping.tell(4, 0.94, 0.7)
    assert stopping.best_step == 4


def test_a_flat_value_is_decided_by_the_loss():
    stopping = Stopping("max", 3, 0.0)
    assert told(stopping, (0.9, 1.0), (0.9, 0.8), (0.9, 0.7), (0.9, 0.71), (0.9, 0.6999)) == [3, 3, 3, 2, 1]
    assert stopping.best_step == 3


def test_small_gains_are_kept_but_are_no_progress():
    stopping = Stopping("max", 2, 0.01)
    assert told(stopping, (0.900, 1.0), (0.905, 0.9), (0.915, 0.8)) == [2, 1, 2]
    assert stopping.best_step == 3


def test_a_loss_is_better_when_lower():
    stopping = Stopping("min", 2, 0.0)
    assert told(stopping, (0.9, 0.9), (0.8, 0.8), (0.8, 0.8), (0.85, 0.85)) == [2, 2, 1, 0]
    assert stopping.best_step == 2
