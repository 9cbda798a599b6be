import random

import pytest

from studio import figures
from studio.data.example import Example
from studio.evaluation.compare import _signed, compare, mcnemar
from studio.tasks import task_named
from studio.tasks.task import Answer

from .rows import asked, said

TASK = task_named("text-classification")


def _pair(both, only_ours, only_theirs, neither):
    """Rows by who is right: the question, our answers, theirs."""
    ours = ["a"] * (both + only_ours) + ["b"] * (only_theirs + neither)
    theirs = ["a"] * both + ["b"] * only_ours + ["a"] * only_theirs + ["b"] * neither
    return asked(*["a"] * len(ours)), said(*ours), said(*theirs)


def _compare(*counts, against="tfidf"):
    examples, ours, theirs = _pair(*counts)
    return compare(TASK, ("a", "b"), examples, ours, theirs, against=against, seed=1)


@pytest.mark.parametrize(
    ("ours", "theirs", "p_value"),
    [(8, 0, 0.0078125), (5, 5, 1.0), (0, 0, 1.0), (10, 2, 0.03857421875), (1, 0, 1.0)],  # 2 · binomial tail, by hand
)
def test_mcnemar_is_exact(ours, theirs, p_value):
    assert mcnemar(ours, theirs) == pytest.approx(p_value)


def test_clearly_better_is_said_with_numbers():
    found = _compare(2634, 243, 80, 123)
    assert found.verdict == "better"
    assert found.sentence == (
        "Better than the simple model (TF-IDF): 93.4 % against 88.1 %, surely (p < 0.001, 3,080 rows)."
    )
    assert found.difference == pytest.approx(163 / 3080)
    assert 0.03 < found.low < found.difference < found.high < 0.07


def test_few_rows_cannot_tell():
    found = _compare(34, 3, 1, 2)
    assert found.verdict == "unclear"
    assert found.low < 0 < found.high
    span = f"−{abs(100 * found.low):.1f} to +{100 * found.high:.1f} points."
    assert found.sentence == (
        "Cannot tell with 40 rows: 92.5 % against 87.5 %, but the true difference from the simple model (TF-IDF) "
        f"may lie anywhere from {span}"
    )


@pytest.mark.parametrize("counts", [(30, 0, 0, 10), (2900, 0, 0, 180)])
@pytest.mark.parametrize(
    ("against", "simple"), [("tfidf", "the simple model (TF-IDF)"), ("frozen", "the untuned model")]
)
def test_the_same_answers_on_few_and_on_many_rows_say_that_the_simpler_model_will_do(counts, against, simple):
    found = _compare(*counts, against=against)
    assert found.verdict == "not better"
    assert found.sentence == (
        f"Not better than {simple}: both give the same answers on all {sum(counts):,} rows; use that one instead."
    )
    assert found.low < 0 < found.high
    assert found.p_value == 1.0


@pytest.mark.parametrize(
    ("name", "labels", "right", "value"),
    [
        ("text-classification", ("a", "b"), "a", "b"),
        ("multi-label-classification", ("a", "b"), '["a"]', '["a", "b"]'),
        ("token-classification", ("PER",), '[[0, 4, "PER"]]', "[]"),
        ("text-regression", (), "3.0", "2.5"),
    ],
)
def test_the_same_answers_have_the_same_verdict_in_every_task(name, labels, right, value):
    task = task_named(name)
    examples = [Example(row, {"text": f"Anna wrote {row}"}, right) for row in range(82)]
    said_by_both = [Answer(right if row % 3 else value, {each: 0.5 for each in labels}) for row in range(82)]
    found = compare(task, labels, examples, said_by_both, list(said_by_both), against="frozen", seed=1)
    assert found.verdict == "not better"
    assert found.sentence == (
        "Not better than the untuned model: both give the same answers on all 82 rows; use that one instead."
    )


@pytest.mark.parametrize(("name", "value"), [("language-modeling", ""), ("instruction-tuning", "the same reply")])
@pytest.mark.parametrize("worse", [4.0, 0.1])
def test_models_that_differ_in_surprise_only_are_not_said_to_give_the_same_answers(name, value, worse):
    task, chance = task_named(name), random.Random(3)
    examples = [Example(row, dict.fromkeys(task.inputs, f"text {row}"), value) for row in range(50)]
    theirs = [Answer(value, losses=(40 + chance.gauss(0, 1), 20)) for _ in examples]
    ours = [Answer(value, losses=(40 + worse + chance.gauss(0, 1), 20)) for _ in examples]
    found = compare(task, (), examples, ours, theirs, against="frozen", seed=1)
    assert found.metric == "perplexity"
    assert found.verdict == ("not better" if worse > 1 else "unclear")
    assert "same answers" not in found.sentence
    for answers in (ours, theirs):
        assert figures.quantity(task.score(answers, examples, ())["perplexity"], "tokens") in found.sentence


def test_perhaps_better():
    found = _compare(80, 10, 2, 8)
    assert found.verdict == "perhaps"
    assert found.sentence.startswith("Perhaps better than the simple model (TF-IDF): 90.0 % against 82.0 % (p = 0.039,")


@pytest.mark.parametrize("counts", [(700, 20, 60, 220), (2850, 30, 33, 167)])
def test_worse_or_no_better_on_many_rows_says_use_the_simple_model(counts):
    found = _compare(*counts)
    assert found.verdict == "not better"
    assert found.sentence.startswith("Not better than the simple model (TF-IDF):")
    assert found.sentence.endswith("use that one instead.")


def test_one_row_reads_well():
    assert "Cannot tell with 1 row:" in _compare(0, 1, 0, 0).sentence


def test_equally_good_models_are_rarely_called_different():
    """False claims over 300 simulated pairs of equally good models on 60 rows."""
    chance = random.Random(1)
    verdicts = []
    for _ in range(300):
        kinds = [chance.choices(range(4), (70, 10, 10, 10))[0] for _ in range(60)]
        verdicts.append(_compare(*(kinds.count(kind) for kind in range(4))).verdict)
    assert verdicts.count("better") <= 6
    assert verdicts.count("perhaps") <= 24


def test_a_metric_that_is_no_share_of_rows_is_compared_by_paired_resampling():
    class Gain(type(TASK)):
        def score(self, answers, examples, labels):
            gains = [0.9 if a.value == e.target else 0.2 for a, e in zip(answers, examples, strict=True)]
            return {"accuracy": sum(gains) / len(gains), "macro_f1": 0.0}

    examples, ours, theirs = _pair(50, 30, 5, 15)
    found = compare(Gain(), ("a", "b"), examples, ours, theirs, against="tfidf", seed=1)
    assert found.difference == pytest.approx(0.7 * 0.25)
    assert 0 < found.low < found.difference < found.high
    assert found.p_value < 0.01
    assert found.verdict == "better"


@pytest.mark.parametrize(
    ("value", "is_share", "said"),
    [
        (-0.0475, False, "−0.0475"), (-0.05, False, "−0.05"), (0.0138, False, "+0.0138"), (-0.0, False, "+0"),
        (-0.102, True, "−10.2"), (-0.0002, True, "+0.0"), (0.0002, True, "+0.0"),
    ],
)  # fmt: skip
def test_small_losses_keep_their_minus(value, is_share, said):
    assert _signed(value, is_share=is_share) == said
