import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from studio.data.example import Example
from studio.errors import StudioError
from studio.evaluation import confusion
from studio.evaluation.confusion import calibration_error, per_label
from studio.evaluation.intervals import percentiles, wilson
from studio.evaluation.scoring import drawn_values, hits, label_numbers, label_order, score_answers
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


def _entities(count, wrong=0, empty=0):
    """Rows with one entity each or none, and answers of which the first so many miss theirs."""
    examples = [
        Example(row, {"text": f"Anna {row} met Bob"}, "[]" if row >= count - empty else f'[[0, {2 + row % 3}, "P"]]')
        for row in range(count)
    ]
    return examples, [Answer('[[9, 10, "P"]]' if row < wrong else each.target) for row, each in enumerate(examples)]


SEVERAL = {
    "token-classification": _entities(20),
    "question-answering": [Example(row, {}, f'{{"text": "word{row}", "start": 0}}') for row in range(20)],
    "multi-label-classification": [Example(row, {}, ('["a"]', '["a", "b"]', '["c"]')[row % 3]) for row in range(20)],
}


@pytest.mark.parametrize("name", SEVERAL)
def test_where_all_rows_are_right_the_next_ones_need_not_be(name):
    task, rows = task_named(name), SEVERAL[name]
    examples = rows[0] if isinstance(rows, tuple) else rows
    answers = [Answer(example.target) for example in examples]
    for metric in score_answers(task, task.labels(examples), examples, answers, seed=1):
        assert (metric.value, metric.low, metric.high) == (1.0, pytest.approx(wilson(20, 20)[0]), 1.0)


def test_the_share_of_right_rows_has_wilsons_interval():
    task, examples = task_named("question-answering"), SEVERAL["question-answering"]
    answers = [Answer(examples[-1 - row].target if row < 3 else each.target) for row, each in enumerate(examples)]
    exact = score_answers(task, (), examples, answers, seed=1)[1]
    assert exact.name == "exact_match"
    assert (exact.low, exact.high) == pytest.approx(wilson(17, 20))


def test_few_rows_widen_the_interval_of_f1_and_many_do_not():
    task = task_named("token-classification")
    f1 = score_answers(task, ("P",), *_entities(20, empty=5), seed=1)[0]
    assert f1.value == f1.high == 1.0
    assert 0.7 < f1.low < 0.9  # Wilson's for 15 of 15 is 0.80
    examples, answers = _entities(4000, wrong=400)
    f1 = score_answers(task, ("P",), examples, answers, seed=1)[0]
    plain = percentiles(drawn_values(task, ("P",), examples, answers, seed=1)["f1"])
    assert (f1.low, f1.high) == pytest.approx(plain, abs=0.003)
    assert f1.low < f1.value < f1.high
