import json
import math
import time

import pytest
from live_story import Teller, new_run

from studio.errors import StudioError
from studio.events import Checked, Failed, Finished, Paused, Scoring
from studio.rundir import RunDir, new_id
from studio.ui import watching
from studio.ui.watching import Cursor, Pace, Watch, Watching


class Viewer:
    """A page: asks from its cursor, keeps what it got."""

    def __init__(self, watch):
        self.watch, self.cursor, self.now, self.size = watch, Cursor(), {}, 0

    def ask(self):
        data = self.watch.reply(self.cursor)
        self.size = len(data)
        reply = json.loads(data)
        self.now.update(reply.get("now", {}))
        self.cursor = Cursor(reply["order"], reply["life"], reply.get("card", self.cursor.card))
        return reply


@pytest.fixture
def run(home):
    return new_run(home)


@pytest.fixture
def held(run):
    """A live worker: this very process holds the lease."""
    assert run.lease.acquire()
    return run


def _viewer(run, place=0):
    watch = Watch(run, lambda _: place)
    return Viewer(watch)


def test_the_first_answer_is_whole_and_the_next_holds_only_news(held):
    teller = Teller(held)
    teller.train(120)
    viewer = _viewer(held)
    first = viewer.ask()
    assert first["whole"]
    assert first["raw"][0] == list(range(1, 121))
    assert [check[0] for check in first["checks"]] == [0, 50, 100]
    assert first["lines"]
    teller.steps(121, 123)
    second = viewer.ask()
    assert "whole" not in second
    assert second["steps"][0] == [121, 122, 123]
    assert "checks" not in second
    assert "lines" not in second
    assert set(second["now"]) <= {"progress", "tile.time", "tile.speed", "tile.memory", "tile.rate"}


def test_an_update_is_small(held):
    teller = Teller(held)
    teller.train(300)
    viewer = _viewer(held)
    viewer.ask()
    sizes = []
    for step in range(301, 321):
        teller.steps(step, step)
        viewer.ask()
        sizes.append(viewer.size)
    assert sorted(sizes)[len(sizes) // 2] < 200, sizes


def test_nothing_new_is_nearly_nothing(held, monkeypatch):
    Teller(held).train(60)
    now = time.time()
    watch = Watch(held, lambda _: 0, clock=lambda: now)
    viewer = Viewer(watch)
    viewer.ask()
    assert set(viewer.ask()) == {"order", "life"}


def test_a_half_written_line_waits(held):
    teller = Teller(held)
    teller.train(10)
    viewer = _viewer(held)
    viewer.ask()
    with held.events_file.open("ab") as story:
        story.write(b'{"seq": 999, "kind": "step", "step": 11')
    assert "steps" not in viewer.ask()
    with held.events_file.open("ab") as story:
        story.write(b', "time": 1, "epoch": 0.1, "loss": 0.5, "learning_rate": 0.0001}\n')
    assert viewer.ask()["steps"][0] == [11]


def test_after_a_resume_viewers_start_over_without_the_lost_steps(held):
    teller = Teller(held)
    teller.train(120)
    viewer = _viewer(held)
    viewer.ask()
    teller.prepare()
    teller.start(step=100)
    teller.steps(101, 103)
    reply = viewer.ask()
    assert reply["whole"]
    assert reply["life"] == 1
    assert reply["raw"][0] == list(range(1, 104))
    assert [check[0] for check in reply["checks"]] == [0, 50, 100]
    assert any("Went on from step 100" in line[2] for line in reply["lines"])


def test_a_restarted_server_goes_on_with_the_same_cursor(held):
    teller = Teller(held)
    teller.train(100)
    viewer = _viewer(held)
    viewer.ask()
    viewer.watch = Watch(held, lambda _: 0)
    teller.steps(101, 102)
    reply = viewer.ask()
    assert "whole" not in reply
    assert reply["steps"][0] == [101, 102]


def test_someone_far_behind_gets_the_thinned_history(held):
    teller = Teller(held, total=5000)
    teller.train(60)
    viewer = _viewer(held)
    viewer.ask()
    teller.steps(61, 4000, checks=False)
    reply = viewer.ask()
    assert reply["whole"]
    assert len(reply["raw"][0]) <= 2000


def test_old_steps_are_thinned_in_memory_but_not_on_the_chart(held, monkeypatch):
    monkeypatch.setattr(watching, "_MOST_STEPS", 200)
    teller = Teller(held, total=1000)
    teller.train(700)
    viewer = _viewer(held)
    reply = viewer.ask()
    assert len(viewer.watch._story.steps) <= 500
    assert len(reply["raw"][0]) == 700


def test_a_long_story_read_at_once_shows_what_it_shows_line_by_line(held, monkeypatch):
    monkeypatch.setattr(watching, "_MOST_STEPS", 200)
    slow, teller = _viewer(held), Teller(held, total=1000)
    for until in range(50, 901, 50):
        teller.train(until) if until == 50 else teller.steps(until - 49, until)
        slow.ask()
    quick = _viewer(held)
    reply = quick.ask()
    assert (reply["raw"], reply["smooth"]) == slow.watch._points.thinned()
    told, read = slow.watch._story, quick.watch._story
    assert (read.last, read.seconds, read.step) == (told.last, told.seconds, told.step)
    assert [step.step for step in read.steps[-90:]] == list(range(811, 901)), "the newest are all there"
    assert 100 < len(read.steps) <= 200
    assert read.steps[0].step < 10, "and some of the old ones"


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "x",
        {},
        {"order": "1"},
        {"order": -1, "life": 0, "card": ""},
        {"order": True, "life": 0, "card": ""},
        {"order": 1, "life": 0, "card": 5},
    ],
)
def test_an_odd_cursor_shows_everything(value):
    assert Cursor.of(value) == Cursor()


