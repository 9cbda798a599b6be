import pytest

from studio.data.example import Example
from studio.evaluation.baselines import tfidf as baselines
from studio.evaluation.baselines.most_frequent import most_frequent
from studio.evaluation.baselines.tfidf import sample, tfidf
from studio.tasks import task_named

from .rows import made_rows, real_rows

TASK = task_named("text-classification")


def _accuracy(answers, test):
    return sum(answer.value == example.target for answer, example in zip(answers, test, strict=True)) / len(test)


def test_most_frequent_answers_the_most_frequent():
    train = [Example(row, {"text": "x"}, label) for row, label in enumerate("bbaac")]
    answers = most_frequent(train, train[:2], 1)
    assert [answer.value for answer in answers] == ["a", "a"]
    assert answers[0].confidence == {"a": 0.4, "b": 0.4, "c": 0.2}


def test_tfidf_is_a_strong_opponent_on_real_messages():
    train = real_rows("spam_sms_train.csv", "message", "label")
    test = real_rows("spam_sms_test.csv", "message", "label")
    answers = tfidf(train, test, 1)
    assert TASK.score(answers, test, ("ham", "spam"))["macro_f1"] > 0.97


def test_tfidf_copes_with_many_labels_and_gives_probabilities():
    train = real_rows("intent_banking77_train.csv", "text", "category")
    some = sorted({example.target for example in train})[:20]
    train = [example for example in train if example.target in some]
    test = [e for e in real_rows("intent_banking77_test.csv", "text", "category") if e.target in some]
    answers = tfidf(train, test, 1)
    assert _accuracy(answers, test) > 0.9
    assert all(sum(answer.confidence.values()) == pytest.approx(1, abs=1e-5) for answer in answers)
    assert all(answer.value == max(answer.confidence, key=answer.confidence.__getitem__) for answer in answers)


def test_tfidf_is_the_same_every_time():
    train, test = made_rows(120, seed=1), made_rows(20, seed=2)
    assert tfidf(train, test, 1) == tfidf(train, test, 1)


@pytest.mark.parametrize("texts", [("!!!", "???"), ("😀😀", "😡"), ("你好吗", "再见了"), ("a", "b")])
def test_texts_without_words_are_texts_too(texts):
    train = [Example(row, {"text": texts[row % 2]}, "xy"[row % 2]) for row in range(20)]
    assert _accuracy(tfidf(train, train, 1), train) == 1.0


def test_one_label_in_training_is_not_a_crash():
    train = [Example(row, {"text": f"row {row}"}, "same") for row in range(10)]
    assert {answer.value for answer in tfidf(train, train, 1)} == {"same"}


def test_a_sample_is_taken_only_where_all_rows_would_take_minutes(monkeypatch):
    rows = made_rows(5000)
    assert sample(rows, 1) is rows
    monkeypatch.setattr(baselines, "_MOST_WORK", 100_000)
    fewer = sample(rows, 1)
    assert 1000 <= len(fewer) < 5000
    assert fewer == sample(rows, 1)
    assert [example.row for example in fewer] == sorted(example.row for example in fewer)
