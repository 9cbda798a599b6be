"""Looking at labels with a tiny model: what it finds, how it ends, what it says of itself."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from studio.config import Compute, Model, RunConfig
from studio.data.example import Example
from studio.jobs.inspection import Inspection, order
from studio.rundir import Home
from studio.worker import inspect as worker
from studio.worker.eyes import believed, folds, head_eye, out_of_fold, shares, softened, word_eye
from worker.tiny import WORDS, rows

ORDER = RunConfig(model=Model(id="folder:tiny"), compute=Compute(max_length=64))


@pytest.fixture(autouse=True)
def _own_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.setpriority", lambda *_: None)


def look(home: Home, examples: list[Example], tell: Any = lambda _: None) -> Any:
    folder = order(home, ORDER, examples)
    reply = worker.inspect(folder, lambda: False, tell)
    assert reply == {"inspected": True}
    return json.loads((folder / "inspection.json").read_bytes())


def flipped(examples: list[Example], places: list[int]) -> list[Example]:
    other = dict(zip(sorted(WORDS), [*sorted(WORDS)[1:], sorted(WORDS)[0]], strict=True))
    made = list(examples)
    for place in places:
        made[place] = replace(made[place], target=other[made[place].target or ""])
    return made


def test_wrong_labels_are_found(tiny_home: Home) -> None:
    right, told = rows(400, seed=5), []
    wrong = list(range(0, 400, 25))
    found = look(tiny_home, flipped(right, wrong), told.append)
    parsed = Inspection.parse(found)
    assert parsed.rows == parsed.looked_at == 400
    places = [one.row - 2 for one in parsed.suspects]
    assert len(set(places) & set(wrong)) >= 12
    assert len(set(places) - set(wrong)) <= 4
    assert all(one.suggested == right[one.row - 2].target for one in parsed.suspects[:8])
    assert [rung.name for rung in parsed.ladder] == ["most_frequent", "words", "frozen"]
    accuracy = {rung.name: rung.metrics[0] for rung in parsed.ladder}
    assert accuracy["words"].value > 0.85 > 0.5 > accuracy["most_frequent"].value
    assert all(metric.low <= metric.value <= metric.high for rung in parsed.ladder for metric in rung.metrics)
    assert [point.rows for point in parsed.growth.points] == [80, 160, 320]
    done = [one["done"] for one in told]
    assert done == sorted(done)
    assert done[-1] > 0.95


def test_the_same_twice(tiny_home: Home) -> None:
    first, again = (look(tiny_home, rows(120, seed=6)) for _ in range(2))
    assert {**first, "seconds": 0} == {**again, "seconds": 0}


def test_it_ends_when_called(tiny_home: Home) -> None:
    folder = order(tiny_home, ORDER, rows(120))
    asked = iter([False] * 3)
    reply = worker.inspect(folder, lambda: next(asked, True), lambda _: None)
    assert not reply["inspected"]
    assert "urgent" in reply["error"]
    assert not (folder / "inspection.json").exists()


@pytest.mark.parametrize(
    ("examples", "said"),
    [(rows(3), "only 3"), ([replace(one, target="a") for one in rows(50)], "same label"), ([], "only 0")],
)
def test_what_cannot_be_looked_at(tiny_home: Home, examples: list[Example], said: str) -> None:
    reply = worker.inspect(order(tiny_home, ORDER, examples), lambda: False, lambda _: None)
    assert not reply["inspected"]
    assert said in reply["error"]


def test_odd_rows(tiny_home: Home) -> None:
    odd = [
        Example(900 + n, {"text": text}, label)
        for n, (text, label) in enumerate([("!!!", "rare"), ("", "x"), ("a", " ")])
    ]
    found = look(tiny_home, [*rows(60), *odd])
    assert found["rows"] == 61
    assert all(row != 900 for row, *_ in found["suspects"])


def test_too_many_rows_are_sampled_evenly(tiny_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MOST_ROWS", 90)
    found = look(tiny_home, rows(300))
    assert (found["rows"], found["looked_at"]) == (300, 90)
    monkeypatch.setattr(worker, "_WORK", {"cpu": 1, "cuda": 1})
    assert look(tiny_home, rows(301))["looked_at"] == 90


def test_a_sample_keeps_the_labels_shares() -> None:
    examples = [Example(n, {"text": str(n)}, "a" if n % 10 else "b") for n in range(1000)]
    kept = worker.spread(examples, 100, 1)
    assert Counter(one.target for one in kept) == {"a": 90, "b": 10}
    assert [one.row for one in kept] == sorted(one.row for one in kept)
    assert kept == worker.spread(examples, 100, 1) != worker.spread(examples, 100, 2)


def test_folds() -> None:
    examples = [Example(n, {"text": f"Text {n % 90}"}, "ab"[n % 90 < 20]) for n in range(100)]
    fold = folds(examples, 1)
    assert all(fold[n] == fold[n + 90] for n in range(10))
    for label in "ab":
        counts = Counter(int(fold[n]) for n in range(90) if examples[n].target == label)
        assert max(counts.values()) - min(counts.values()) <= 1
        assert len(counts) == 5


def test_no_row_is_answered_by_who_learned_from_it() -> None:
    fold = np.arange(50) % 5

    def eye(learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
        assert not set(learned) & set(asked)
        assert len(learned) + len(asked) == 50
        return np.repeat(asked[:, None].astype(float), 3, axis=1)

    assert out_of_fold(eye, fold, 3, lambda _: None)[:, 0].tolist() == list(range(50))


def test_a_label_that_was_not_learned_from_is_not_answered() -> None:
    labels = np.array([0, 1] * 10 + [2])
    texts = [f"red apple {n}" if label == 0 else f"green pear {n}" for n, label in enumerate(labels)]
    vectors = torch.nn.functional.one_hot(torch.from_numpy(labels)).float() * 16
    everything = np.arange(20)
    for eye in (word_eye(texts, labels, 3, lambda: None), head_eye(vectors, labels, 3, 16.0)):
        said = shares(eye(everything, np.arange(21)))
        assert said.shape == (21, 3)
        assert (said[:20].argmax(1) == labels[:20]).all()


def test_the_better_one_is_believed() -> None:
    labels = np.arange(300) % 2
    good = np.where(np.eye(2, dtype=bool)[labels], 0.9, 0.1)
    blind = np.full((300, 2), 0.5)
    assert believed(good, blind, labels).by != "words"
    assert believed(blind, good, labels).losses["words"] == pytest.approx(-np.log(0.9))
    said = softened(np.log(np.where(np.random.default_rng(1).random((300, 1)) < 0.8, good, 1 - good)) * 9, labels)
    assert said.max() < 0.9
