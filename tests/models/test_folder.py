"""From an order's base model to the folder it is loaded from."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from studio import storage
from studio.config import Model
from studio.errors import StudioError
from studio.models.folder import family_in, model_folder
from studio.models.hub import folder_of
from studio.models.presets import PRESETS

PRESET = next(preset for preset in PRESETS if preset.revision)


def put(home, revision: str):
    folder = folder_of(home, replace(PRESET, revision=revision))
    storage.make_folder(folder.parent)
    with storage.Stage(folder) as stage:
        stage.write("config.json", b"{}")
    return folder


def test_an_order_keeps_its_own_revision_when_the_preset_moves_on(home):
    old, new = put(home, "a" * 40), put(home, PRESET.revision)
    assert model_folder(Model(id=PRESET.id, revision="a" * 40), home) == old
    assert model_folder(Model(id=PRESET.id, revision=PRESET.revision), home) == new
    assert model_folder(Model(id=PRESET.id), home) == new


def test_another_revision_never_stands_in(home):
    put(home, PRESET.revision)
    with pytest.raises(StudioError, match="bbbbbbbbbbbb"):
        model_folder(Model(id=PRESET.id, revision="b" * 40), home)


@pytest.mark.parametrize("name", ["folder:../../etc", "folder:.hidden", "folder:", "folder:nothing"])
def test_only_offered_folders_can_be_named(home, name):
    with pytest.raises(StudioError, match="no model folder"):
        model_folder(Model(id=name), home)


@pytest.mark.parametrize(
    ("facts", "family"),
    [
        ({"architectures": ["T5ForConditionalGeneration"], "model_type": "t5"}, "encoder-decoder"),
        ({"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2"}, "decoder"),
        ({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}, "decoder"),
        ({"architectures": ["BertLMHeadModel"], "model_type": "bert"}, "encoder"),
        ({}, ""),
    ],
)
def test_the_family_of_a_folder(tmp_path: Path, facts: dict[str, object], family: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps(facts))
    assert family_in(tmp_path) == family
