import math
from typing import get_args

import pytest

from studio.evaluation.curves import checks_without_progress
from studio.evaluation.words import status_in_words
from studio.events import Failed, Finished, Paused, Preparing, Saved, Scoring
from studio.story import Status, Story

from .stories import events_of, told

FALLING = [2.0 * 0.97**step for step in range(60)]


def _after(*events, losses=FALLING, checks=((10, 1.0), (20, 0.8), (30, 0.9), (40, 1.0)), watch="loss"):
    return Story.of([*events_of(losses, list(checks), watch=watch), *events])


def test_every_status_has_words_even_for_an_empty_story():
    for status in get_args(Status):
        words = status_in_words(Story(), status)
        assert words.head, status
        assert words.body.endswith("."), status


def test_learning_before_and_after_the_first_check():
    words = status_in_words(told(FALLING[:5], [(0, 1.5)]), "training")
    assert (words.state, words.head) == ("good", "Learning")
    assert "comes at step 10" in words.body
    assert "Before any tuning the model stood at validation loss 1.500." in words.body
    words = status_in_words(told(FALLING, [(10, 0.3), (20, 0.2)], watch="macro_f1"), "training")
    assert words.body == (
        "The last check was the best so far: macro-F1 80.0 % at step 20. "
        "The best version, from step 20, is saved. Nothing for you to do."
    )


def test_no_progress_says_when_it_will_stop():
    words = status_in_words(told(FALLING, [(10, 1.0), (20, 0.8), (30, 0.81)]), "training")
    assert (words.state, words.head) == ("watch", "Improvement has slowed")
    assert words.body == (
        "The last check brought no progress. The best version, from step 20, is saved. "
        "Training stops by itself after 2 more checks without progress."
    )
    words = status_in_words(told(FALLING, [(10, 1.0), (20, 0.8), (30, 0.81)], stops=False), "training")
    assert "Early stopping is off" in words.body


def test_chances_count_from_the_first_check_after_the_start():
    checks = [(0, 0.1), (10, 0.5), (20, 0.6), (30, 0.7)]
    story = told(FALLING, checks)
    left = dict(zip((0, 10, 20, 30), (3, 3, 2, 1), strict=True))
    story.checks = [check.model_copy(update={"chances_left": left[check.step]}) for check in story.checks]
    assert checks_without_progress(story) == 2
    story.checks = story.checks[:2]
    words = status_in_words(story, "training")
    assert (words.state, words.head) == ("good", "Catching up")
    assert "Not yet better than the best so far, validation loss 0.100 before any tuning, which is saved." in words.body


def test_memorizing_says_since_when_and_what_is_kept():
    words = status_in_words(told(FALLING, [(10, 1.0), (20, 0.8), (30, 0.9), (40, 1.0)]), "training")
    assert (words.state, words.head) == ("watch", "Memorizing the training rows")
    assert "Since step 20" in words.body
    assert "(0.800 to 1.000)" in words.body
    assert "from step 20, is saved" in words.body


@pytest.mark.parametrize("last", [math.nan, math.inf, 9.0])
def test_diverging_says_what_to_do(last):
    words = status_in_words(told([1.0] * 20 + [last] * 5, [(10, 0.9)]), "training")
    assert (words.state, words.head) == ("bad", "The training has lost its way")
    assert "learning rate a third as high" in words.body
    assert "nan" not in words.body
    assert "inf" not in words.body


def test_slowing():
    words = status_in_words(told(FALLING, [(10, 2.0), (20, 1.0), (30, 0.99), (40, 0.98)]), "training")
    assert (words.state, words.head) == ("watch", "Learning slows down")


def test_scoring_and_finishing_say_why_it_ended():
    scoring = Scoring(step=40, reason="stopped early", best_step=20)
    words = status_in_words(_after(scoring), "scoring")
    assert "stopped early because 2 checks in a row after step 20 brought no progress" in words.body
    assert "The best version is the version from step 20" in words.body
    done = Finished(step=40, reason="stopped early", best_step=20, metrics={"accuracy": 0.9}, seconds=9)
    words = status_in_words(_after(scoring, done), "finished")
    assert (words.state, words.head) == ("done", "Finished early, best version kept")
    done = Finished(step=40, reason="stopped by you", best_step=0, metrics={}, seconds=9)
    words = status_in_words(_after(done), "finished")
    assert "You stopped the training at step 40. The best version is the one before tuning." in words.body


def test_waiting_says_for_what():
    assert "It starts next" in status_in_words(Story(), "queued").body
    assert "1 run is ahead" in status_in_words(Story(), "queued", place=1).body
    assert "2 runs are ahead" in status_in_words(Story(), "queued", place=2).body
    story = Story.of([Preparing(what="Reading the rows", done=0.5)])
    assert status_in_words(story, "preparing").body == "Reading the rows (50 %)."


def test_pauses():
    assert "Resume whenever you like" in status_in_words(_after(Paused(step=40)), "paused").body
    assert "goes on by itself" in status_in_words(_after(Paused(step=40, by="shutdown")), "paused").body


def test_failing_says_what_where_and_what_to_do():
    failed = Failed(
        step=12, what="The memory ran out", where="step 12", fix="Halve the rows per step.", can_resume=True
    )
    words = status_in_words(_after(failed), "failed")
    assert (words.state, words.head) == ("bad", "The memory ran out.")
    assert words.body == "Where: step 12. Halve the rows per step. You can resume from the last checkpoint."


def test_resuming_is_offered_once():
    fix = "Resume it: it goes on from the last checkpoint."
    words = status_in_words(
        _after(Failed(step=12, what="It is gone", where="step 12", fix=fix, can_resume=True)), "failed"
    )
    assert words.body == f"Where: step 12. {fix}"


def test_an_interrupted_run_says_where_it_goes_on():
    words = status_in_words(_after(Saved(step=30)), "interrupted")
    assert words.state == "bad"
    assert "Resume goes on from step 30" in words.body
    assert "Start the run again" in status_in_words(_after(), "interrupted").body


def test_what_people_call_an_example_stands_in_every_sentence_on_one():
    stories = {"training": told(FALLING[:5], [(0, 1.5)]), "scoring": Story(), "paused": told(FALLING[:5], [(0, 1.5)])}
    for status, story in stories.items():
        body = status_in_words(story, status, example="conversation").body
        assert "conversations" in body
        assert "rows" not in body
    memorized = told(FALLING, [(10, 1.0), (20, 0.8), (30, 0.9), (40, 1.0)])
    words = status_in_words(memorized, "training", example="conversation")
    assert words.head == "Memorizing the training conversations"
    assert "on conversations it does not train on" in words.body
    assert "rows" not in words.body
