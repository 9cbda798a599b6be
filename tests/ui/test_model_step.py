import json
import re

import gradio as gr
import pytest
from form import StandIn, filled

from studio.errors import StudioError
from studio.models import reach
from studio.models.presets import PRESETS
from studio.ui.session import Session
from studio.ui.steps import data, model


@pytest.fixture
def studio(home):
    return StandIn(home)


@pytest.fixture(autouse=True)
def hub(monkeypatch):
    """Whether the Hub answers, without asking it."""
    said = {"now": True}
    monkeypatch.setattr(reach.Reach, "now", lambda self, wait_s=0.0: said["now"])
    return said


def event(choice):
    return gr.EventData(None, {"choice": choice})


def controls(cards):
    return {
        each: tag for tag in re.findall(r"<input[^>]*>", cards) for each in re.findall(r'data-choice="([^"]*)"', tag)
    }


def test_every_preset_is_a_card_with_plain_facts(studio):
    cards, _note, fetch, go_on = model.show(studio, Session())
    assert list(controls(cards)) == [preset.id for preset in PRESETS]
    for said in ("23 M parameters", "English", "Apache-2.0", "On this machine", "tokens a second", "GB memory"):
        assert said in cards, said
    assert "checked" in controls(cards)["embedded"]
    assert not fetch.visible
    assert go_on.interactive


def test_what_is_not_here_can_be_downloaded_if_the_hub_answers(studio, hub):
    other = PRESETS[1]
    cards = model.show(studio, Session())[0]
    assert "Download 134 MB" in cards or "Download" in cards
    assert "disabled" not in controls(cards)[other.id]
    session, _note, fetch, go_on = model.choose(studio, Session(settings={"epochs": 2}), event(other.id))
    assert (session.model, session.settings) == (other.id, {})
    assert fetch.visible
    assert other.title in fetch.value
    assert not go_on.interactive
    hub["now"] = False
    cards = model.show(studio, Session())[0]
    assert "disabled" in controls(cards)[other.id]
    assert "disabled" not in controls(cards)["embedded"]
    assert "cannot be reached" in cards
    assert "12 models to download" in cards
    assert list(controls(cards)) == [preset.id for preset in PRESETS]


@pytest.mark.parametrize("choice", ["", "evil/model", "folder:x", "folder:../..", "<b>"])
def test_a_model_that_is_not_offered_is_refused(studio, choice):
    with pytest.raises(StudioError):
        model.choose(studio, Session(), event(choice))


def test_an_offered_folder_is_a_card(studio):
    folder = studio.home.models / "offered" / "our-bert"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"x")
    cards = model.show(studio, Session())[0]
    assert "folder:our-bert" in controls(cards)
    session, _note, fetch, go_on = model.choose(studio, Session(), event("folder:our-bert"))
    assert session.model == "folder:our-bert"
    assert go_on.interactive
    assert not fetch.visible


def test_an_english_model_for_other_scripts_is_warned_of(studio, tmp_path):
    path = tmp_path / "ru.csv"
    rows = [f"Где моя посылка номер {n},{'доставка' if n % 2 else 'счёт'}" for n in range(40)]
    path.write_text("текст,тема\n" + "\n".join(rows), encoding="utf-8")
    session, *_view = data.take_upload(studio, Session(), str(path))
    cards, note, *_buttons = model.show(studio, session)
    assert "not Latin" in note
    assert "script" in cards
    assert model.show(studio, filled(studio, tmp_path))[1] == ""


def test_going_on_needs_a_model_that_is_here(studio):
    assert model.go_on(studio, Session()).selected == "3"
    with pytest.raises(StudioError, match="not on this machine"):
        model.go_on(studio, Session(model=PRESETS[1].id))


def test_a_download_says_at_once_what_it_does(studio):
    note, fetch = model.fetching(studio, Session(model=PRESETS[1].id))
    assert f"Downloading {PRESETS[1].title}" in note
    assert not fetch.interactive


def test_a_download_that_fails_is_said_in_its_place(studio, monkeypatch):
    def fail(home, preset, progress):
        raise StudioError("The Hub cannot be reached", fix="Try again later.")

    monkeypatch.setattr(model, "download", fail)
    cards, note, fetch, _go_on = model.fetch(studio, Session(model=PRESETS[1].id), lambda *a, **k: None)
    assert "The Hub cannot be reached" in note
    assert fetch.visible
    assert cards


def test_the_hub_is_asked_in_the_background_and_a_refusal_is_an_answer(monkeypatch):
    monkeypatch.undo()
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    import socket

    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    assert reach.Reach(f"http://127.0.0.1:{port}").now(wait_s=5) is True
    listening.close()
    assert reach.Reach(f"http://127.0.0.1:{port}").now(wait_s=5) is False
