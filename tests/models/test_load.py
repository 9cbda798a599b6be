import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from worker.tiny import make_model
from worker.tiny_writers import byte_tokenizer, make_decoder

from studio.config import Model
from studio.errors import StudioError
from studio.models.embedded import embedded_folder
from studio.models.folder import model_folder, offered_folders, pooling_of
from studio.models.heads import HeadFacts, Wearing, head_named
from studio.models.load import load_base, longest_input


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "tiny")


def test_the_built_in_model_is_there_and_verified():
    folder = embedded_folder()
    assert (folder / "config.json").is_file()
    assert model_folder(Model(), None) == folder
    assert pooling_of(Model(), folder) == "mean"


def test_dropout_is_set_everywhere_and_nothing_trains_yet(tiny):
    backbone, tokenizer = load_base(tiny, dropout=0.3)
    rates = {module.p for module in backbone.modules() if isinstance(module, torch.nn.Dropout)}
    assert rates == {0.3}
    assert not backbone.training
    assert longest_input(backbone, tokenizer) == 64


def test_a_config_that_names_code_is_refused(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "bad")
    config = json.loads((tmp_path / "bad" / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "evil.Model"}
    (tmp_path / "bad" / "config.json").write_text(json.dumps(config))
    with pytest.raises(StudioError):
        load_base(tmp_path / "bad")


@pytest.mark.parametrize(
    ("name", "text"),
    [("tokenizer_config.json", '{"chat_template": [1, 2]}'), ("tokenizer.json", '{"model": {"type": "Unheard"}}')],
)
def test_a_damaged_tokenizer_is_refused_in_words(tiny, tmp_path, name, text):
    folder = shutil.copytree(tiny, tmp_path / "bad")
    (folder / name).write_text(text)
    with pytest.raises(StudioError, match="tokenizer cannot be loaded"):
        load_base(folder)


def test_a_pickled_checkpoint_is_not_loaded(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "bad")
    (tmp_path / "bad" / "model.safetensors").rename(tmp_path / "bad" / "pytorch_model.bin")
    with pytest.raises(StudioError, match="cannot be loaded"):
        load_base(tmp_path / "bad")


def in_parts(tiny, folder, part="model-00001-of-00001.safetensors"):
    """A copy with its weights behind an index, in a file of that name."""
    shutil.copytree(tiny, folder)
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").rename(folder / "model-00001-of-00001.safetensors")
    index = {"metadata": {"total_size": 1}, "weight_map": dict.fromkeys(weights, part)}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return weights


def test_weights_in_parts_are_loaded(tiny, tmp_path):
    weights = in_parts(tiny, tmp_path / "parts")
    backbone, _ = load_base(tmp_path / "parts")
    name = "embeddings.word_embeddings.weight"
    assert torch.equal(backbone.state_dict()[name], weights[name])


def test_an_index_cannot_name_a_pickle(tiny, tmp_path):
    weights = in_parts(tiny, tmp_path / "bad", "weights.bin")
    torch.save(weights, tmp_path / "bad" / "weights.bin")
    with pytest.raises(StudioError, match="not all in safetensors"):
        load_base(tmp_path / "bad")


def test_an_index_cannot_name_another_models_weights(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "gated")
    in_parts(tiny, tmp_path / "bad", "../gated/model.safetensors")
    with pytest.raises(StudioError, match="not all in safetensors"):
        load_base(tmp_path / "bad")


@pytest.mark.parametrize("shape", ["whole", "in parts"])
def test_links_of_the_owner_are_followed_as_the_hubs_own_cache_has_them(tiny, tmp_path, shape):
    folder = tmp_path / "snapshot"
    shutil.copytree(tiny, folder) if shape == "whole" else in_parts(tiny, folder)
    for file in [*folder.glob("*.safetensors")]:
        blob = file.rename(tmp_path / f"blob of {file.name}")
        file.symlink_to(blob)
    assert load_base(folder)[0].config.num_hidden_layers == load_base(tiny)[0].config.num_hidden_layers


def test_settings_cannot_name_another_file_for_the_weights(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "bad")
    weights = load_file(tmp_path / "bad" / "model.safetensors")
    torch.save(weights, tmp_path / "bad" / "adapter_model.bin")
    config = json.loads((tmp_path / "bad" / "config.json").read_text())
    (tmp_path / "bad" / "config.json").write_text(json.dumps(config | {"transformers_weights": "adapter_model.bin"}))
    with pytest.raises(StudioError, match="name another file"):
        load_base(tmp_path / "bad")


def test_weights_that_are_missing_are_not_made_up(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "half")
    config = json.loads((tmp_path / "half" / "config.json").read_text())
    layers = config["num_hidden_layers"]
    (tmp_path / "half" / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 2 * layers}))
    with pytest.raises(StudioError, match=f"weights are missing from its files.*layer.{layers}"):
        load_base(tmp_path / "half")


