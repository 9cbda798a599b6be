import json
import re
import shutil
import time

import gradio as gr
import pytest
from form import StandIn, filled
from stand_in_hub import CONFIG, GOOD, NAME, REVISION, standing_in

from studio import storage
from studio.config import Model
from studio.errors import StudioError
from studio.models import reach
from studio.models.hub import folder_of, transfer
from studio.models.hub.background import DOWNLOADS
from studio.models.presets import PRESETS, suited
from studio.models.sizing import Machine
from studio.tasks import TASKS
from studio.tasks.text_classification import TextClassification
from studio.ui import base_model
from studio.ui.session import Session
from studio.ui.steps import data, hub_search, model

OFFERED = suited({"encoder", "decoder"})


@pytest.fixture
def studio(home):
    return StandIn(home)


@pytest.fixture(autouse=True)
def hub(monkeypatch):
    """Whether the Hub answers, without asking it."""
    said = {"now": True}
    monkeypatch.setattr(reach.Reach, "now", lambda self, wait_s=0.0: said["now"])
    return said


@pytest.fixture
def stand_in(monkeypatch):
    """A Hub that can really be asked; it holds one model."""
    monkeypatch.setattr(transfer, "PAUSE_S", 0.0)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with standing_in() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


@pytest.fixture(params=["decoder", "encoder-decoder"])
def writing(request, monkeypatch):
    """A task that no built-in model can do; its family."""

    class Writing(TextClassification):
        name, title, families = "writing", "Writing", frozenset({request.param})

    monkeypatch.setitem(TASKS, "writing", Writing())
    return request.param


def event(choice):
    return gr.EventData(None, {"choice": choice})


def controls(cards):
    return {
        each: tag for tag in re.findall(r"<input[^>]*>", cards) for each in re.findall(r'data-choice="([^"]*)"', tag)
    }


def put(home, preset):
    """As if it had been downloaded."""
    folder = folder_of(home, preset)
    storage.make_folder(folder.parent)
    with storage.Stage(folder) as stage:
        stage.write("config.json", b"{}")


def until(it_is):
    for _ in range(3000):
        if it_is():
            return
        time.sleep(0.01)
    raise AssertionError("it never was")


# ------------------------------------------------------------------ cards


def test_every_preset_of_the_task_is_a_card_with_plain_facts(studio):
    cards, _note, fetch, cancel, go_on, timer = model.show(studio, Session())
    assert sorted(controls(cards)) == sorted(preset.id for preset in OFFERED)
    for said in (
        "23 M parameters",
        "English",
        "Apache-2.0",
        "On this machine",
        "tokens a second",
        "GB of memory",
        "Fits here",
    ):
        assert said in cards, said
    assert "checked" in controls(cards)["embedded"]
    assert not fetch.visible
    assert not cancel.visible
    assert not timer.active
    assert go_on.interactive


def test_a_task_that_writes_gets_models_that_write_by_size_of_machine(studio, writing):
    session = Session(task="writing")
    cards, _note, fetch, _cancel, go_on, _timer = model.show(studio, session)
    presets = suited({writing})
    assert set(controls(cards)) == {preset.id for preset in presets}
    headings = re.findall(r"<h3[^>]*>([^<]*)</h3>", cards)
    assert [each.partition(":")[0] for each in headings] == ["Small", "Medium", "Large"]
    assert "checked" in controls(cards)[presets[0].id]  # the first choice, since the built-in model cannot write
    assert (fetch.visible, go_on.interactive) == (True, False)
    assert presets[0].title in fetch.value
    assert "Fits here with adapters" in cards or writing == "encoder-decoder"
    assert "Too large for this machine" in cards
    assert (writing == "decoder") == ("taught to chat" in cards)
    assert (writing == "decoder") == ("Its owner asks for consent" in cards)


def test_what_is_here_stands_for_a_task_that_writes(studio, writing):
    here = suited({writing})[2]
    put(studio.home, here)
    session = Session(task="writing")
    assert base_model.picked(studio.home, session) == here.id
    assert base_model.ordered(studio.home, session) == Model(id=here.id, revision=here.revision)
    assert model.show(studio, session)[4].interactive
    assert base_model.picked(studio.home, Session()) == "embedded"  # the other task keeps its own


