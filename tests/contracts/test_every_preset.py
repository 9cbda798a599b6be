"""What every preset promises, checked for each by its being there. No network."""

import re

import pytest

from studio.config import Compute, Model
from studio.models.presets import EMBEDDED, PRESETS, Preset
from studio.models.sizing import Machine, expected
from studio.models.suggest import DataFacts, suggest
from studio.tasks import TASKS

FREE_LICENSES = {"apache-2.0", "mit", "bsd-3-clause"}
A_MACHINE = Machine(cores=8, memory=16 * 10**9, available=12 * 10**9)
each_preset = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)


@each_preset
def test_the_facts_are_possible(preset: Preset) -> None:
    assert preset.family in {"encoder", "decoder", "encoder-decoder"}
    assert preset.license in FREE_LICENSES
    assert preset.layers in range(2, 60)
    assert preset.width % 64 == 0  # attention heads are 64 wide, or 32
    assert 20_000 <= preset.vocabulary <= 300_000
    assert 64 <= preset.context <= 8192
    assert preset.context <= next(
        rule.le for rule in Compute.model_fields["max_length"].metadata if hasattr(rule, "le")
    )
    assert preset.title
    assert preset.languages
    assert preset.note.endswith(".")


@each_preset
def test_the_body_fits_layers_and_width(preset: Preset) -> None:
    """A layer has about 12 times its width squared parameters, from 8 (gated, narrow) to 17 (gated, wide)."""
    a_layer = preset.body * 1e6 / preset.layers / preset.width**2
    assert 8 <= a_layer <= 17


@each_preset
def test_a_run_can_name_it(preset: Preset) -> None:
    assert Model(id=preset.id, revision=preset.revision).id == preset.id


@each_preset
def test_what_comes_from_the_hub_is_pinned(preset: Preset) -> None:
    if preset is EMBEDDED:
        assert preset.revision == ""
    else:
        assert re.fullmatch(r"[0-9a-f]{40}", preset.revision)
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", preset.id)


@each_preset
def test_some_task_can_use_it(preset: Preset) -> None:
    assert any(preset.family in task.families for task in TASKS.values())


@each_preset
def test_it_can_be_sized_and_suggested_for(preset: Preset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.models.sizing.matrix_flops", lambda: 1e11)
    size = expected(preset, A_MACHINE)
    assert size.memory_bytes > 4e6 * preset.parameters
    assert size.tokens_per_s > 0
    facts = DataFacts(rows=1200, labels=6, smallest_label=100, mean_tokens=40.0, p95_tokens=90, max_tokens=400)
    assert suggest(facts, preset, A_MACHINE)["max_length"].value <= preset.context


def test_no_preset_twice() -> None:
    assert len({preset.id for preset in PRESETS}) == len({preset.title for preset in PRESETS}) == len(PRESETS)


def test_there_is_one_for_other_languages_than_english() -> None:
    assert sum(preset.languages != "English" for preset in PRESETS) >= 3
