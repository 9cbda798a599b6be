from studio.ui.points import Points
from studio.ui.quantities import about, clock, speed


def _points(losses, span=20.0):
    points = Points(span=span)
    for number, loss in enumerate(losses, 1):
        points.add(number, loss, number * 2)
    return points


def test_the_smoothed_line_starts_at_the_first_loss_and_follows():
    points = _points([2.0] * 5 + [1.0] * 200)
    assert points.smooth[0] == 2.0
    assert abs(points.smooth[4] - 2.0) < 1e-9
    assert abs(points.smooth[-1] - 1.0) < 1e-3


def test_since_gives_only_what_is_new():
    points = _points([3.0, 2.0, 1.0])
    assert points.since(4)[0] == [3]
    assert points.since(4)[1] == [1.0]
    assert points.since(6) == [[], [], []]


def test_a_short_history_is_whole():
    points = _points([float(n) for n in range(100)])
    raw, smooth = points.thinned()
    assert raw[0] == list(range(1, 101))
    assert smooth[0] == raw[0]


def test_a_long_history_is_thinned_but_keeps_its_spikes_and_ends():
    losses = [1.0] * 100_000
    losses[70_123], losses[5] = 9.5, 0.01
    points = _points(losses)
    raw, smooth = points.thinned(2000)
    assert len(raw[0]) <= 2000
    assert len(smooth[0]) <= 1001
    assert raw[0][0] == smooth[0][0] == 1
    assert raw[0][-1] == smooth[0][-1] == 100_000
    assert max(raw[1]) == 9.5
    assert min(raw[1]) == 0.01
    assert raw[0] == sorted(set(raw[0]))


def test_every_length_around_the_limit_is_thinned_without_loss_of_order():
    for count in (998, 999, 1000, 1001, 1002, 1003, 1999, 2000, 2001, 2500):
        raw, smooth = _points([float(n % 7) for n in range(count)]).thinned(2000)
        assert len(raw[0]) <= 2000
        assert raw[0] == sorted(set(raw[0]))
        assert smooth[0][-1] == count


def test_a_loss_that_is_no_number_has_no_place():
    points = _points([1.0, float("nan"), float("inf"), 0.5])
    assert points.step == [1, 4]


def test_forgetting_goes_back_to_the_step():
    points = _points([4.0, 3.0, 2.0, 1.0])
    points.forget_after(2)
    assert points.step == [1, 2]
    points.add(3, 2.5, 50)
    assert points.since(8)[0] == [3]
    points.forget_after(0)
    assert points.thinned() == ([[], []], [[], []])


def test_figures_as_people_read_them():
    assert [clock(s) for s in (7, 399, 7509)] == ["0:07", "6:39", "2:05:09"]
    assert [about(s) for s in (3, 42, 70, 316, 3570, 7800, 7200)] == [
        "a few seconds", "about 40 s", "about 1 min", "about 5 min", "about 1 h", "about 2 h 10 min", "about 2 h",
    ]  # fmt: skip
    assert [speed(v) for v in (0.42, 9.96, 107.2, 1134.0)] == ["0.4", "10", "107", "1,134"]