def test_a_story_that_was_put_back_is_read_again(held):
    teller = Teller(held)
    teller.train(100)
    viewer = _viewer(held)
    viewer.ask()
    whole = held.events_file.read_bytes().splitlines(keepends=True)
    held.events_file.write_bytes(b"".join(whole[:20]))
    assert viewer.ask()["whole"]


def test_words_tiles_and_buttons_follow_the_run(held):
    viewer = _viewer(held)
    viewer.ask()
    assert viewer.now["status"] == "preparing"
    teller = Teller(held, peak=100)
    teller.train(200)
    viewer.ask()
    assert viewer.now["title"] == "tickets"
    assert viewer.now["subtitle"] == "MiniLM (built in) · text classification · 641 rows, 2 labels"
    assert viewer.now["status"] == "training"
    assert viewer.now["can"] == ["pause", "stop"]
    assert viewer.now["tile.speed"][:2] == ["107 rows/s", "1,741 tokens/s"]
    assert viewer.now["tile.time"][1] == "about 1 min left"
    assert viewer.now["tile.metric"][2] == "good"
    assert viewer.now["best"][0] == 100
    assert viewer.now["best"][3:] == [100, 200]
    assert viewer.now["stopping"]["big"] == "1 of 3 chances left"
    assert "after 1 more check in a row" in viewer.now["stopping"]["sub"]
    assert viewer.now["progress"] == ["Epoch 3 of 4", "step 200 of 400 · 50%", 0.5]


def _refreshed(viewer):
    viewer.watch._looked = 0.0
    viewer.ask()
    return viewer.now


def test_a_request_shows_at_once_and_offers_nothing_else(held):
    Teller(held).train(20)
    viewer = _viewer(held)
    held.request("pause")
    assert _refreshed(viewer)["head"] == "Pausing"
    assert "step at hand" in viewer.now["body"]
    assert viewer.now["can"] == []
    held.answer_request("pause")
    held.request("stop")
    assert _refreshed(viewer)["head"] == "Stopping"
    assert viewer.now["can"] == []


def _later(run, seconds):
    """What a viewer is shown that long after the last thing that was done."""
    viewer = Viewer(Watch(run, lambda _: 0, clock=lambda: time.time() + seconds))
    viewer.ask()
    return viewer.now


def test_a_worker_that_gets_nothing_done_is_told(held):
    teller = Teller(held)
    teller.prepare()
    assert _later(held, 500)["head"] == "Getting ready"
    assert _later(held, 630)["head"] == "No sign of progress for 10 minutes"
    teller.start()
    teller.steps(1, 20)
    assert _later(held, 100)["head"] == "Learning"
    shown = _later(held, 250)
    assert (shown["state"], shown["head"]) == ("watch", "No sign of progress for 4 minutes")
    assert "you can also pause or stop it" in shown["body"]
    assert shown["can"] == ["pause", "stop"]
    assert shown["status"] == "training"


def test_slow_steps_are_progress_enough(held):
    teller = Teller(held)
    teller.start()
    for number in range(1, 8):
        teller.time += 60
        teller.steps(number, number)
    assert _later(held, teller.time - time.time() + 1000)["head"] == "Learning"
    assert _later(held, teller.time - time.time() + 1300)["head"] == "No sign of progress for 21 minutes"


def test_scoring_that_is_stuck_can_be_ended(held):
    teller = Teller(held)
    teller.train(60)
    teller.say(Scoring(step=60, reason="all epochs done", best_step=50))
    assert _later(held, 500)["can"] == []
    shown = _later(held, 700)
    assert shown["can"] == ["stop"]
    assert shown["head"] == "No sign of progress for 11 minutes"
    held.request("end")
    assert _later(held, 700)["head"] == "Ending"


@pytest.mark.parametrize(("asked", "head"), [("stop", "Stopping"), ("pause", "Pausing")])
def test_a_request_without_an_answer_says_what_to_do(held, asked, head):
    Teller(held).train(20)
    held.request(asked)
    assert _later(held, 15)["head"] == head
    shown = _later(held, 25)
    assert (shown["head"], shown["can"]) == (f"{head}: no answer yet", ["stop"])
    assert "A click on Stop now ends it at once" in shown["body"]
    held.request("end")
    shown = _later(held, 25)
    assert (shown["head"], shown["can"]) == ("Ending", [])


