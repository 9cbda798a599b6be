"""Several labels a text: cells of any form become lists, metrics are sklearn's, thresholds come from validation rows."""

import json

import numpy as np
import pyarrow as pa
import pytest
from data.real import SHARED_DATA
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from studio.data.example import Example
from studio.data.read import read_table
from studio.data.split import split
from studio.data.table import Reading, Table
from studio.errors import StudioError
from studio.evaluation.baselines.tfidf_labels import tfidf_labels
from studio.tasks import detect
from studio.tasks.label_thresholds import best_thresholds
from studio.tasks.multi_label_classification import TASK
from studio.tasks.rows import dealt_by, examples_of
from studio.tasks.task import Answer, Setup


def table(**columns):
    cells = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    return Table(cells, range(2, cells.num_rows + 2), Reading("CSV"))


def targets(cells, **more):
    texts = [f"text number {place}" for place in range(len(cells))]
    found = examples_of(TASK, table(text=texts, tags=cells, **more), {"text": "text", "labels": "tags"})
    return [json.loads(example.target) for example in found.examples], found


def as_list(*labels):
    return json.dumps(sorted(labels), ensure_ascii=False)


@pytest.mark.parametrize(
    "cells",
    [
        ["joy|fear", "fear", "", "joy"] * 5,
        ["joy; fear", "fear", " ", "joy"] * 5,
        ["joy, fear", "fear", "", "joy"] * 5,
        ["fear\njoy", "fear", "", "joy"] * 5,
        ['["joy", "fear"]', '["fear"]', "[]", '["joy"]'] * 5,
        ["['joy', 'fear']", "['fear']", "", "['joy']"] * 5,
        ["joy|fear", "fear|", "", "|joy|joy"],  # too few for a pattern
    ],
)
def test_cells_of_any_form_become_the_same_lists(cells):
    said, found = targets(cells)
    assert said[:4] == [["fear", "joy"], ["fear"], [], ["joy"]]
    assert found.problems == []
    assert found.notes == ()


def test_columns_of_marks_are_labels_by_their_names():
    seen = table(text=["a b", "c d", "e f", "g h"], vreugde=["1", "0", "yes", "maybe"], 怒り=["1", "", "no", "1"])
    found = examples_of(TASK, seen, {"text": "text", "labels": ("vreugde", "怒り")})
    assert [json.loads(example.target) for example in found.examples] == [["vreugde", "怒り"], [], ["vreugde"]]
    assert [problem.row for problem in found.problems] == [5]
    assert "vreugde is “maybe”" in found.problems[0].what
    asked = examples_of(TASK, seen, {"text": "text"}, with_target=False)
    assert [example.target for example in asked.examples] == [None] * 4


@pytest.mark.parametrize("cells", [["1", "0", "1", "0"], ["1.0", "0.0", "1", " 0"], ["1", "", "1", ""]])
def test_a_single_column_of_marks_is_one_label_by_its_name(cells):
    said, found = targets(cells)
    assert said == [["tags"], [], ["tags"], []]
    assert found.problems == []


def test_a_single_column_of_marks_keeps_its_name_in_other_tables():
    columns = {"text": "text", "labels": "urgent"}
    known = TASK.conventions(table(text=["a b", "c d"], urgent=["0", "1"]), columns)
    other = table(text=["e f", "g h", "i j"], urgency=["1", "yes", "soon"])  # elsewhere
    found = examples_of(TASK, other, {"text": "text", "labels": "urgency"}, known)
    assert [json.loads(example.target) for example in found.examples] == [["urgent"], ["urgent"]]
    assert "urgency is “soon”" in found.problems[0].what


@pytest.mark.parametrize("cells", [["0", "1", "2", "0"], ["yes", "no", "yes", "no"], ["0|1", "1", "0", ""]])
def test_other_cells_of_a_single_column_are_labels_themselves(cells):
    said, _ = targets(cells)
    assert said[:2] == [sorted(cells[0].split("|")), [cells[1]]]


def test_a_list_that_is_none_is_refused_by_its_row():
    said, found = targets(['["joy"]', '["fear", 3]', '["joy', "['joy']"] + ['["joy"]'] * 16)
    assert len(said) == 18
    assert [problem.row for problem in found.problems] == [3, 4]
    with pytest.raises(StudioError, match="row 7"):
        TASK.parse({"text": "x"}, "joy, fear", 7)


@pytest.mark.parametrize(
    ("file", "labels", "count"),
    [
        ("multilabel_emotions_test.csv", "emotions", 28),
        ("demo/feelings.csv", "feelings", 7),
        ("demo/feelings_one_column_per_label.csv", None, 7),
    ],
)
def test_real_files_are_found_and_read(file, labels, count):
    if not (SHARED_DATA / file).exists():
        pytest.skip("the shared data is not beside this checkout")
    seen = read_table(SHARED_DATA / file)
    task, guess = detect(seen)
    assert task is TASK
    assert labels is None or guess.columns["labels"] == labels
    found = examples_of(TASK, seen, guess.columns)
    assert found.problems == []
    assert len(TASK.labels(found.examples)) == count


