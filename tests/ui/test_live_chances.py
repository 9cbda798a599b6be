"""What the live view says about pauses and chances: headline, panel and log agree."""

import json

import pytest
from live_story import Teller, new_run

from studio.events import Checked, Paused
from studio.ui.watching import Cursor, Watch


@pytest.fixture
def held(home):
    run = new_run(home)
    assert run.lease.acquire()
    return run


@pytest.fixture
def run_at_rest(home):
    run = new_run(home)
    teller = Teller(run)
    teller.prepare()
    teller.say(Paused(step=0))
    return run


def _told(run):
    """What a page that opens the run now gets."""
    return json.loads(Watch(run, lambda _: 0).reply(Cursor()))


def test_while_no_chance_is_lost_the_charts_have_no_zone(held):
    teller = Teller(held, patience=3)
    teller.prepare()
    teller.start()
    for step, value in ((0, 0.9), (6, 0.7)):
        teller.say(
            Checked(step=step, epoch=step / 100, loss=0.4, metrics={"macro_f1": value}, is_best=step == 0, best_step=0,
                    best_value=0.9, chances_left=3)
        )  # fmt: skip
    now = _now(held)
    assert now["stopping"]["big"] == "On track"
    assert now["best"][3] == now["best"][4] == 6
    assert "Not yet better than the best so far, macro-F1 90.0 % before any tuning" in now["body"]


def test_a_pause_before_training_offers_nothing_to_keep(run_at_rest):
    assert _now(run_at_rest)["can"] == ["resume"]


def _now(run):
    return _told(run)["now"]


def test_a_pause_before_any_step_tells_of_no_step(held):
    teller = Teller(held)
    teller.prepare()
    held.request("pause")
    assert _now(held)["body"] == "The worker is leaving. No step was under way, so nothing is lost."
    teller.start()
    assert _now(held)["body"].startswith("The work at hand")


def test_chances_below_the_untuned_start_agree_everywhere(held):
    teller = Teller(held, patience=3)
    teller.prepare()
    teller.start()
    for step, value, left in ((0, 0.9, 3), (6, 0.7, 3), (11, 0.7, 2), (17, 0.6, 1)):
        teller.say(
            Checked(step=step, epoch=step / 100, loss=4e-5, metrics={"macro_f1": value}, is_best=step == 0, best_step=0,
                    best_value=0.9, chances_left=left)
        )  # fmt: skip
    now = _now(held)
    assert now["stopping"]["big"] == "1 of 3 chances left"
    assert now["best"] == [0, 4e-5, 0.9, 6, 17], "the zone of the charts is where these chances were lost"
    assert now["stopping"]["watch"].startswith(
        "Watching Macro-F1: best 90.0\u202f% before any tuning; chances count from the first check after it."
    )
    assert "without a better Macro-F1, or the same with a lower validation loss." in now["stopping"]["sub"]
    assert "The last 2 checks brought no progress" in now["body"]
    assert now["tile.loss"][0] == "4.00e-5"
    assert [line[2].partition(":")[0] for line in _told(held)["lines"][-3:]] == [
        "Catching up", "Not better than the best", "Not better than the best",
    ]  # fmt: skip
