import gradio as gr
import pytest

from studio.config import SETTINGS
from studio.errors import StudioError
from studio.models.sizing import Machine
from studio.ui.controls import GROUPS, control, limits, menu, range_in_words, shown_value, titles, value_of


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_has_a_widget_with_its_help(setting):
    widget = control(setting)
    assert widget.label == setting.title
    assert widget.info == setting.help
    assert widget.value == setting.default
    assert widget.elem_id == f"set-{setting.name}"


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_the_default_is_a_value_and_so_are_the_bounds_of_whole_numbers(setting):
    assert value_of(setting, setting.default) == setting.default
    low, high = limits(setting)
    if setting.kind is int:
        assert (value_of(setting, low), value_of(setting, float(high))) == (low, high)
        for beyond in (low - 1, high + 1):
            with pytest.raises(StudioError, match=setting.title):
                value_of(setting, beyond)


def test_every_group_has_a_title_for_people():
    assert set(titles()) == set(GROUPS)


@pytest.mark.parametrize(
    ("name", "raw"),
    [("epochs", 2.5), ("epochs", "many"), ("decay", "square"), ("dropout", float("nan")), ("dropout", "1e999"), ("trains", ["x"]), ("watch", "<b>"), ("stop_early", {"a": 1})],
)  # fmt: skip
def test_an_impossible_value_is_said_with_its_range(name, raw):
    with pytest.raises(StudioError) as told:
        value_of(SETTINGS[name], raw)
    assert SETTINGS[name].title in told.value.what
    assert told.value.fix


@pytest.mark.parametrize(
    ("name", "raw", "fix"),
    [
        ("epochs", 2.5, "Use a whole number from 1 to 100."),
        ("epochs", 101, "Use a whole number from 1 to 100."),
        ("dropout", 0.95, "Use a number from 0 to 0.9."),
        ("decay", "square", "Choose one of the offered values."),
    ],
)
def test_it_is_said_whether_a_number_must_be_whole(name, raw, fix):
    with pytest.raises(StudioError) as told:
        value_of(SETTINGS[name], raw)
    assert told.value.fix == fix


def test_an_empty_field_is_no_value():
    assert value_of(SETTINGS["epochs"], None) is None
    assert value_of(SETTINGS["epochs"], "") is None
    assert value_of(SETTINGS["watch"], "") == ""


def test_kinds_of_widgets():
    assert isinstance(control(SETTINGS["stop_early"]), gr.Checkbox)
    assert isinstance(control(SETTINGS["decay"]), gr.Dropdown)
    assert isinstance(control(SETTINGS["epochs"]), gr.Number)
    assert isinstance(control(SETTINGS["watch"], [("Loss", "loss"), ("own", "")]), gr.Dropdown)


@pytest.mark.parametrize(
    ("value", "told"),
    [(True, "on"), (False, "off"), (0.0001, "1e-4"), (2e-05, "2e-5"), (0.05, "0.05"), (10.0, "10"), (0.0, "0"), (32, "32"), ("whole", "whole")],
)  # fmt: skip
def test_values_as_people_write_them(value, told):
    assert shown_value(value) == told


def test_ranges():
    assert range_in_words(SETTINGS["epochs"]) == "1 to 100"
    assert range_in_words(SETTINGS["seed"]) == "0 to 2,147,483,647"
    assert range_in_words(SETTINGS["decay"]) == ""


def test_a_method_that_cannot_be_had_here_says_why_in_its_menu():
    setting = SETTINGS["trains"]
    choices = menu(setting, Machine(2, 8 * 10**9, 4 * 10**9))
    widget = control(setting, choices)
    assert [value for _, value in widget.choices] == ["whole", "head", "lora", "qlora"]
    assert dict((value, label) for label, value in widget.choices)["qlora"].endswith("and this machine has none)")
    assert menu(SETTINGS["epochs"], Machine(2, 0, 0)) == []
    watched = [value for _, value in menu(SETTINGS["watch"], Machine(2, 0, 0))]
    assert len(watched) == len(set(watched))
    assert {"", "loss", "perplexity", "accuracy"} <= set(watched)
