import json
import zipfile
from pathlib import Path

import pytest

from studio import storage
from studio.config import RunConfig
from studio.data.example import from_parquet
from studio.errors import StudioError
from studio.export import FORMATS
from studio.export.archive import _texts, build_archive, slug
from studio.rundir import Home

from .finished import HOSTILE, make_finished_run, unpacked


def test_every_format_has_its_facts_and_builds(run):
    assert FORMATS
    for name, each in FORMATS.items():
        assert each.name == name
        assert each.title
        assert each.help.endswith(".")
        assert each.build(run).is_file()


def test_the_zip_holds_everything_in_one_folder(run, tmp_path):
    folder = unpacked(build_archive(run), tmp_path)
    assert folder.name == "tickets-first-try"
    assert {path.name for path in folder.iterdir()} >= {
        "README.md", "predict.py", "requirements.txt", "train.json", "LICENSE-base-model.md", "labels.json", "inputs.json",
        "model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json", "head.safetensors", "head.json",
    }  # fmt: skip
    assert not (folder / "manifest.json").exists()
    assert json.loads((folder / "labels.json").read_text()) == ["account", "billing", "delivery"]
    assert (folder / "model.safetensors").read_bytes() == (run.model / "model.safetensors").read_bytes()


def test_a_model_without_labels_has_no_list_of_them(fresh):
    head = json.loads((fresh.model / "head.json").read_bytes())
    storage.write_json(fresh.model / "head.json", head | {"labels": []})
    assert "labels.json" not in _texts(fresh)


def test_weights_are_stored_and_text_is_deflated(run):
    with zipfile.ZipFile(build_archive(run)) as package:
        for entry in package.infolist():
            stored = entry.filename.endswith(".safetensors")
            assert entry.compress_type == (zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
            assert entry.flag_bits & 0x08 == 0  # sizes stand in front, so that any program can unpack


def test_train_json_is_the_order_again(run, tmp_path):
    folder = unpacked(build_archive(run), tmp_path)
    order = RunConfig.parse((folder / "train.json").read_bytes())
    assert order == run.config
    assert (order.seed, order.source.sha256, order.split.test_share) == (5, "ab" * 32, 0.1)


def test_nothing_of_this_machine_and_no_row_is_in_it(run, tmp_path):
    storage.write_json(run.path / "model-note.json", {})  # stays where it is: only the model's files go along
    folder = unpacked(build_archive(run), tmp_path)
    secrets = [str(run.path.parent), str(Path.home()), "SECRET CELL"]
    secrets += [example.inputs["text"] for example in from_parquet(run.part("train").read_bytes())]
    for path in folder.rglob("*"):
        content = path.read_bytes()
        assert all(secret.encode() not in content for secret in secrets), path.name
    assert "model-note.json" not in {path.name for path in folder.iterdir()}


def test_places_in_the_tokenizers_settings_are_dropped(fresh, tmp_path):
    with storage.Stage(fresh.path / "other") as stage:
        for path in fresh.model.iterdir():
            if path.name != storage.MANIFEST:
                stage.write(path.name, path.read_bytes())
        settings = json.loads((fresh.model / "tokenizer_config.json").read_bytes())
        place = {"name_or_path": "/home/somebody/model", "tokenizer_file": "/home/somebody/t.json"}
        (stage.path / "tokenizer_config.json").write_text(json.dumps({**settings, **place}))
    storage.remove_folder(fresh.model)
    (fresh.path / "other").rename(fresh.model)
    folder = unpacked(build_archive(fresh), tmp_path / "out")
    assert json.loads((folder / "tokenizer_config.json").read_text()) == settings


def test_a_damaged_model_is_never_exported(fresh):
    (fresh.model / "head.json").write_text("{}")
    with pytest.raises(StudioError, match=r"damaged: head\.json"):
        build_archive(fresh)
    assert not (fresh.path / "export.zip").exists()


def test_a_run_without_a_model_says_so(fresh):
    storage.remove_folder(fresh.model)
    with pytest.raises(StudioError, match="nothing to export yet"):
        build_archive(fresh)


def test_a_full_disk_leaves_the_old_package(fresh, monkeypatch):
    old = build_archive(fresh).read_bytes()

    class Full(storage.disk.Disk):
        def write(self, descriptor, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.disk, "DISK", Full())
    with pytest.raises(StudioError, match="disk is full"):
        build_archive(fresh)
    assert (fresh.path / "export.zip").read_bytes() == old
    assert not list(fresh.path.glob(".*.part"))


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Größe & Straße!", "grosse-strasse"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本語", "model"),
        ("CON", "con-model"),
        ("", "model"),
        ("a" * 90, "a" * 60),
        (HOSTILE, "img-src-x-onerror-alert-1-x-a-javascript-b-q-no-amp-b"),
    ],
)
def test_the_folder_has_a_name_any_system_takes(name, folder):
    assert slug(name) == folder


def test_a_hostile_name_and_hostile_labels_make_a_valid_package(tmp_path):
    home = Home(tmp_path / "home").prepare()
    run = make_finished_run(home, name=HOSTILE[:180], labels={"account": HOSTILE[:150], "billing": "=1+1"})
    folder = unpacked(build_archive(run), tmp_path / "out")
    assert json.loads((folder / "head.json").read_text())["labels"] == sorted([HOSTILE[:150], "=1+1", "delivery"])
