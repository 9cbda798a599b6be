"""Suggestions: the measured recipe, its limits, and sentences that say why."""

import json
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.config import RunConfig
from studio.data.example import Example
from studio.data.split import MOST_VALIDATION, split
from studio.errors import StudioError
from studio.models import sizing
from studio.models.data_facts import DataFacts
from studio.models.lengths import data_facts
from studio.models.presets import EMBEDDED, PRESETS, preset_named
from studio.models.sizing import Machine
from studio.models.suggest import Effort, suggest
from studio.tasks import task_named
from studio.tasks.recipe import Recipe

PLAIN = Machine(cores=2, memory=24 * 10**9, available=20 * 10**9)
WITH_GPU = replace(PLAIN, gpu="NVIDIA L4", gpu_memory=24 * 10**9)
BANKING = DataFacts(10_003, 77, mean_tokens=16.2, p95_tokens=37, max_tokens=98, has_test_file=True)
MOVIES = DataFacts(9_596, 2, mean_tokens=27.0, p95_tokens=50, max_tokens=78, has_test_file=True)
SPAM = DataFacts(4_159, 2, mean_tokens=25.0, p95_tokens=55, max_tokens=260, has_test_file=True)
EXAMPLE = DataFacts(rows=300, labels=6, mean_tokens=35.0, p95_tokens=80, max_tokens=110)


@pytest.fixture(autouse=True)
def a_known_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "matrix_flops", lambda: 145e9)


def values(facts: DataFacts, effort: Effort = "balanced", machine: Machine = PLAIN) -> dict[str, object]:
    return {name: each.value for name, each in suggest(facts, EMBEDDED, machine, effort).items()}


@pytest.mark.parametrize(("facts", "epochs"), [(BANKING, 4), (MOVIES, 3), (SPAM, 3)], ids=["banking", "movies", "spam"])
def test_plenty_of_rows_a_label_get_the_measured_recipe(facts: DataFacts, epochs: int) -> None:
    found = values(facts)
    assert found | {
        "trains": "whole", "epochs": epochs, "batch_rows": 32, "learning_rate": 1e-4, "head_factor": 10.0, "label_smoothing": 0.1,
        "layer_decay": 1.0, "patience": 4, "checks_per_epoch": 3 if epochs == 4 else 4, "validation_share": 0.1,
    } == found  # fmt: skip


@pytest.mark.parametrize(("shots", "rate"), [(10, 5e-5), (30, 3e-5)])
def test_few_rows_a_label_get_small_steps(shots: int, rate: float) -> None:
    found = values(replace(BANKING, rows=77 * shots))
    assert found["learning_rate"] == rate
    assert found["label_smoothing"] == 0.0
    assert found["epochs"] >= 5


def test_small_data_gets_enough_steps() -> None:
    found = values(EXAMPLE)
    assert found["batch_rows"] == 16
    assert EXAMPLE.train_rows == 300 - 60 - 45
    assert found["epochs"] * (EXAMPLE.train_rows / 16) >= 120


@pytest.mark.parametrize("rows", [10, 148, 999, 1_009, 5_005, 30_000])
@pytest.mark.parametrize("has_test_file", [True, False])
def test_the_rows_that_are_told_are_those_of_the_split(rows: int, has_test_file: bool) -> None:
    facts = replace(EXAMPLE, rows=rows, labels=2, has_test_file=has_test_file)
    examples = [Example(row, {"text": f"text {row}"}, "ab"[row % 2]) for row in range(rows)]
    shares = {name: values(facts)[name] for name in ("validation_share", "test_share")}
    asked = [Example(1, {"text": "another"}, "a")] if has_test_file else None
    parts = split(examples, **shares, seed=1, test=asked)  # type: ignore[arg-type]
    tested = 0 if has_test_file else len(parts.test)
    assert facts.suggested_parts == (len(parts.train), len(parts.validation), tested)


@pytest.mark.parametrize("has_test_file", [True, False])
@pytest.mark.parametrize(("rows", "labels"), [(148, 3), (409, 6), (409, 30), (5_005, 2), (30_000, 5), (400_000, 5)])
def test_rows_in_the_reasons_are_those_that_are_trained_on(rows: int, labels: int, has_test_file: bool) -> None:
    facts = replace(EXAMPLE, rows=rows, labels=labels, has_test_file=has_test_file)
    found = suggest(facts, EMBEDDED, PLAIN)
    train, validation, test = facts.suggested_parts
    assert (
        f" {train:,} rows" in found["epochs"].why or f"about {train / labels:.0f} rows a label" in found["epochs"].why
    )
    assert f" {train:,} rows" in found["batch_rows"].why or "steady steps" in found["batch_rows"].why
    assert f"about {train / labels:,.0f} rows a label" in found["learning_rate"].why
    assert (
        f" {validation:,} rows" in found["validation_share"].why or f"of {rows:,} rows" in found["validation_share"].why
    )
    reported = ("of your test file",) if has_test_file else (f" {test:,} rows", f"of {rows:,} rows")
    assert any(each in found["test_share"].why for each in reported)


