import io
import json
from types import SimpleNamespace

import numpy as np

from studio.evaluation import answers
from studio.jobs.answering import _answers
from studio.tasks import task_named
from studio.tasks.task import Answer
from studio.ui.answers import Said, kind_of
from studio.worker import answer
from studio.worker.answer import serve
from studio.worker.trial import measure


def ask(run, *questions):
    said = io.StringIO()
    assert serve(run.path, io.StringIO("".join(json.dumps(each) + "\n" for each in questions)), said) == 0
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_the_tuned_model_says_what_the_report_says_and_the_untuned_too(new_run, work):
    run = new_run(epochs=2, learning_rate=1e-3)
    assert work(run) == 0
    kept = answers.from_parquet(run.answers.read_bytes())
    texts = [example.inputs["text"] for example in kept.examples]
    ready, tuned, untuned = ask(
        run, {"id": 1, "model": "tuned", "texts": texts}, {"id": 2, "model": "untuned", "texts": texts[:3]}
    )
    assert ready == {"ready": True}
    assert (tuned["id"], tuned["labels"]) == (1, list(kept.labels))
    ours = np.array([[answer.confidence[label] for label in kept.labels] for answer in kept.answers])
    assert np.abs(np.array(tuned["confidence"]) - ours).max() < 1e-5
    assert np.allclose(np.sum(untuned["confidence"], axis=1), 1)
    assert len(untuned["confidence"]) == 3


def test_bad_questions_get_a_sentence_and_do_not_end_the_conversation(new_run, work, capsys):
    run = new_run(epochs=1)
    assert work(run) == 0
    _, empty, nobody, broken, good = ask(
        run,
        {"id": 1, "model": "tuned", "texts": ["  "]},
        {"id": 2, "model": "somebody", "texts": ["a"]},
        {"id": 3, "model": "tuned"},
        {"id": 4, "model": "tuned", "texts": ["my card"]},
    )
    assert "empty" in empty["error"]
    assert "somebody" in nobody["error"]
    assert "bug" in broken["error"]
    assert "confidence" in good


def test_a_trial_measures_and_leaves_the_run_alone(new_run):
    run = new_run(epochs=2)
    before = sorted(path.name for path in run.path.iterdir())
    assert measure(run.path, lambda: False) == {"measured": True}
    trial = json.loads(run.trial.read_text())
    assert sorted(path.name for path in run.path.iterdir()) == sorted([*before, "trial.json"])
    assert trial["seconds_per_row"] > 0
    assert trial["expected_memory_bytes"] >= trial["memory_bytes"] > 10**6


def test_a_trial_that_cannot_be_says_why(new_run, tiny_home):
    run = new_run()
    (tiny_home.models / "offered" / "tiny").unlink()
    reply = measure(run.path, lambda: False)
    assert reply["measured"] is False
    assert "no model folder" in reply["error"]
    assert not run.trial.exists()


def test_guesses_for_a_gap_reach_the_page(monkeypatch, tmp_path):
    """They are no labels, and other words in every text."""
    said = {
        "the ___ sat": Answer("the cat sat", {"cat": 0.8, "<dog>": 0.125}),
        "a ___": Answer("a hat", {"hat": 0.5}),
        "no gap": Answer("no gap"),
    }
    fake = SimpleNamespace(ask=lambda model, texts, *_: ((), [said[text] for text in texts]))
    monkeypatch.setattr(answer, "Answerer", lambda _run: fake)
    reply = ask(SimpleNamespace(path=tmp_path), {"id": 1, "model": "tuned", "texts": list(said)})[1]
    found = _answers(reply, len(said))
    assert found == list(said.values())
    task = task_named("language-modeling")
    drawn = str(kind_of(task).body(Said(task, {"text": "the ___ sat"}, found[0]))[2])
    assert "cat" in drawn
    assert "80" in drawn
    assert "&lt;dog&gt;" in drawn
    assert "<dog>" not in drawn
