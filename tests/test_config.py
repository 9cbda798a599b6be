"""config: every setting explains itself, defaults hold, bad values are said in words."""

import json
import re
from typing import Any

import pytest

from studio.config import SETTINGS, Group, RunConfig, Setting
from studio.errors import StudioError

GROUPS = [name for name, field in RunConfig.model_fields.items() if isinstance(field.default, Group)]


def test_round_trip() -> None:
    config = RunConfig(name="Ä “run”", columns={"text": "review", "label": "stars"}).with_settings({"epochs": 7})
    assert RunConfig.parse(config.model_dump_json()) == config
    assert RunConfig.parse(config.model_dump_json().encode()) == config
    assert RunConfig.parse("{}") == RunConfig()


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_every_setting_has_a_title_and_a_help_in_sentences(setting: Setting) -> None:
    assert setting.title[0].isupper()
    assert setting.help.endswith(".")
    assert len(setting.help.split()) >= 4
    holder = getattr(RunConfig(), setting.group) if setting.group else RunConfig()
    assert getattr(holder, setting.name) == setting.default


def test_every_field_has_a_help() -> None:
    for name in GROUPS:
        kind = type(getattr(RunConfig(), name))
        assert kind.__doc__
        assert all(field.description for field in kind.model_fields.values()), name


def test_names_are_unique_over_all_groups() -> None:
    names = [name for group in GROUPS for name in type(getattr(RunConfig(), group)).model_fields if name in SETTINGS]
    assert len(names) == len(set(names)) == len(SETTINGS) - 1
    assert "seed" in SETTINGS
    assert not {"id", "revision", "file", "sha256", "columns", "version"} & SETTINGS.keys()


@pytest.mark.parametrize(
    ("settings", "group", "value"),
    [
        ({"epochs": "5"}, "optimizer", 5),
        ({"optimizer.epochs": 5}, "optimizer", 5),
        ({"learning_rate": "3e-5"}, "optimizer", 3e-5),
        ({"stop_early": "false"}, "early_stopping", False),
        ({"decay": "cosine"}, "schedule", "cosine"),
        ({"trains": "head"}, "method", "head"),
        ({"seed": "3"}, "", 3),
    ],
)
def test_settings_are_changed_by_name(settings: dict[str, Any], group: str, value: Any) -> None:
    before = RunConfig()
    after = before.with_settings(settings)
    name = next(iter(settings)).rpartition(".")[2]
    assert getattr(getattr(after, group) if group else after, name) == value
    assert before == RunConfig()


def test_all_bad_settings_are_named_at_once() -> None:
    with pytest.raises(StudioError, match="epoch_count, optimizer.patience") as caught:
        RunConfig().with_settings({"epoch_count": 3, "optimizer.patience": 3, "epochs": 1})
    assert "epochs" in caught.value.fix
    with pytest.raises(StudioError) as caught:
        RunConfig().with_settings({"epochs": 0, "learning_rate": "fast", "dropout": 1})
    assert all(name in caught.value.what for name in ("optimizer.epochs", "optimizer.learning_rate", "dropout"))


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "", "1e9", "0x10", "1,5"])
def test_no_odd_number_is_a_learning_rate(value: str) -> None:
    with pytest.raises(StudioError, match="learning_rate"):
        RunConfig().with_settings({"learning_rate": value})


@pytest.mark.parametrize("key", ["", ".", "name", "model.id", "__class__", "optimizer", "version", "task", "columns"])
def test_only_settings_can_be_set(key: str) -> None:
    with pytest.raises(StudioError, match="no setting named"):
        RunConfig().with_settings({key: "x"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "not possible"),
        ("null", "not possible"),
        ('{"version": 2}', "version"),
        ('{"colour": "red"}', "colour"),
        ('{"optimizer": {"epochs": 3, "speed": 1}}', "speed"),
        ('{"optimizer": {"learning_rate": NaN}}', "learning_rate"),
        ('{"task": "../../etc"}', "task"),
        ('{"model": {"revision": "main"}}', "revision"),
        ('{"name": "' + "x" * 201 + '"}', "name"),
    ],
)
def test_what_is_no_config_is_refused_in_words(text: str | bytes, says: str) -> None:
    with pytest.raises(StudioError, match=re.escape(says)) as caught:
        RunConfig.parse(text)
    assert caught.value.fix


def test_it_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RunConfig().optimizer.epochs = 5


def test_the_file_of_version_1_stays_readable() -> None:
    """What earlier studios wrote: new settings need a default, old ones must not vanish."""
    written = json.loads(RunConfig().model_dump_json())
    assert written["version"] == 1
    assert {"optimizer", "schedule", "regularization", "early_stopping", "method", "compute", "split"} < written.keys()
    assert RunConfig.parse(json.dumps({"version": 1, "optimizer": {"epochs": 9}})).optimizer.epochs == 9