def test_a_pass_is_told_with_the_steps_that_it_takes() -> None:
    """What the page shows beside each other: the reason for the passes, and the plan's own steps."""
    facts = replace(EXAMPLE, rows=148)
    assert facts.suggested_parts == (96, 22, 30)
    assert "one pass over 96 rows is only 6 steps" in suggest(facts, EMBEDDED, PLAIN)["epochs"].why
    with_file = suggest(replace(facts, has_test_file=True), EMBEDDED, PLAIN)
    assert "one pass over 126 rows is only 8 steps" in with_file["epochs"].why
    assert with_file["epochs"].value < suggest(facts, EMBEDDED, PLAIN)["epochs"].value


def test_more_validation_rows_than_are_used_are_not_promised() -> None:
    facts = replace(BANKING, rows=30_000)
    assert facts.suggested_parts[1] == MOST_VALIDATION
    assert "never more than 2,000 rows" in suggest(facts, EMBEDDED, PLAIN)["validation_share"].why


def test_effort_orders_the_passes() -> None:
    for facts in (BANKING, EXAMPLE):
        quick, balanced, thorough = (values(facts, effort)["epochs"] for effort in get_args(Effort))
        assert quick < balanced < thorough
    assert values(BANKING, "thorough")["layer_decay"] < 1


def test_a_quick_run_trains_the_head_alone_where_the_whole_would_take_long() -> None:
    assert values(BANKING, "quick")["trains"] == "head"
    assert values(BANKING, "quick", WITH_GPU)["trains"] == "whole"
    assert values(EXAMPLE, "quick")["trains"] == "whole"


def test_larger_models_get_smaller_steps() -> None:
    rates = [suggest(BANKING, preset_named(name), PLAIN)["learning_rate"].value for name in (
        "embedded", "distilbert/distilbert-base-uncased", "FacebookAI/roberta-base",
    )]  # fmt: skip
    assert rates == sorted(rates, reverse=True)
    assert len(set(rates)) == 3


def test_the_text_length_fits_the_texts() -> None:
    assert values(replace(BANKING, max_tokens=40))["max_length"] == 48
    one_giant = replace(BANKING, max_tokens=5000, p99_tokens=60)
    assert values(one_giant)["max_length"] == 64
    assert "99 of 100" in suggest(one_giant, EMBEDDED, PLAIN)["max_length"].why
    novels = replace(BANKING, mean_tokens=3000.0, p95_tokens=6000, max_tokens=9000)
    assert values(novels)["max_length"] == EMBEDDED.context
    assert "most MiniLM (built in) can read" in suggest(novels, EMBEDDED, PLAIN)["max_length"].why
    for facts in (one_giant, novels):
        assert "cut off" in suggest(facts, EMBEDDED, PLAIN)["max_length"].why
        whole = suggest(replace(facts, reads_windows=True), EMBEDDED, PLAIN)["max_length"].why
        assert "read in several windows" in whole
        assert "cut off" not in whole
        talks = suggest(replace(facts, drops_oldest=True), EMBEDDED, PLAIN)["max_length"].why
        assert "lose their oldest messages" in talks
        assert "cut off" not in talks


def test_little_memory_makes_steps_in_parts_or_the_head_alone() -> None:
    long_texts = replace(BANKING, mean_tokens=200.0, p95_tokens=256, max_tokens=256)
    assert values(long_texts)["batch_rows"] == 32
    assert values(long_texts, machine=replace(PLAIN, available=2 * 10**9))["parts"] > 1
    assert values(BANKING, machine=replace(PLAIN, available=3 * 10**8))["trains"] == "head"


def test_an_unknown_effort() -> None:
    with pytest.raises(StudioError, match="quick, balanced or thorough"):
        suggest(BANKING, EMBEDDED, PLAIN, "heroic")  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(
    rows=st.integers(10, 2_000_000),
    labels=st.integers(2, 500),
    mean=st.floats(3, 4000),
    spread=st.floats(1, 8),
    preset=st.sampled_from(PRESETS),
    effort=st.sampled_from(get_args(Effort)),
    machine=st.sampled_from((PLAIN, WITH_GPU, replace(PLAIN, available=10**9))),
)
def test_every_suggestion_is_a_possible_setting_with_a_reason(
    rows: int, labels: int, mean: float, spread: float, preset, effort: Effort, machine: Machine
) -> None:  # fmt: skip
    facts = DataFacts(rows, labels, mean, int(mean * spread), int(mean * spread * 2))
    found = suggest(facts, preset, machine, effort)
    config = RunConfig().with_settings({name: each.value for name, each in found.items()})
    assert config.compute.max_length <= preset.context
    assert all(each.why.endswith(".") and each.why[0].isupper() | each.why[0].isdigit() for each in found.values())
    assert "{" not in "".join(each.why for each in found.values())
    train, validation, _test = facts.parts(config.split.validation_share, config.split.test_share)
    assert (
        config.early_stopping.checks_per_epoch * validation / train / 3 < 0.2
    )  # checks take under a fifth of the time
    assert config.early_stopping.patience >= 2