@pytest.fixture(scope="module")
def writer(tmp_path_factory):
    return make_decoder(tmp_path_factory.mktemp("writer") / "writer", byte_tokenizer(["a"]), kind="llama")


def written(folder):
    backbone, _ = load_base(folder, auto_class="AutoModelForCausalLM")
    facts = HeadFacts("causal", "mean", True, 16.0, (), 128, "chat", new_tokens=12, ends=(1,))
    model = Wearing(backbone, head_named("causal")(48, facts)).train(False)
    ids = torch.randint(5, 90, (2, 8), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        return [row.tolist() for row in model.answer(None, input_ids=ids, attention_mask=torch.ones_like(ids))]


@pytest.mark.parametrize(
    "taste",
    [
        {"encoder_repetition_penalty": 1.5},
        {"guidance_scale": 1.5},
        {"exponential_decay_length_penalty": [1, 1.5]},
        {"return_dict_in_generate": True},
        {"stop_strings": ["a"]},
        {"prompt_lookup_num_tokens": 3},
    ],
    ids=lambda taste: next(iter(taste)),
)
def test_an_untuned_model_writes_by_the_rules_of_the_tuned_one(writer, tmp_path, taste):
    shutil.copytree(writer, tmp_path / "own")
    (tmp_path / "own" / "generation_config.json").write_text(
        json.dumps({"eos_token_id": 1, "pad_token_id": 0, **taste})
    )
    assert written(tmp_path / "own") == written(writer)


@pytest.mark.parametrize("auto_class", ["AutoModel", "AutoModelForCausalLM"])
def test_a_decoder_without_half_of_its_layers_is_refused(tmp_path, auto_class):
    folder = make_decoder(tmp_path / "half", byte_tokenizer(["a"]), kind="llama")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 4}))
    with pytest.raises(StudioError, match=r"weights are missing from its files.*layers\.2"):
        load_base(folder, auto_class=auto_class)


def test_weights_of_another_size_are_refused(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "wide")
    config = json.loads((tmp_path / "wide" / "config.json").read_text())
    wider = {**config, "intermediate_size": 2 * config["intermediate_size"]}
    (tmp_path / "wide" / "config.json").write_text(json.dumps(wider))
    with pytest.raises(StudioError, match="6 of .* of another size"):
        load_base(tmp_path / "wide")


@pytest.mark.parametrize("kept", [lambda name: not name.startswith("pooler."), lambda name: True])
def test_a_missing_pooler_is_no_loss(tiny, tmp_path, kept):
    shutil.copytree(tiny, tmp_path / "other")
    file = tmp_path / "other" / "model.safetensors"
    weights = load_file(file)
    save_file({name: weight for name, weight in weights.items() if kept(name)}, file, metadata={"format": "pt"})
    load_base(tmp_path / "other")


def test_offered_folders_are_found_by_name_and_nothing_else(home, tiny):
    (home.models / "offered").mkdir()
    shutil.copytree(tiny, home.models / "offered" / "mine")
    assert offered_folders(home) == ["folder:mine"]
    assert model_folder(Model(id="folder:mine"), home).name == "mine"
    for name in ("../offered/mine", "..", "", "/etc", "missing", ".hidden"):
        with pytest.raises(StudioError):
            model_folder(Model(id=f"folder:{name}"), home)
    (home.models / "offered" / "mine" / "model.safetensors").unlink()
    with pytest.raises(StudioError, match="safetensors"):
        model_folder(Model(id="folder:mine"), home)