def test_without_the_hub_a_task_that_writes_says_what_to_do(studio, hub, writing):
    hub["now"] = False
    cards = model.show(studio, Session(task="writing"))[0]
    first = suited({writing})[0]
    assert "no model that can do this task is on this machine" in cards
    for said in (f"hf download {first.id} --revision {first.revision}", "models/offered", "HF_ENDPOINT"):
        assert said in cards, said
    assert all("disabled" in tag for tag in controls(cards).values())
    put(studio.home, first)
    cards = model.show(studio, Session(task="writing"))[0]
    assert "models/offered" not in cards
    assert "disabled" not in controls(cards)[first.id]


def test_a_model_too_large_for_this_machine_is_told_of(studio):
    studio.machine = Machine(cores=2, memory=10**9, available=int(0.4e9))
    cards, note, *_buttons = model.show(studio, Session())
    assert "Too large for this machine" in cards
    assert "more than this machine has free" in note


def test_what_is_not_here_can_be_downloaded_if_the_hub_answers(studio, hub):
    other = PRESETS[1]
    cards = model.show(studio, Session())[0]
    assert "Download 0.1 GB" in cards
    assert "disabled" not in controls(cards)[other.id]
    session, _note, fetch, cancel, go_on, timer = model.choose(studio, Session(settings={"epochs": 2}), event(other.id))
    assert (session.model, session.settings) == (other.id, {})
    assert fetch.visible
    assert other.title in fetch.value
    assert not cancel.visible
    assert not go_on.interactive
    assert not timer.active
    hub["now"] = False
    cards = model.show(studio, Session())[0]
    assert "disabled" in controls(cards)[other.id]
    assert "disabled" not in controls(cards)["embedded"]
    assert "cannot be reached" in cards
    assert f"{len(OFFERED) - 1} models to download" in cards
    assert list(controls(cards)) == [preset.id for preset in OFFERED]


@pytest.mark.parametrize(
    "choice", ["", "evil/model", "folder:x", "folder:../..", "<b>", f"a/b@{'0' * 40}", "google/flan-t5-small"]
)
def test_a_model_that_is_not_offered_is_refused(studio, choice):
    with pytest.raises(StudioError):
        model.choose(studio, Session(), event(choice))


@pytest.mark.parametrize("word", ["", "evil/model", "folder:..", f"../..@{'0' * 40}", "google/flan-t5-small"])
def test_a_strange_model_in_the_form_falls_back_to_the_tasks_first(studio, word):
    assert base_model.picked(studio.home, Session(model=word)) == "embedded"
    assert model.show(studio, Session(model=word))


def test_an_offered_folder_is_a_card_where_its_family_fits(studio, writing):
    folder = studio.home.models / "offered" / "our-bert"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"x")
    assert "it has no tokenizer" in model.show(studio, Session())[0]
    (folder / "tokenizer.json").write_bytes(b"{}")
    cards = model.show(studio, Session())[0]
    assert "cannot be used" not in cards
    assert "folder:our-bert" in controls(cards)
    session, _note, fetch, _cancel, go_on, _timer = model.choose(studio, Session(), event("folder:our-bert"))
    assert session.model == "folder:our-bert"
    assert go_on.interactive
    assert not fetch.visible
    assert "folder:our-bert" not in controls(model.show(studio, Session(task="writing"))[0])


def test_what_cannot_be_chosen_says_why(studio):
    offered = studio.home.models / "offered"
    (offered / "nested" / "inner").mkdir(parents=True)
    (offered / "nested" / "inner" / "config.json").write_text("{}", encoding="utf-8")
    (offered / "My model (2)").mkdir()
    (offered / "packed.zip").write_bytes(b"x")
    (offered / ".DS_Store").write_bytes(b"x")
    cards = model.show(studio, Session())[0]
    assert "3 items in models/offered cannot be used" in cards
    for name, why in (("My model (2)", "rename the folder"), ("nested", "in “inner”"), ("packed.zip", "unpack")):
        assert f"<bdi>{name}</bdi>" in cards
        assert why in cards
    assert "DS_Store" not in cards


