import json
import shutil

import pytest
import torch
from worker.tiny import make_model

from studio.config import Model
from studio.errors import StudioError
from studio.models.embedded import embedded_folder
from studio.models.folder import model_folder, offered_folders, pooling_of
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


def test_a_pickled_checkpoint_is_not_loaded(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "bad")
    (tmp_path / "bad" / "model.safetensors").rename(tmp_path / "bad" / "pytorch_model.bin")
    with pytest.raises(StudioError, match="cannot be loaded"):
        load_base(tmp_path / "bad")


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
