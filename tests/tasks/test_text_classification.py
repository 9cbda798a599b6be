"""Text classification: its numbers are sklearn's, and it finds the right columns of every real file with labels."""

import random

import numpy as np
import pyarrow as pa
import pytest
from data.real import SHARED_DATA
from sklearn.metrics import accuracy_score, f1_score

from studio.data.example import Example
from studio.data.read import read_table
from studio.data.table import Reading, Table
from studio.errors import StudioError
from studio.tasks import detect
from studio.tasks.task import Answer, Setup
from studio.tasks.text_classification import TASK, scores

REAL = [  # file, text column, columns that are right as labels, how sure the guess must be
    ("intent_banking77_train.csv", "text", {"category"}, 0.9),
    ("intent_banking77_test.csv", "text", {"category"}, 0.9),
    ("sentiment_movie_reviews_train.csv", "review", {"sentiment"}, 0.9),
    ("sentiment_movie_reviews_test.csv", "review", {"sentiment"}, 0.9),
    ("spam_sms_train.csv", "message", {"label"}, 0.9),
    ("spam_sms_test.csv", "message", {"label"}, 0.9),
    ("support_replies_train.csv", "instruction", {"category", "intent"}, 0.6),
    ("support_replies_test.csv", "instruction", {"category", "intent"}, 0.6),
    ("demo/bank_support_questions.csv", "question", {"topic"}, 0.9),
    ("demo/customer_support_replies.csv", "customer_message", {"category"}, 0.9),
    ("demo/movie_reviews.csv", "review", {"sentiment"}, 0.9),
    ("demo/spam_filter.csv", "message", {"label"}, 0.9),
    ("messy/derived/reviews_tab_separated.csv", "review", {"sentiment"}, 0.9),
    ("messy/derived/tickets_index_column_and_ghost_cells.csv", "text", {"category"}, 0.9),
    ("messy/derived/tickets_label_variants_and_gaps.csv", "text", {"label"}, 0.9),
]
NOT_FOR_SORTING = ["translation_en_de_train.csv", "summary_scitldr_train.csv", "qa_covid_train.csv"]


def table(**columns):
    cells = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    return Table(cells, range(2, cells.num_rows + 2), Reading("CSV"))


def sentences(count):
    return [f"This is sentence number {index} about something" for index in range(count)]


@pytest.mark.parametrize(("name", "text", "labels", "sure"), REAL, ids=[case[0] for case in REAL])
def test_the_columns_of_real_files(name, text, labels, sure):
    path = SHARED_DATA / name
    label = sorted(labels)[0]
    # without the real file, a table with the same column names in the same places
    seen = read_table(path) if path.exists() else table(**{text: sentences(40), label: ["one", "two"] * 20})
    guess, found = TASK.detect(seen), detect(seen)
    assert guess is not None
    assert found is not None
    # support files may be answered or sorted: both are honest
    assert found[0] is TASK or found[0].name == "instruction-tuning"
    assert guess.columns["text"] == text
    assert guess.columns["label"] in labels
    assert guess.confidence >= sure
    assert f"“{text}”" in guess.reason
    assert f"“{guess.columns['label']}” holds" in guess.reason


@pytest.mark.parametrize("name", NOT_FOR_SORTING)
def test_files_without_labels_are_not_for_this_task(name):
    path = SHARED_DATA / name
    seen = read_table(path) if path.exists() else table(english=sentences(40), german=sentences(40))
    assert TASK.detect(seen) is None


def test_numbers_ids_and_empty_columns_are_no_labels():
    count = 60
    seen = table(
        id=[str(index) for index in range(count)],
        day=["monday"] * count,
        empty=[""] * count,
        score=[f"{index % 30}.5" for index in range(count)],
        comment=sentences(count),
        c7=["good", "bad", "so-so"] * 20,
    )
    guess = TASK.detect(seen)
    assert guess.columns == {"text": "comment", "label": "c7"}
    assert guess.confidence == 0.7


def test_a_single_label_is_guessed_with_little_confidence():
    guess = TASK.detect(table(text=sentences(20), label=["pos"] * 20))
    assert guess.columns == {"text": "text", "label": "label"}
    assert guess.confidence < 0.3
    assert "one value only" in guess.reason


@pytest.mark.parametrize("seen", [table(text=sentences(20)), table(text=["", ""], label=["", ""]), table(a=[], b=[])])
def test_tables_that_cannot_be_sorted(seen):
    assert TASK.detect(seen) is None


def test_texts_without_spaces_are_texts():
    guess = TASK.detect(
        table(
            標籤=["好", "壞"] * 10, 評論=[f"這部電影的第{index}個場景非常好看而且音樂也很動人" for index in range(20)]
        )
    )
    assert guess.columns == {"text": "評論", "label": "標籤"}


@pytest.mark.parametrize("seed", range(20))
def test_scores_are_sklearns(seed):
    chance = random.Random(seed)
    names = [f"label {index}" for index in range(chance.randint(1, 12))]
    right = [chance.choice(names) for _ in range(chance.randint(1, 200))]
    said = [chance.choice([label, *names]) for label in right]
    ours = scores(right, said)
    assert ours["accuracy"] == pytest.approx(accuracy_score(right, said), abs=1e-12)
    assert ours["macro_f1"] == pytest.approx(f1_score(right, said, average="macro", zero_division=0), abs=1e-12)


def test_score_counts_a_label_never_trained_on_as_wrong():
    examples = [Example(2, {"text": "a"}, "new"), Example(3, {"text": "b"}, "x")]
    assert TASK.score([Answer("x"), Answer("x")], examples, ("x", "y")) == {
        "accuracy": 0.5,
        "macro_f1": pytest.approx(1 / 3),
    }


def test_rows_are_parsed_or_refused_by_name():
    assert TASK.parse({"text": " hi "}, " spam ", 7) == Example(7, {"text": " hi "}, "spam")
    assert TASK.parse({"text": "hi"}, None, 7).target is None
    for text, label, said in ((" ", "x", "text"), ("hi", " ", "label")):
        with pytest.raises(StudioError, match=rf"The {said} is empty \(row 7\)"):
            TASK.parse({"text": text}, label, 7)


def test_decode_is_a_stable_softmax():
    setup = Setup(None, ("a", "b", "c"), 8)
    answer = TASK.decode(Example(2, {"text": "x"}), [np.array([1e4, 1e4, -1e4], np.float32)], [{}], setup)
    assert answer.value == "a"
    assert answer.confidence == {"a": 0.5, "b": 0.5, "c": 0.0}