def test_a_folder_that_is_here_stands_for_a_task_that_writes(studio, writing, hub):
    hub["now"] = False
    folder = studio.home.models / "offered" / "ours"
    folder.mkdir(parents=True)
    kind = "llama" if writing == "decoder" else "t5"
    (folder / "config.json").write_text(json.dumps({"model_type": kind}), encoding="utf-8")
    (folder / "tokenizer.json").write_bytes(b"{}")
    assert base_model.picked(studio.home, Session(task="writing")) == suited({writing})[0].id
    (folder / "model.safetensors").write_bytes(b"x")
    session = Session(task="writing")
    assert base_model.picked(studio.home, session) == "folder:ours"
    assert model.show(studio, session)[4].interactive
    shutil.copytree(folder, folder.parent / "talking")
    (folder.parent / "talking" / "chat_template.jinja").write_bytes(b"{{ messages }}")
    assert base_model.picked(studio.home, session) == "folder:talking"


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


def test_a_gated_model_says_what_to_do_before_the_download(studio, monkeypatch):
    class Writing(TextClassification):
        name, title, families = "writing", "Writing", frozenset({"decoder"})

    monkeypatch.setitem(TASKS, "writing", Writing())
    gated = next(preset for preset in PRESETS if preset.is_gated)
    _session, note, *_rest = model.choose(studio, Session(task="writing"), event(gated.id))
    assert f"huggingface.co/{gated.id}" in note
    assert "accept the terms" in note


# ------------------------------------------------------------------ downloads


@pytest.fixture
def found(studio, stand_in):
    """A session that picked the one model of the stand-in Hub."""
    session, said = hub_search.look(studio, Session(settings={"epochs": 2}), event(NAME))
    assert "is picked" in said
    return session


def test_what_was_found_is_pinned_offered_and_downloaded(studio, stand_in, found):
    assert (found.model, found.settings) == (f"{NAME}@{REVISION}", {})
    stand_in.slow_s = 0.02
    cards, _note, fetch, *_rest = model.show(studio, found)
    assert "checked" in controls(cards)[found.model]
    assert fetch.visible
    cards, note, fetch, cancel, go_on, timer = model.fetch(studio, found)
    assert "Downloading encoder" in note
    assert (fetch.visible, cancel.visible, go_on.interactive, timer.active) == (False, True, False, True)
    until(lambda: "<progress" in model.watch(studio, found)[1])
    at_work = DOWNLOADS.of(studio.home, base_model.facts(studio.home, found))
    stand_in.slow_s = 0.0
    until(lambda: at_work.is_over)
    cards, note, fetch, cancel, go_on, timer = model.watch(studio, found)
    assert "On this machine" in cards
    assert (fetch.visible, cancel.visible, go_on.interactive, timer.active) == (False, False, True, False)
    assert base_model.ordered(studio.home, found) == Model(id=NAME, revision=REVISION)
    assert model.go_on(studio, found).selected == "3"
    assert found.model in controls(model.show(studio, Session())[0])  # for all later runs, and for everyone here


def test_what_was_found_and_not_fetched_is_shown_to_its_finder_alone(studio, found):
    assert found.model in controls(model.show(studio, found)[0])
    assert found.model not in controls(model.show(studio, Session())[0])


def test_a_download_that_fails_says_why_and_goes_on_when_it_is_tried_again(studio, stand_in, found):
    preset = base_model.facts(studio.home, found)
    stand_in.status, stand_in.only = 503, "model.safetensors"
    model.fetch(studio, found)
    until(lambda: DOWNLOADS.of(studio.home, preset).is_over)
    _cards, note, fetch, cancel, go_on, timer = model.watch(studio, found)
    assert "answer 503" in note
    assert "Go on with the download" in fetch.value
    assert (fetch.visible, cancel.visible, go_on.interactive, timer.active) == (True, False, False, False)
    stand_in.status = 200
    model.fetch(studio, found)
    until(lambda: DOWNLOADS.of(studio.home, preset).is_over)
    assert model.watch(studio, found)[4].interactive
    assert len(stand_in.asked_for("vocab.txt")) == 1  # what had come was not fetched again


