"""What every preset promises, checked for each by its being there. No network."""

import re

import pytest

from studio.config import Model
from studio.models.data_facts import DataFacts
from studio.models.heads import head_named
from studio.models.presets import EMBEDDED, PRESETS, Preset, suited, worn
from studio.models.sizing import Machine, estimate_memory, expected, size_of
from studio.models.suggest import suggest
from studio.tasks import TASKS
from studio.tasks.task import Task

FREE_LICENSES = {"apache-2.0", "mit", "bsd-3-clause"}
A_MACHINE = Machine(cores=8, memory=16 * 10**9, available=12 * 10**9)
each_preset = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)


@each_preset
def test_the_facts_are_possible(preset: Preset) -> None:
    assert preset.family in {"encoder", "decoder", "encoder-decoder"}
    assert preset.license in FREE_LICENSES or preset.is_gated
    assert preset.layers in range(2, 65)
    assert preset.width % 64 == 0  # attention heads are 64 wide, or 32
    assert 20_000 <= preset.vocabulary <= 300_000
    assert 64 <= preset.context <= 262_144
    assert preset.title
    assert preset.languages
    assert preset.note.endswith(".")


@each_preset
def test_the_body_fits_layers_and_width(preset: Preset) -> None:
    """A layer is four square matrices and two or three of the feed-forward part, but for groups and cross-attention."""
    matrices = 3 if preset.writes else 2
    a_layer = 4 * preset.width**2 + matrices * preset.width * (preset.inner or 4 * preset.width)
    assert 0.7 <= preset.body * 1e6 / preset.layers / a_layer <= 1.35


@each_preset
def test_it_says_what_it_is_for(preset: Preset) -> None:
    assert preset.family == "decoder" or not preset.chats
    assert (preset.pooling == "last") == (preset.family == "decoder")
    assert preset.is_gated == (preset.license not in FREE_LICENSES)


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
def test_it_can_be_used_by_the_tasks_that_name_its_family(preset: Preset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.models.sizing.matrix_flops", lambda: 1e11)
    tasks = [task for task in TASKS.values() if preset in suited(task.families, writes=task.writes)]
    assert tasks
    for task in tasks:
        head = head_named(task.head_for(task.required, preset.family))
        assert head.auto_class.endswith("LM") == task.writes
        used = worn(preset, writes=task.writes)
        assert used.writes == (task.writes and preset.family != "encoder")
        assert estimate_memory(used) <= estimate_memory(preset)
        facts = DataFacts(1200, 0 if task.writes else 6, 100, 40.0, 90, 400, writes=task.writes, methods=task.methods)
        assert suggest(facts, preset, A_MACHINE)["trains"].value in task.methods


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_every_task_has_some_of_each_of_its_families(task: Task) -> None:
    found = suited(task.families, writes=task.writes)
    assert {preset.family for preset in found} == task.families
    first = "encoder" if task.families >= {"encoder"} and not task.writes else "decoder"
    assert found[0].family == (first if first in task.families else "encoder-decoder")
    assert all(preset.fills for preset in found if task.writes and preset.family == "encoder")
    assert (EMBEDDED in found) == ("encoder" in task.families and not task.writes)


@each_preset
def test_it_can_be_sized_and_suggested_for(preset: Preset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.models.sizing.matrix_flops", lambda: 1e11)
    size = expected(preset, A_MACHINE)
    assert size.memory_bytes > 4e6 * preset.parameters
    assert size.tokens_per_s > 0
    facts = DataFacts(rows=1200, labels=6, mean_tokens=40.0, p95_tokens=90, max_tokens=400)
    assert suggest(facts, preset, A_MACHINE)["max_length"].value <= preset.context
    assert size_of(preset) is not None  # it can be tuned on some machine that people have


def test_no_preset_twice() -> None:
    assert len({preset.id for preset in PRESETS}) == len({preset.title for preset in PRESETS}) == len(PRESETS)


@pytest.mark.parametrize("family", ["encoder", "encoder-decoder", "decoder"])
def test_every_family_has_some_for_each_machine_and_for_other_languages(family: str) -> None:
    presets = suited({family})
    sizes = {size.name for preset in presets if (size := size_of(preset)) is not None}
    assert sizes == ({"laptop"} if family == "encoder" else {"laptop", "gpu16", "gpu80"})
    assert any(preset.languages != "English" for preset in presets)
    assert not presets[0].is_gated
    assert size_of(presets[0]).name == "laptop"  # the first choice fits where most people are


def test_there_is_one_for_other_languages_than_english() -> None:
    assert sum(preset.languages != "English" for preset in PRESETS) >= 3
