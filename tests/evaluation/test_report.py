import json
import random

import pytest

from studio import storage
from studio.data.example import Example
from studio.errors import StudioError
from studio.evaluation.baselines import BASELINES
from studio.evaluation.baselines.tfidf import tfidf
from studio.evaluation.report import Report, build_report, read_report
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.label_thresholds import OWN_THRESHOLDS
from studio.tasks.task import Answer

from .rows import asked, made_rows, said

TASK = task_named("text-classification")


def _perfect(examples, labels):
    return [Answer(e.target, {label: float(label == e.target) for label in labels}) for e in examples]


@pytest.fixture(scope="module")
def parts():
    train, test = made_rows(200, seed=1), made_rows(90, seed=2)
    return train, test, TASK.labels(train)


def test_a_report_has_everything_people_ask_for(parts):
    train, test, labels = parts
    report = build_report(TASK, labels, train, test, _perfect(test, labels), tfidf(train, test, 1), 1, 12.5, ["cut"])
    assert report.task == "text-classification"
    assert report.rows == 90
    assert [metric.name for metric in report.metrics] == ["accuracy", "macro_f1"]
    assert report.metrics[0].value == 1.0
    assert report.metrics[0].low < 1.0
    assert [rung.name for rung in report.ladder] == ["most_frequent", "tfidf", "frozen"]
    assert all(rung.comparison.against == rung.name for rung in report.ladder)
    assert sum(map(sum, report.confusion)) == 90
    assert [label.label for label in report.per_label] == list(labels)
    assert report.calibration_error == 0.0
    assert report.seconds == 12.5
    assert report.notes[0] == "cut"


def test_the_comparison_is_with_the_strongest_rung(parts):
    train, test, labels = parts
    wrong = said(*[labels[0]] * len(test))
    report = build_report(TASK, labels, train, test, _perfect(test, labels), wrong, 1, 1.0, [])
    assert report.comparison.against == "tfidf"
    best = _perfect(test, labels)
    assert build_report(TASK, labels, train, test, wrong, best, 1, 1.0, []).comparison.against in ("tfidf", "frozen")


def test_several_labels_say_how_they_are_given_and_where_a_simple_model_gets_more_rows_right():
    task = task_named("multi-label-classification")
    rows = [
        Example(row, {"text": "the same for all"}, '["a"]' if row % 2 else '["b"]' if row % 3 else '["b", "c"]')
        for row in range(120)
    ]
    answers = [Answer(row.target.replace("]", ', "d"]'), dict.fromkeys("abcd", 0.5)) for row in rows]  # one too many
    usual = [Answer('["a"]', dict.fromkeys("abcd", 0.5)) for _ in rows]
    report = build_report(task, tuple("abcd"), rows, rows, answers, usual, 1, 1.0)
    assert report.comparison.metric == "macro_f1"
    assert report.comparison.verdict == "better"
    assert report.comparison.sentence.startswith("Better than ")
    assert " But by “All labels right”, " in report.comparison.sentence
    assert report.comparison.sentence.endswith("is better: 50.0 % against 0.0 %.")
    assert OWN_THRESHOLDS in report.notes
    right = [Answer(row.target, dict.fromkeys("abcd", 0.5)) for row in rows]
    assert "But by" not in build_report(task, tuple("abcd"), rows, rows, right, usual, 1, 1.0).comparison.sentence


def _replies(count, first=0):
    chance = random.Random(first)
    words = [
        "please",
        "send",
        "your",
        "order",
        "number",
        "and",
        "we",
        "will",
        "refund",
        "the",
        "money",
        "within",
        "five",
        "days",
        "thanks",
        "for",
        "waiting",
    ]
    return [
        Example(first + row, {"instruction": f"ask {row}"}, " ".join(chance.choices(words, k=12)))
        for row in range(count)
    ]


@pytest.mark.parametrize(
    ("ours", "untuned", "copies", "against", "verdict"),
    [
        ("hm", "no idea", True, "nearest", "not better"),  # its nearest training row has every reply word for word
        ("right", "no idea", False, "nearest", "better"),  # strongest by chrF, which all rungs have
        ("right", "right", False, "frozen", "better"),
        ("of the nearest", "right", False, "nearest", "not better"),  # the untuned one is the strongest by chrF
    ],
)
def test_the_headline_of_models_that_write_is_about_the_rung_they_stand_worst_beside(
    ours, untuned, copies, against, verdict
):
    task, train = task_named("instruction-tuning"), _replies(100)
    test = [Example(row.row, row.inputs, train[place].target) for place, row in enumerate(_replies(60, 1000))]
    if not copies:
        test = _replies(60, 1000)
    nearest = BASELINES["nearest"].answer(train, test, 1)

    def answers(what, nats):
        chance = random.Random(7)
        values = [each.target for each in test] if what == "right" else [what] * len(test)
        values = [each.value for each in nearest] if what == "of the nearest" else values
        return [Answer(value, losses=(nats + chance.gauss(0, 1), 12), guessed=5) for value in values]

    report = build_report(task, (), train, test, answers(ours, 30), answers(untuned, 45), 1, 1.0)
    assert (report.comparison.against, report.comparison.verdict) == (against, verdict)
    assert report.comparison in [rung.comparison for rung in report.ladder]
    metrics = {rung.name: rung.comparison.metric for rung in report.ladder}
    assert metrics == {"nearest": "chrf", "frozen": "perplexity"}


def test_without_an_untuned_model_there_is_no_such_rung(parts):
    train, test, labels = parts
    report = build_report(TASK, labels, train, test, _perfect(test, labels), None, 1, 1.0)
    assert [rung.name for rung in report.ladder] == ["most_frequent", "tfidf"]


def test_new_and_missing_labels_are_named(parts):
    train, _, labels = parts
    test = asked("account", "account", "surprise")
    report = build_report(TASK, labels, train, test, said("account", "billing", "account"), None, 1, 1.0)
    assert report.labels == [*labels, "surprise"]
    assert len(report.confusion) == 4
    assert any("training rows never had" in note and "“surprise”" in note for note in report.notes)
    assert any("No test row has these labels" in note and "“delivery”" in note for note in report.notes)


def test_no_test_rows_is_an_error_for_people(parts):
    train, _, labels = parts
    with pytest.raises(StudioError, match="no rows to score"):
        build_report(TASK, labels, train, [], [], None, 1, 1.0)


def test_a_report_comes_back_from_disk_as_it_was(parts, tmp_path):
    train, test, labels = parts
    run = RunDir(tmp_path)
    assert read_report(run) is None
    report = build_report(TASK, labels, train, test, _perfect(test, labels), None, 1, 1.0)
    storage.write_json(run.report, report.model_dump(mode="json"))
    assert read_report(run) == report


def test_a_damaged_report_is_told(tmp_path):
    run = RunDir(tmp_path)
    run.report.write_text('{"rows": ')
    with pytest.raises(StudioError, match="cannot be read"):
        read_report(run)


def test_keys_of_a_newer_studio_are_ignored(parts):
    train, test, labels = parts
    value = build_report(TASK, labels, train, test, _perfect(test, labels), None, 1, 1.0).model_dump(mode="json")
    assert Report.model_validate_json(json.dumps({**value, "later": 1})).rows == 90
