import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from studio.errors import StudioError
from studio.evaluation import confusion
from studio.evaluation.confusion import calibration_error, per_label
from studio.evaluation.scoring import hits, label_numbers, label_order, score_answers
from studio.tasks import task_named
from studio.tasks.task import Answer

from .rows import asked, said

TASK = task_named("text-classification")


def _random_rows(count=200, seed=1):
    random = np.random.default_rng(seed)
    names = np.array(["ham", "spam", "eggs", "né"])
    truth = names[random.integers(0, 4, count)]
    return [str(name) for name in truth], [
        str(name) for name in np.where(random.random(count) < 0.7, truth, names[random.integers(0, 4, count)])
    ]


def test_the_numbers_are_those_of_sklearn():
    truth, answer = _random_rows()
    labels = sorted(set(truth))
    accuracy, macro_f1 = score_answers(TASK, labels, asked(*truth), said(*answer), seed=1)
    assert (accuracy.name, accuracy.value) == ("accuracy", pytest.approx(accuracy_score(truth, answer)))
    assert (macro_f1.name, macro_f1.value) == ("macro_f1", pytest.approx(f1_score(truth, answer, average="macro")))
    assert accuracy.low < accuracy.value < accuracy.high
    assert macro_f1.low < macro_f1.value < macro_f1.high


def test_matrix_and_labels_are_those_of_sklearn():
    truth, answer = _random_rows()
    order = label_order(sorted(set(truth)), asked(*truth), said(*answer))
    matrix = confusion.confusion_matrix(*label_numbers(order, asked(*truth), said(*answer)), len(order))
    assert (matrix == confusion_matrix(truth, answer, labels=order)).all()
    expected = precision_recall_fscore_support(truth, answer, labels=order, zero_division=0)
    found = [(each.precision, each.recall, each.f1, each.rows) for each in per_label(matrix, order)]
    assert np.allclose(np.array(found).T, np.array(expected))


def test_new_labels_of_a_test_file_come_last_and_count_as_wrong():
    examples, answers = asked("a", "b", "zzz", "B"), said("a", "b", "a", "b")
    assert label_order(["b", "a"], examples, answers) == ["b", "a", "B", "zzz"]
    accuracy = score_answers(TASK, ["b", "a"], examples, answers, seed=1)[0]
    assert accuracy.value == 0.5


def test_a_metric_without_a_fast_way_is_resampled_from_the_task_itself():
    class Halved(type(TASK)):
        def score(self, answers, examples, labels):
            return {name: value / 2 for name, value in super().score(answers, examples, labels).items()}

    truth, answer = _random_rows(60)
    accuracy, _ = score_answers(Halved(), sorted(set(truth)), asked(*truth), said(*answer), seed=1)
    assert accuracy.value == pytest.approx(accuracy_score(truth, answer) / 2)
    assert accuracy.low < accuracy.value < accuracy.high < 0.5


def test_no_rows_are_an_error_for_people():
    with pytest.raises(StudioError, match="no rows to score"):
        score_answers(TASK, ("a",), [], [], seed=1)


def test_calibration_error():
    answers = [Answer("a", {"a": 0.95, "b": 0.05})] * 10
    right = hits(asked(*["a"] * 7, *["b"] * 3), answers)
    assert calibration_error(answers, right) == pytest.approx(0.25)
    assert calibration_error([Answer("a")], right[:1]) is None
    assert calibration_error([Answer("a", {"a": 1.0})], right[:1]) == 0.0