def test_paused_failed_and_finished(run):
    teller = Teller(run)
    teller.train(60)
    viewer = _viewer(run)
    teller.say(Paused(step=60))
    assert _refreshed(viewer)["can"] == ["stop", "resume"]
    assert "Or stop here" in viewer.now["body"]
    assert viewer.watch.is_resting
    teller.say(
        Failed(step=60, what="It was ended from outside", where="step 60", fix="Start it again.", can_resume=False)
    )
    assert _refreshed(viewer)["can"] == ["resume"]
    assert viewer.now["state"] == "bad"
    teller.say(Scoring(step=60, reason="stopped by you", best_step=50))
    teller.say(Finished(step=60, reason="stopped by you", best_step=50, metrics={}, seconds=3))
    assert _refreshed(viewer)["can"] == ["results"]
    assert viewer.watch.is_over


def test_a_queued_run_tells_its_place(run):
    run.request("start")
    viewer = _viewer(run, place=2)
    viewer.ask()
    assert viewer.now["status"] == "queued"
    assert "2 runs are ahead" in viewer.now["body"]


def test_early_stopping_that_is_off_says_so(held):
    Teller(held, early=False).train(60)
    viewer = _viewer(held)
    viewer.ask()
    assert viewer.now["stopping"]["big"] == "Off"
    assert viewer.now["stopping"]["of"] == 0


def test_a_run_that_watches_the_loss(home):
    run = new_run(home, watch="loss")
    Teller(run).train(60)
    viewer = _viewer(run)
    viewer.ask()
    assert viewer.now["axis"]["loss"] is True
    assert "validation loss" in viewer.now["stopping"]["watch"]


def test_a_model_that_writes_shows_its_perplexity_beside_the_loss_it_watches(home):
    run = new_run(home)
    order = run.config.model_copy(update={"task": "chat", "columns": {"messages": "messages"}})
    (run.path / "config.json").write_text(order.model_dump_json())
    run = RunDir(run.path)  # the first one remembers its order
    teller = Teller(run)
    teller.start()
    for step, loss in ((0, 8.2585), (50, 8.1)):
        teller.say(
            Checked(step=step, epoch=step / 100, loss=loss, metrics={"perplexity": math.exp(loss)}, is_best=True,
                    best_step=step, best_value=loss, chances_left=3)
        )  # fmt: skip
    viewer = _viewer(run)
    checks = viewer.ask()["checks"]
    assert viewer.now["axis"]["title"] == "Perplexity"
    assert viewer.now["tile.metric"][0] == "3,294"
    assert viewer.now["tile.metric"][1].endswith("by tuning")
    assert [round(check[2]) for check in checks] == [3860, 3294]


def test_the_chart_gets_losses_unrounded_as_the_words_do(home):
    run = new_run(home)
    teller = Teller(run)
    teller.start()
    teller.say(
        Checked(step=0, epoch=0, loss=8.25851, metrics={"macro_f1": 0.5}, is_best=True, best_step=0, best_value=0.5,
                chances_left=3)
    )  # fmt: skip
    viewer = _viewer(run)
    (check,) = viewer.ask()["checks"]
    assert viewer.now["tile.loss"][0] == f"{viewer.now['best'][1]:.3f}" == f"{check[1]:.3f}" == "8.259"


def test_a_damaged_order_still_shows_its_story(run):
    Teller(run).train(60)
    (run.path / "config.json").write_text("{")
    viewer = _viewer(run)
    viewer.ask()
    assert "cannot be read" in viewer.now["subtitle"]
    assert viewer.now["tile.loss"][0]


def test_only_runs_of_this_folder_are_watched(home, run):
    all_watched = Watching(home, list)
    assert all_watched.watch(run.id) is all_watched.watch(run.id)
    for bad in ("", "../x", new_id(), run.id.upper(), run.id + "\n"):
        with pytest.raises(StudioError):
            all_watched.watch(bad)


def test_many_runs_make_room(home):
    all_watched = Watching(home, list)
    runs = [new_run(home) for _ in range(watching._MOST_RUNS + 3)]
    for run in runs:
        all_watched.watch(run.id)
    assert len(all_watched._watches) == watching._MOST_RUNS


def _simulated_rate(viewers, seconds=60):
    """Polls a second in the last half of the time, when each viewer obeys what it is told."""
    pace, due, polls = Pace(), [0.001 * n for n in range(viewers)], 0
    now = 0.0
    while now < seconds:
        index = min(range(viewers), key=due.__getitem__)
        now = due[index]
        due[index] = now + pace.wait(now)
        polls += now > seconds / 2
    return polls / (seconds / 2)


def test_the_pace_is_twice_a_second_for_few_and_bounded_for_many():
    assert _simulated_rate(1) == pytest.approx(2, abs=0.1)
    assert _simulated_rate(10) == pytest.approx(20, rel=0.1)
    assert _simulated_rate(50) < 52
    assert _simulated_rate(200) < 66