def test_numbers_and_several_labels_have_recipes_of_their_own() -> None:
    """A number's different values are no labels: a thousand of them are not a thousand labels with few rows each."""
    examples = [Example(row, {"text": f"text {row}"}, f"{row}.5") for row in range(2000)]
    numbers = data_facts(examples, [10] * 2000, task=task_named("text-regression"))
    assert numbers.labels == 0
    found = suggest(numbers, EMBEDDED, PLAIN)
    assert found["learning_rate"].value == 1e-4
    assert "about 1,600 rows carry" in found["learning_rate"].why
    assert found["label_smoothing"].value == 0.0
    told = [replace(each, target=json.dumps(["a", "b"][: each.row % 3])) for each in examples]
    several = data_facts(told, [10] * 2000, task=task_named("multi-label-classification"))
    assert several.labels == 2
    assert suggest(several, EMBEDDED, PLAIN)["label_smoothing"].value == 0.0


def test_a_tasks_own_recipe_goes_before_what_follows_from_rows_a_label() -> None:
    facts = replace(BANKING, labels=9_000)  # every target is another one
    recipe = Recipe(learning_rate=1e-4, epochs=3, batch_rows=16, label_smoothing=0.0, why="names are many")
    found = suggest(replace(facts, recipe=recipe), EMBEDDED, PLAIN)
    assert [found[name].value for name in ("learning_rate", "epochs", "batch_rows", "label_smoothing")] == [
        1e-4, 3, 16, 0.0,
    ]  # fmt: skip
    assert "names are many" in found["learning_rate"].why
    assert values(facts)["learning_rate"] == 5e-5
    wide = preset_named(next(preset.id for preset in PRESETS if preset.width > 512))
    assert suggest(replace(facts, recipe=recipe), wide, PLAIN)["learning_rate"].value <= 5e-5


def test_a_value_that_jumps_from_check_to_check_gets_more_patience() -> None:
    jumps = replace(BANKING, recipe=Recipe(epochs=4, checks=8, patience=0.5))
    found, usual = (
        suggest(jumps, EMBEDDED, PLAIN),
        suggest(replace(jumps, recipe=Recipe(epochs=4, checks=8)), EMBEDDED, PLAIN),
    )
    checks = found["epochs"].value * found["checks_per_epoch"].value
    assert checks == 8
    assert (found["patience"].value, usual["patience"].value) == (4, 3)
    assert f"4 checks: a lull of that length, out of {checks}" in found["patience"].why


def test_models_that_write_are_tuned_as_a_whole_or_with_adapters_never_by_a_head_alone() -> None:
    small = preset_named("HuggingFaceTB/SmolLM2-135M")
    facts = replace(MOVIES, labels=0, writes=True, methods=("whole", "lora"))
    for machine in (PLAIN, replace(PLAIN, available=10**9)):
        for effort in get_args(Effort):
            assert suggest(facts, small, machine, effort)["trains"].value in {"whole", "lora"}
    assert suggest(facts, small, replace(PLAIN, available=2 * 10**9))["trains"].value == "lora"
    assert suggest(MOVIES, small, PLAIN, "quick")["trains"].value == "head", "a decoder that sorts has a head"


@pytest.mark.parametrize(("methods", "trains"), [(("lora", "whole"), "lora"), (("whole", "lora"), "whole")])
def test_models_that_write_get_their_tasks_method_and_no_smoothing(methods: tuple[str, ...], trains: str) -> None:
    facts = DataFacts(4000, 1, mean_tokens=90.0, p95_tokens=200, max_tokens=400, writes=True, methods=methods)
    found = values(facts)
    assert found["trains"] == trains
    assert found["label_smoothing"] == 0
    assert found["freeze_embeddings"] is False
    assert found["learning_rate"] == {"lora": 2e-4, "whole": 2e-5}[trains]
    assert "freeze_embeddings" not in values(BANKING)
    told = suggest(facts, preset_named("HuggingFaceTB/SmolLM2-135M"), PLAIN)
    for name in ("head_factor", "probe_start"):
        assert told[name].why == "Without effect here: a model that writes gets no new head."
