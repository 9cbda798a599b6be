from studio.events import Checked, Failed, Finished, Paused, Preparing, Saved, Scoring, Started, Warned
from studio.ui.timeline import MOST_LINES, Timeline


def _started(step=0):
    return Started(
        step=step, total_steps=400, steps_per_epoch=100, epochs=4, check_every=50, train_rows=577, validation_rows=64,
        watch="macro_f1", watch_mode="max", patience=3, device="cpu", precision="float32",
    )  # fmt: skip


def _checked(step, is_best=True, value=0.8, left=3):
    return Checked(
        step=step, epoch=step / 100, loss=0.4, metrics={"macro_f1": value}, is_best=is_best, best_step=step, best_value=value,
        chances_left=left,
    )  # fmt: skip


def _told(*events):
    timeline = Timeline("Macro-F1", "macro_f1")
    for order, event in enumerate(events, 1):
        timeline.tell(event, order)
    return timeline


def test_a_whole_life_in_sentences():
    events = [
        Preparing(what="Reading the rows"), _started(), _checked(0, value=0.512), _checked(50), Saved(step=50),
        _checked(100, is_best=False, left=2), Warned(step=120, text="2 texts are cut off."), Paused(step=130), _started(130),
        Scoring(step=400, reason="stopped early", best_step=50),
        Finished(step=400, reason="stopped early", best_step=50, metrics={}, seconds=399),
    ]  # fmt: skip
    text = [line.text for line in _told(*events).lines]
    assert text[0] == "Reading the rows."
    assert "4 epochs of 577 rows" in text[1]
    assert text[2].startswith("The untuned model: Macro-F1 51.2")
    assert text[3].startswith("A new best: Macro-F1 80.0")
    assert text[3].endswith("Saved.")
    assert text[4].startswith("Not better than the best")
    assert text[5:8] == ["2 texts are cut off.", "Paused by you. Everything is saved.", "Went on from step 130."]
    assert "version of step 50" in text[8]
    assert (
        text[9] == "Finished: model and report are ready."
    )  # how long it took is told in one place, beside the curves


def test_what_is_prepared_after_a_pause_is_not_before_training():
    reading = Preparing(what="Reading the rows")
    lines = _told(reading, Preparing(what="Loading"), _started(), Paused(step=31), reading, _started(31)).lines
    assert [line.when for line in lines] == [
        "before training", "before training", "start", "step 31", "after the resume", "step 31",
    ]  # fmt: skip
    lines = _told(reading, Failed(step=0, what="x"), reading).lines
    assert lines[-1].when == "before training", "it never began"


def test_a_check_that_stands_still_with_a_lower_loss_is_told_as_that():
    text = [line.text for line in _told(_started(), _checked(50, value=1.0), _checked(100, value=1.0)).lines]
    assert text[1].startswith("A new best: Macro-F1 100.0")
    assert text[2].startswith("As good as the best, with a lower loss: Macro-F1 100.0")
    again = _told(_started(), _checked(50), _checked(100), _started(60), _checked(100, value=0.9)).lines[-1].text
    assert again.startswith("A new best")  # the lost check at step 100 is not what it is measured by


def test_progress_below_the_untuned_start_is_catching_up():
    below = _checked(50, is_best=False, value=0.6).model_copy(update={"best_step": 0})
    text = _told(_started(), _checked(0), below).lines[-1].text
    assert text.startswith("Catching up: Macro-F1 60.0")
    assert text.endswith("not yet better than the untuned start.")


def test_progress_of_one_phase_stays_one_line():
    timeline = _told(*(Preparing(what="Embedding the texts", done=share / 10) for share in range(10)))
    assert len(timeline.lines) == 1


def test_savings_without_a_check_between_them_stay_one_line():
    timeline = _told(Saved(step=10), Saved(step=20), Saved(step=30))
    assert [line.when for line in timeline.lines] == ["step 30"]


def test_a_rewritten_line_is_new_again():
    timeline = _told(_checked(50), Saved(step=50))
    assert [line[0] for line in timeline.since(1)] == [0]
    assert timeline.since(2) == []


def test_a_failure_is_bad():
    assert _told(Failed(step=3, what="The disk is full")).lines[0].tone == "bad"


def test_a_very_long_story_is_cut():
    assert len(_told(*(_checked(step) for step in range(1, 2000))).since(0)) == MOST_LINES