def test_a_download_can_be_cancelled(studio, stand_in, found):
    preset = base_model.facts(studio.home, found)
    stand_in.slow_s = 0.02
    model.fetch(studio, found)
    until(lambda: DOWNLOADS.of(studio.home, preset).done > 10_000)
    note, _fetch, cancel, *_rest = model.cancel(studio, found)
    assert "Ending the download" in note or "cancelled" in note
    assert not cancel.visible
    until(lambda: DOWNLOADS.of(studio.home, preset).is_over)
    _cards, note, fetch, *_rest = model.watch(studio, found)
    assert "cancelled" in note
    assert "are here" in fetch.value


def test_fetching_what_is_here_starts_nothing(studio):
    assert model.fetch(studio, Session())[4].interactive


# ------------------------------------------------------------------ search


def test_a_search_shows_cards_and_names_the_refused(studio, stand_in):
    stand_in.rows = [
        {"id": "good/bert", "downloads": 1200, "config": {"model_type": "bert"}, "tags": [], "gated": "auto",
         "safetensors": {"parameters": {"F32": 1}, "total": 110_000_000}, "cardData": {"license": "mit", "language": "en"}},
        {"id": "evil/bert", "config": {"model_type": "bert"}, "tags": ["custom_code"]},
    ]  # fmt: skip
    said = hub_search.find(studio, Session(), " bert ")
    assert re.findall(r'data-choice="([^"]*)"', said) == ["good/bert"]
    for word in (
        "110 M parameters",
        "English",
        "mit",
        "1,200 downloads",
        "asks for consent",
        "evil/bert",
        "program code",
    ):
        assert word in said, word
    assert "no such model" in hub_search.find(studio, Session(), "nothing like that")


def test_a_model_named_in_full_can_be_looked_up_though_no_search_finds_it(studio, stand_in):
    said = hub_search.find(studio, Session(), NAME)
    assert re.findall(r'data-choice="([^"]*)"', said) == [NAME]
    assert "Look up this very model" in said
    stand_in.rows = [{"id": NAME, "config": {"model_type": "bert"}, "tags": []}]
    assert "very model" not in hub_search.find(studio, Session(), NAME)


@pytest.mark.parametrize("words", ["", "x", None])
def test_a_search_needs_words(studio, stand_in, words):
    assert "two letters" in hub_search.find(studio, Session(), words)
    assert stand_in.asked == []


def test_a_search_that_fails_is_said_in_its_place(studio, stand_in):
    stand_in.status = 500
    assert "not well" in hub_search.find(studio, Session(), "bert")


def test_a_found_model_that_cannot_be_used_leaves_the_form_as_it_is(studio, stand_in, writing):
    session = Session(task="writing", settings={"epochs": 2})
    left, said = hub_search.look(studio, session, event(NAME))
    assert left == session
    assert "cannot be tuned for Writing" in said
    stand_in.files["config.json"] = json.dumps(CONFIG | {"auto_map": {"AutoModel": "x.Y"}}).encode()
    left, said = hub_search.look(studio, Session(), event(NAME))
    assert left == Session()
    assert "program code" in said
    stand_in.files["config.json"] = GOOD["config.json"]
    assert hub_search.look(studio, Session(), event("<b>"))[0] == Session()


def test_hostile_words_of_the_hub_are_only_words(studio, stand_in):
    stand_in.facts = {"cardData": {"license": "<script>alert(1)</script>", "language": ["<b>"] * 2}}
    session, _said = hub_search.look(studio, Session(), event(NAME))
    cards = model.show(studio, session)[0]
    assert "<script>" not in cards
    assert "&lt;script&gt;" in cards


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
