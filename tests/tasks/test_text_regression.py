"""A number for a text or two: commas are read, what is no number is refused, and the metrics are scipy's."""

import random
from collections import namedtuple

import numpy as np
import pyarrow as pa
import pytest
from data.real import SHARED_DATA
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr
from transformers import BatchEncoding

from studio.data.decimals import plain_numbers, rounded
from studio.data.example import Example
from studio.data.read import read_table
from studio.data.table import Reading, Table
from studio.errors import StudioError
from studio.evaluation.baselines.mean import mean
from studio.evaluation.baselines.tfidf_number import tfidf_number
from studio.evaluation.scoring import score_answers
from studio.tasks import detect
from studio.tasks.rows import examples_of
from studio.tasks.task import Answer, Setup
from studio.tasks.text_regression import TASK


def asked(*numbers):
    return [Example(row, {"text": f"text {row}"}, repr(float(number))) for row, number in enumerate(numbers, 2)]


def said(*numbers):
    return [Answer(repr(float(number))) for number in numbers]


@pytest.mark.parametrize(
    ("cells", "plain"),
    [
        (["3,5", "4", " 0,25 "], ["3.5", "4", "0.25"]),
        (["1.234,5", "2,0"], ["1234.5", "2.0"]),
        (["1,234.5", "1,000"], ["1234.5", "1000"]),
        (["1,234,567", "2,000"], ["1234567", "2000"]),
        (["1,234", "2,5"], ["1.234", "2.5"]),
        (["12 345,6", "1'000"], ["12345.6", "1000"]),
        (["−3", "+2.5e-3", "٣"], ["-3", "+2.5e-3", "٣"]),
        (["five", "1,2,3", "", "1.2.3,4"], ["five", "1,2,3", "", "1.2.3,4"]),
    ],
)
def test_a_column_of_numbers_as_people_write_them(cells, plain):
    assert plain_numbers(cells) == plain


@pytest.mark.parametrize("bad", ["good", "", "  ", "nan", "inf", "1e999", "1_000", "3/5", "80 %", "1,2,3", "0x10", "½"])
def test_what_is_no_number_is_refused_by_its_row(bad):
    cells = pa.table({"text": ["a b", "c d"], "score": ["1,5", bad]}).cast(
        pa.schema([("text", pa.large_string()), ("score", pa.large_string())])
    )
    found = examples_of(TASK, Table(cells, range(2, 4), Reading("CSV")), {"text": "text", "score": "score"})
    assert [example.target for example in found.examples] == ["1.5"]
    assert [(problem.row, problem.column, problem.value) for problem in found.problems] == [(3, "score", bad.strip())]
    with pytest.raises(StudioError, match="row 9"):
        TASK.parse({"text": "x"}, bad, 9)


@pytest.mark.parametrize("number", ["1e61", "-1e300", "9e999"])
def test_numbers_that_no_correlation_can_be_counted_of_are_refused(number):
    with pytest.raises(StudioError, match=r"is too large \(row 9\)"):
        TASK.parse({"text": "x"}, number, 9)
    large = asked(1e60, -1e60, 5e59, 0)
    assert TASK.score(said(1e60, -1e60, 5e59, 0), large, ())["pearson"] == pytest.approx(1.0)
    assert [metric.value for metric in score_answers(TASK, (), large, said(1e60, -1e60, 5e59, 0), 1)][:1] == [
        pytest.approx(1.0)
    ]
    assert TASK.scaling(large)[1] == pytest.approx(np.std([1e60, -1e60, 5e59, 0]))


@pytest.mark.parametrize(
    ("number", "deviation", "told"),
    [
        (3.8123456, 1.2, "3.81235"),
        (-0.0123456789, 1.2, "-0.0123457"),
        (0.0, 1.2, "0"),
        (4.0, 1.2, "4"),
        (1234567.0, 900000.0, "1234567"),
        (1234567.0, 2000000.0, "1.23457e+06"),
        (2500001.23456789, 3.0, "2500001.23457"),
        (1700000000.25, 3.0, "1700000000.25"),
        (1e9 / 3, 1e-30, "333333333.333333"),
        (float("inf"), 1.0, "inf"),
    ],
)
def test_numbers_are_told_as_finely_as_they_differ(number, deviation, told):
    assert rounded(number, deviation) == told


@pytest.mark.parametrize(("middle", "deviation"), [(2_500_000.0, 3.0), (1.7e9, 86_400.0), (3.0, 1.2), (-4e7, 0.5)])
def test_a_perfect_model_is_scored_as_one_wherever_the_numbers_lie(middle, deviation):
    draw = np.random.default_rng(0)
    examples = asked(*(middle + deviation * draw.normal(size=200)))
    scaling = TASK.scaling(examples)
    setup = Setup(None, (), 10, scaling=scaling)
    outputs = [np.array([(float(each.target) - scaling[0]) / scaling[1]]) for each in examples]
    answers = [TASK.decode(each, [output], [], setup) for each, output in zip(examples, outputs, strict=True)]
    found = TASK.score(answers, examples, ())
    assert found["pearson"] == pytest.approx(1.0, abs=1e-9)
    assert found["mean_absolute_error"] < 1e-4 * deviation
    assert len({answer.value for answer in tfidf_number(examples, examples[:20], 1)}) > 1
    (always,) = {answer.value for answer in mean(examples, examples, 1)}
    assert abs(float(always) - scaling[0]) < 1e-4 * deviation