def test_both_forms_of_a_real_file_are_the_same_rows():
    files = [SHARED_DATA / "demo" / f"{name}.csv" for name in ("feelings", "feelings_one_column_per_label")]
    if not all(file.exists() for file in files):
        pytest.skip("the shared data is not beside this checkout")
    one, other = (examples_of(TASK, seen, TASK.detect(seen).columns).examples for seen in map(read_table, files))
    assert one == other


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sets(st.sampled_from("abcdé漢")), st.sets(st.sampled_from("abcdé漢"))), min_size=1))
def test_metrics_are_sklearns(pairs):
    labels = tuple("abcdé漢")
    examples = [Example(row, {"text": "x"}, as_list(*right)) for row, (right, _) in enumerate(pairs)]
    answers = [Answer(as_list(*said)) for _, said in pairs]
    marks = np.array([[[label in each[side] for label in labels] for each in pairs] for side in (0, 1)])
    ours = TASK.score(answers, examples, labels)
    occurs = marks.any((0, 1))
    of_label = [f1_score(*marks[:, :, place], zero_division=0) for place in np.flatnonzero(occurs)]
    macro = np.mean(of_label) if of_label else 0.0
    assert ours["macro_f1"] == pytest.approx(macro, abs=1e-12)
    assert ours["micro_f1"] == pytest.approx(f1_score(*marks, average="micro", zero_division=0), abs=1e-12)
    assert ours["subset_accuracy"] == pytest.approx(accuracy_score(*marks), abs=1e-12)
    for label, hits, said, due in TASK.by_label(answers, examples, labels):
        place = labels.index(label)
        right, answered = marks[0, :, place], marks[1, :, place]
        assert (hits, said, due) == ((right & answered).sum(), answered.sum(), right.sum())


def test_a_label_that_training_never_had_counts_as_missed():
    examples = [Example(2, {"text": "x"}, as_list("a", "new")), Example(3, {"text": "x"}, as_list("a"))]
    values = TASK.score([Answer(as_list("a")), Answer(as_list("a"))], examples, ("a", "b"))
    assert values["macro_f1"] == pytest.approx(0.5)
    assert values["subset_accuracy"] == 0.5


@pytest.mark.parametrize("seed", range(5))
def test_thresholds_are_the_best_of_all_where_rows_are_plenty(seed, monkeypatch):
    monkeypatch.setattr("studio.tasks.label_thresholds.BELIEVED_ROWS", 0.0)
    chance = np.random.default_rng(seed)
    shares = chance.random((300, 3)).round(2)  # many equal ones
    right = chance.random((300, 3)) < shares**2
    for label, chosen in enumerate(best_thresholds(shares, right)):
        best = max(f1_score(right[:, label], shares[:, label] >= each) for each in np.unique(shares))
        assert f1_score(right[:, label], shares[:, label] >= chosen) == pytest.approx(best)


def test_one_lucky_row_does_not_decide_about_a_rare_label():
    chance = np.random.default_rng(1)
    shares = chance.random((400, 1)) * 0.2
    right = np.zeros((400, 1), bool)
    right[shares[:, 0].argmin()] = True  # the least likely of all rows: the rows alone would say the label of every one
    (threshold,) = best_thresholds(shares, right)
    assert threshold == pytest.approx(0.128, abs=0.01)  # half of the best expected F1, as Lipton et al. prove
    assert best_thresholds(np.zeros((5, 1)), np.zeros((5, 1), bool)) == (0.5,)


def test_a_label_is_said_from_its_own_threshold_on():
    setup = Setup(None, ("a", "b", "c"), 8, thresholds=(0.9, 0.2, 0.5))
    answer = TASK.decode(Example(2, {"text": "x"}), [np.array([1.0, -1.0, -800.0], np.float32)], [{}], setup)
    assert answer.value == as_list("b")
    assert answer.confidence["a"] == pytest.approx(1 / (1 + np.exp(-1)))
    assert answer.confidence["c"] == 0.0
    assert TASK.show(answer.value) == "b"
    assert TASK.show("[]") == "no label"


def test_rare_labels_are_trained_on_and_common_ones_dealt_evenly():
    chance = np.random.default_rng(3)
    rows = []
    for row in range(600):
        labels = {"common"} if chance.random() < 0.8 else set()
        labels |= {"half"} if chance.random() < 0.4 else set()
        labels |= {"rare"} if row % 200 == 7 else set()
        rows.append(Example(row, {"text": f"text {row} {row * 7919}"}, as_list(*labels)))
    for seed in range(5):
        parts = split(rows, validation_share=0.2, test_share=0.2, seed=seed, **dealt_by(TASK))
        named = [[label for example in part for label in TASK.labels_in(example)] for part in (parts.train, parts.test)]
        assert "rare" in named[0]
        assert abs(named[1].count("half") / len(parts.test) - 0.4) < 0.06


def test_the_simple_model_learns_what_words_tell():
    words = {"red": "tomato rose blood", "blue": "sea sky ink", "green": "grass frog lime"}
    chance = np.random.default_rng(4)
    rows = []
    for row in range(200):
        labels = [label for label in words if chance.random() < 0.5]
        text = " ".join([*(chance.choice(words[label].split()) for label in labels), f"thing {row}"])
        rows.append(Example(row, {"text": text}, as_list(*labels)))
    answers = tfidf_labels(rows[:150], rows[150:], 1)
    assert TASK.score(answers, rows[150:], tuple(sorted(words)))["macro_f1"] > 0.95
    everywhere = [Example(row, {"text": f"thing {row}"}, as_list("red")) for row in range(9)]
    assert tfidf_labels(everywhere, everywhere[:1], 1)[0].value == as_list("red")
