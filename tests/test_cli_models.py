"""Which base model `studio train --model` orders: presets, models looked up on a stand-in Hub, and the task's own choice."""

import json

import pytest
from stand_in_hub import NAME, REVISION, standing_in

from studio.cli.arguments import parse
from studio.cli.train import _fetch, _model, train
from studio.config import Model
from studio.errors import StudioError
from studio.models.hub import downloaded, transfer
from studio.models.presets import PRESETS, preset_named
from studio.tasks import task_named
from studio.tasks.text_classification import TextClassification

TASK = task_named("text-classification")


class Writing(TextClassification):
    name, title, families = "writing", "Writing", frozenset({"encoder-decoder"})


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(transfer, "PAUSE_S", 0.0)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with standing_in() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


def test_without_a_name_it_is_the_first_choice_of_the_task(home):
    assert _model("", TASK, home) == Model(id="embedded")
    first = preset_named("google/flan-t5-small")
    assert _model("", Writing(), home) == Model(id=first.id, revision=first.revision)


@pytest.mark.parametrize("preset", [each for each in PRESETS if each.family == "encoder" and each.revision][:2])
def test_a_preset_is_ordered_at_its_pin_without_asking(home, hub, preset):
    assert _model(preset.id, TASK, home) == Model(id=preset.id, revision=preset.revision)
    assert hub.asked == []


def test_another_model_is_looked_up_pinned_and_fetched(home, hub):
    model = _model(NAME, TASK, home)
    assert model == Model(id=NAME, revision=REVISION)
    _fetch(model, home, quiet=True)
    assert downloaded(home, model) is not None
    hub.status = 500
    assert _model(f"{NAME}@{REVISION}", TASK, home) == model  # known here by its commit: nobody is asked
    _fetch(model, home, quiet=True)


@pytest.mark.parametrize("name", ["google/flan-t5-small", "facebook/bart-base"])
def test_a_model_of_another_family_is_refused_with_those_that_fit(home, name):
    with pytest.raises(StudioError, match="cannot be tuned for Text classification") as caught:
        _model(name, TASK, home)
    assert "embedded" in caught.value.fix


def test_a_model_without_words_is_refused_where_texts_are_written(home):
    task = task_named("language-modeling")
    with pytest.raises(StudioError, match="encoder, without the weights that guess words") as caught:
        _model("embedded", task, home)
    assert "distilbert" in caught.value.fix
    assert _model("", task, home).id == "HuggingFaceTB/SmolLM2-135M-Instruct"


def test_a_name_that_is_none_is_refused(home):
    for name in ("bert-of-tomorrow", "folder:nowhere", f"a/b@{'0' * 40}"):
        with pytest.raises(StudioError):
            _model(name, TASK, home)


@pytest.fixture
def folders(home):
    """Two that can be chosen, of two kinds, and one that cannot."""
    for name, kind, weights in (("our-bert", "bert", True), ("our-t5", "t5", True), ("pickled", "bert", False)):
        folder = home.models / "offered" / name
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps({"model_type": kind}))
        (folder / "tokenizer.json").write_text("{}")
        if weights:
            (folder / "model.safetensors").write_bytes(b"x")


@pytest.mark.parametrize("name", ["our-bert", "folder:our-bert"])
def test_a_folder_is_named_with_or_without_the_word_folder(home, folders, name):
    assert _model(name, TASK, home) == Model(id="folder:our-bert")


@pytest.mark.parametrize("name", ["nobodys", "folder:nobodys", "our-t5"])
def test_a_wrong_name_is_answered_with_the_models_that_fit_those_here_first(home, folders, name):
    with pytest.raises(StudioError) as caught:
        _model(name, TASK, home)
    assert caught.value.fix.startswith("Choose one of: folder:our-bert, embedded, ")
    assert "flan" not in caught.value.fix


@pytest.mark.parametrize("name", ["pickled", "folder:pickled"])
def test_a_folder_that_cannot_be_used_says_why(home, folders, name):
    with pytest.raises(StudioError, match="cannot be used") as caught:
        _model(name, TASK, home)
    assert caught.value.fix.startswith("It holds no safetensors weights")


def test_without_the_hub_the_folders_here_are_named(home, hub, folders, tmp_path):
    hub.status = 500
    table = tmp_path / "phrases.csv"
    rows = [f"the red cup number {row},die rote Tasse Nummer {row}" for row in range(60)]
    table.write_text("\n".join(["english,german", *rows]))
    asked = parse(["train", str(table), "--home", str(home.path), "--task", "text-to-text"])
    with pytest.raises(StudioError) as caught:
        train(asked)
    assert caught.value.fix.endswith("On this machine: --model folder:our-t5.")