def test_two_texts_must_both_be_there():
    with pytest.raises(StudioError, match=r"second text is empty \(row 4\)"):
        TASK.parse({"text": "x", "text_pair": " "}, "1", 4)
    assert TASK.head_for(("text", "score"), "encoder") == "number"
    assert TASK.head_for(("text", "text_pair", "score"), "encoder") == "similarity"
    assert "cosine" in TASK.untuned_for({"text": "a", "text_pair": "b"})


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.floats(-1e3, 1e3, allow_subnormal=False)), min_size=3, max_size=40))
def test_metrics_are_scipys(pairs):
    right, answers = np.array([float(one) for one, _ in pairs]), np.array([round(other, 3) for _, other in pairs])
    ours = TASK.score(said(*answers), asked(*right), ())
    if np.ptp(right) > 0 and np.ptp(answers) > 0:
        assert ours["pearson"] == pytest.approx(pearsonr(right, answers).statistic, abs=1e-9)
        assert ours["spearman"] == pytest.approx(spearmanr(right, answers).statistic, abs=1e-9)
    else:  # scipy warns, and says nan
        assert ours["pearson"] == ours["spearman"] == 0.0
    assert ours["mean_absolute_error"] == pytest.approx(np.abs(right - answers).mean())


def test_intervals_of_all_three_metrics_hold_the_values():
    chance = np.random.default_rng(1)
    right = chance.normal(size=150) + 1000  # far from 0: sums of squares must not lose the differences
    results = {
        each.name: each for each in score_answers(TASK, (), asked(*right), said(*(right + chance.normal(size=150))), 1)
    }
    assert list(results) == ["pearson", "spearman", "mean_absolute_error"]
    for each in results.values():
        assert each.low < each.value < each.high
    assert 0.05 < results["pearson"].high - results["pearson"].low < 0.3
    assert abs(results["spearman"].low - results["pearson"].low) < 0.1


def test_the_mean_has_no_correlation_also_in_resampled_rows():
    train = asked(0.1, 0.2, 0.4)
    test = asked(*np.random.default_rng(2).random(50))
    answers = mean(train, test, 1)
    assert {answer.value for answer in answers} == {"0.233333"}
    (pearson, _, error) = score_answers(TASK, (), test, answers, 1)
    assert (pearson.value, pearson.low, pearson.high) == (0, 0, 0)
    assert error.low > 0


def test_outputs_come_back_in_the_numbers_own_scale():
    examples = asked(10, 20, 30, 40)
    scaling = TASK.scaling(examples)
    assert scaling == (25.0, pytest.approx(np.std([10, 20, 30, 40])))
    setup = Setup(_Spaces(), (), 4, scaling=scaling)
    (feature,) = TASK.encode(examples[:1], setup)[0]
    answer = TASK.decode(examples[0], [np.array(feature["labels"], np.float32)], [feature], setup)
    assert float(answer.value) == pytest.approx(10)
    assert TASK.scaling(asked(3, 3)) == (3.0, 1.0)


def test_each_of_two_texts_may_be_as_long_as_the_limit():
    setup = Setup(_Spaces(), (), 4)
    long = Example(2, {"text": "a b c d e f", "text_pair": "漢 😀"}, "1")
    (feature,) = TASK.encode([long], setup)[0]
    assert len(feature["input_ids"]) == len(feature["attention_mask"]) == 4
    assert len(feature["other_ids"]) == 2
    assert feature["cut"]


Encoded = namedtuple("Encoded", "ids overflowing", defaults=([],))


class _Spaces:
    """A tokenizer that knows no special tokens."""

    def __call__(self, texts, *, truncation, max_length, padding):
        assert truncation
        assert not padding
        whole = [[len(word) for word in text.split()] for text in texts]
        kept = [ids[:max_length] for ids in whole]
        cut = [ids[max_length:] for ids in whole]
        told = [Encoded(ids, [more] if more else []) for ids, more in zip(kept, cut, strict=True)]
        return BatchEncoding({"input_ids": kept}, encoding=told, n_sequences=1)


def test_the_simple_model_finds_numbers_of_words_and_shared_words_of_pairs():
    chance = random.Random(3)
    words = {"awful": 0, "poor": 1, "decent": 2, "good": 3, "great": 4}
    rows = [
        Example(row, {"text": f"a {word} film number {row}"}, str(words[word]))
        for row, word in enumerate(chance.choices(sorted(words), k=160))
    ]
    assert TASK.score(tfidf_number(rows[:120], rows[120:], 1), rows[120:], ())["pearson"] > 0.9
    pairs = []
    for row in range(160):
        one = chance.sample(["red", "green", "blue", "sea", "sky", "rose", "frog", "lime", "ink", "grass"], 4)
        shared = chance.randrange(5)
        other = one[:shared] + [f"new{row}x{place}" for place in range(4 - shared)]
        pairs.append(Example(row, {"text": " ".join(one), "text_pair": " ".join(other)}, str(shared)))
    assert TASK.score(tfidf_number(pairs[:120], pairs[120:], 1), pairs[120:], ())["pearson"] > 0.9


def test_a_real_file_of_pairs_is_found():
    file = SHARED_DATA / "similarity_stsb_validation.csv"
    if not file.exists():
        pytest.skip("the shared data is not beside this checkout")
    seen = read_table(file)
    task, guess = detect(seen)
    assert task is TASK
    assert guess.columns == {"text": "sentence1", "text_pair": "sentence2", "score": "similarity_score"}
    found = examples_of(TASK, seen, guess.columns)
    assert len(found.examples) == 1500
    assert found.problems == []
