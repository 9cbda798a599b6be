"""Looking for models on a stand-in Hub, pinning what is picked, and what is known of it afterwards."""

import json
from collections.abc import Iterator

import pytest
from stand_in_hub import CONFIG, NAME, REVISION, StandInHub, standing_in
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
)

from studio.config import Model
from studio.errors import StudioError
from studio.models import families, found
from studio.models.families import family_of, shape_of
from studio.models.folder import model_folder, pooling_of
from studio.models.hub import download, find
from studio.models.hub.find import look_up, search
from studio.models.lengths import tokenizer_file
from studio.models.presets import PRESETS
from studio.rundir import Home

CHOICE = f"{NAME}@{REVISION}"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInHub]:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with standing_in() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        server.facts = {"safetensors": {"parameters": {"F32": 4_400_000}, "total": 4_400_000}, "gated": False,
                        "cardData": {"license": "mit", "language": ["en"]}}  # fmt: skip
        yield server


def row(name: str, kind: str, **more: object) -> dict[str, object]:
    facts = {"id": name, "downloads": 5, "config": {"model_type": kind}, "tags": ["safetensors"], "gated": False}
    return facts | more


# ------------------------------------------------------------------ search


def test_a_search_names_what_the_task_can_use(hub: StandInHub) -> None:
    hub.rows = [
        row("a/bert-one", "bert", downloads=900, safetensors={"parameters": {"F32": 110_000_000}, "total": 110_000_000},
            cardData={"license": "apache-2.0", "language": "en"}),
        row("b/bert-gpt", "gpt2"),
        row("c/bert-unknown", "something-new"),
        row("d/bert-consent", "roberta", gated="manual", cardData={"language": ["de", "fr"]}),
        row("../bert", "bert"),
        {"id": "bert-without-anything"},
        row("e/bert-odd", "bert", downloads="many"),
        row("f/bert-odd", "bert", tags=7),
        row("g/bert-odd", "bert", safetensors={"total": "?"}),
    ]  # fmt: skip
    one, consent = search("bert", {"encoder"})
    assert (one.id, one.parameters, one.downloads, one.license, one.languages) == (
        "a/bert-one", 110.0, 900, "apache-2.0", "English",
    )  # fmt: skip
    assert (consent.is_gated, consent.languages, consent.license) == (True, "de, fr", "not said")
    assert [each.id for each in search("bert", {"decoder"})] == ["b/bert-gpt"]
    assert search("nothing of that name", {"encoder"}) == []


@pytest.mark.parametrize(
    "how", [{"tags": ["custom_code"]}, {"config": {"model_type": "bert", "auto_map": {"AutoModel": "x.Y"}}}]
)
def test_code_is_refused_in_the_search_already_and_comes_last(hub: StandInHub, how: dict[str, object]) -> None:
    hub.rows = [row("evil/bert", "bert", **how), row("good/bert", "bert")]
    good, evil = search("bert", {"encoder"})
    assert good.refusal == ""
    assert "program code" in evil.refusal


@pytest.mark.parametrize(
    ("status", "words"), [(429, "slow down"), (500, "answer 500"), (401, "does not give"), (404, "no such")]
)
def test_a_search_that_fails_says_why_at_once(hub: StandInHub, status: int, words: str) -> None:
    hub.status = status
    with pytest.raises(StudioError, match=words):
        search("bert", {"encoder"})
    assert len(hub.asked) == 1  # a person waits: nothing is tried again and again


def test_a_hub_that_is_silent_is_not_waited_for(hub: StandInHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "TIMEOUT_S", 0.2)
    hub.stalls = {"config.json": 3}
    with pytest.raises(StudioError, match="stopped answering"):
        look_up(NAME)


def test_no_hub_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(StudioError, match="cannot be reached"):
        search("bert", {"encoder"})
    with pytest.raises(StudioError, match="cannot be reached"):
        look_up(NAME)


@pytest.mark.parametrize("answer", [b"<html>", b'{"error": 1}', b"null"])
def test_an_answer_that_is_no_list(hub: StandInHub, answer: bytes) -> None:
    hub.raw = answer
    with pytest.raises(StudioError, match="no list of models"):
        search("bert", {"encoder"})
    hub.raw = b"[1, null, {}]"
    assert search("bert", {"encoder"}) == []


# ------------------------------------------------------------------ one of them in full


def test_what_is_picked_is_pinned_to_its_commit_with_its_facts(hub: StandInHub) -> None:
    preset = look_up(NAME)
    assert (preset.id, preset.revision, preset.family) == (NAME, REVISION, "encoder")
    assert (preset.parameters, preset.license, preset.languages) == (4.4, "mit", "English")
    assert (preset.layers, preset.width, preset.inner, preset.vocabulary, preset.context) == (2, 64, 128, 1000, 512)
    assert (preset.is_gated, preset.chats) == (False, False)
    assert all(f"/resolve/{REVISION}/" in path for path in hub.asked if "/resolve/" in path)
    assert not hub.asked_for("model.safetensors")


def test_a_decoder_with_a_template_chats(hub: StandInHub) -> None:
    hub.files["config.json"] = json.dumps(CONFIG | {"model_type": "llama", "tie_word_embeddings": False}).encode()
    hub.files["tokenizer_config.json"] = b'{"chat_template": "{{ messages }}"}'
    preset = look_up(NAME)
    assert (preset.family, preset.pooling, preset.tables, preset.chats) == ("decoder", "last", 2, True)


@pytest.mark.parametrize(
    ("said", "context"), [(128, 128), (1024, 512), (int(1e30), 512), ("128", 512), (None, 512)], ids=str
)
def test_a_tokenizer_that_reads_less_than_the_model_decides(
    hub: StandInHub, home: Home, said: object, context: int
) -> None:
    hub.files["tokenizer_config.json"] = json.dumps({"model_max_length": said}).encode()
    assert look_up(NAME).context == context
    folder = home.models / "offered" / "ours"
    folder.mkdir(parents=True)
    for name in ("config.json", "tokenizer_config.json"):
        (folder / name).write_bytes(hub.files[name])
    (folder / "model.safetensors").write_bytes(bytes(4000))
    assert found.facts_of(home, "folder:ours").context == context


def without(hub: StandInHub, name: str) -> None:
    del hub.files[name]


def of_kind(hub: StandInHub, **config: object) -> None:
    hub.files["config.json"] = json.dumps(CONFIG | config).encode()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda hub: without(hub, "model.safetensors"), "safetensors"),
        (lambda hub: without(hub, "config.json"), "config.json is missing"),
        (lambda hub: without(hub, "tokenizer.json"), "fast tokenizer"),
        (lambda hub: of_kind(hub, model_type="mystery"), r"does not know this kind of model \(mystery\)"),
        (lambda hub: of_kind(hub, auto_map={"AutoModel": "x.Y"}), "program code"),
        (lambda hub: hub.files.update({"tokenizer_config.json": b'{"auto_map": {"AutoTokenizer": ["x.Y", null]}}'}), "program code"),
        (lambda hub: hub.files.update({"config.json": b"[]"}), "damaged"),
        (lambda hub: setattr(hub, "revision", "main"), "which commit"),
    ],
    ids=["weights", "config", "tokenizer", "kind", "code", "code-of-tokenizer", "damaged", "commit"],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_the_reason(hub: StandInHub, spoil, words: str) -> None:
    spoil(hub)
    with pytest.raises(StudioError, match=words) as caught:
        look_up(NAME)
    assert caught.value.fix
    assert not hub.asked_for("model.safetensors")


@pytest.mark.parametrize("name", ["", "bert", "../../etc/passwd", "a/b/c", "a/b?c", "https://x/y", "a/b@main"])
def test_only_names_of_the_hub_are_asked_for(hub: StandInHub, name: str) -> None:
    with pytest.raises(StudioError, match="name of a model"):
        look_up(name)
    assert hub.asked == []


def test_a_gated_one_says_what_to_do(hub: StandInHub) -> None:
    hub.status, hub.error_code, hub.only = 403, "GatedRepo", "/resolve/"
    with pytest.raises(StudioError, match="accepted its terms"):
        look_up(NAME)


# ------------------------------------------------------------------ kept, and used


def test_what_was_found_can_be_ordered_downloaded_and_loaded(hub: StandInHub, home: Home) -> None:
    assert found.remember(home, look_up(NAME)) == CHOICE
    assert [preset.id for preset in found.remembered(home)] == [NAME]
    model = found.order_of(home, CHOICE)
    assert model == Model(id=NAME, revision=REVISION)
    assert found.preset_of(home, model) == found.facts_of(home, CHOICE) == look_up(NAME)
    with pytest.raises(StudioError, match="not on this machine"):
        model_folder(model, home)
    folder = download(home, model)
    assert model_folder(model, home) == folder
    assert pooling_of(model, folder) == "first"  # its own word, in 1_Pooling/config.json
    assert tokenizer_file(home, CHOICE) == folder / "tokenizer.json"


def test_a_preset_found_again_is_the_preset(home: Home) -> None:
    preset = PRESETS[1]
    assert found.remember(home, preset) == preset.id == found.choice_of(preset)
    assert found.facts_of(home, preset.id) is preset


@pytest.mark.parametrize(
    "choice", [CHOICE, f"{NAME}@main", "a/b", f"../x@{REVISION}", f"a/../../b@{REVISION}", "", "@"]
)
def test_a_stranger_cannot_name_what_was_not_found(home: Home, choice: str) -> None:
    with pytest.raises(StudioError):
        found.order_of(home, choice)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"id": 1}'])
def test_a_damaged_note_is_as_good_as_none(hub: StandInHub, home: Home, text: str) -> None:
    found.remember(home, look_up(NAME))
    next((home.models / "found").glob("*.json")).write_text(text)
    assert found.remembered(home) == []
    with pytest.raises(StudioError, match="Search for it again"):
        found.facts_of(home, CHOICE)


def test_a_model_folder_is_known_by_its_config(home: Home) -> None:
    folder = home.models / "offered" / "our-t5"
    folder.mkdir(parents=True)
    t5 = {
        "model_type": "t5",
        "num_layers": 3,
        "d_model": 64,
        "d_ff": 128,
        "vocab_size": 500,
        "tie_word_embeddings": True,
    }
    (folder / "config.json").write_text(json.dumps(t5))
    (folder / "model.safetensors").write_bytes(bytes(4000))
    preset = found.facts_of(home, "folder:our-t5")
    assert (preset.family, preset.layers, preset.width, preset.title) == ("encoder-decoder", 6, 64, "our-t5")
    assert not preset.chats
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ messages }}"}))
    assert found.facts_of(home, "folder:our-t5").chats
    (folder / "tokenizer_config.json").write_text("[]")
    assert not found.facts_of(home, "folder:our-t5").chats
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    assert found.facts_of(home, "folder:our-t5").chats
    (folder / "config.json").write_text("no json")
    assert found.facts_of(home, "folder:our-t5").family == "encoder"


# ------------------------------------------------------------------ families


def test_every_kind_is_one_that_transformers_knows_as_such() -> None:
    assert set(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES) >= families._DECODERS
    assert set(MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES) >= families._ENCODER_DECODERS
    assert set(MODEL_FOR_MASKED_LM_MAPPING_NAMES) >= families._ENCODERS
    assert not families._DECODERS & families._ENCODERS
    assert not families._ENCODER_DECODERS & (families._DECODERS | families._ENCODERS)


@pytest.mark.parametrize(
    "config", [{}, {"model_type": ["bert"]}, {"model_type": {}}, {"model_type": None}, {"model_type": "mamba"}]
)
def test_an_odd_config_is_of_no_family(config: dict[str, object]) -> None:
    assert family_of(config) is None
    assert shape_of(config) is None


def test_shapes_of_common_configs() -> None:
    bart = shape_of({"model_type": "bart", "encoder_layers": 6, "decoder_layers": 6, "d_model": 768, "encoder_ffn_dim": 3072,
                     "vocab_size": 50265, "max_position_embeddings": 1024})  # fmt: skip
    t5 = shape_of({"model_type": "t5", "num_layers": 8, "num_decoder_layers": None, "d_model": 512, "d_ff": 1024,
                   "vocab_size": 32128, "tie_word_embeddings": False})  # fmt: skip
    assert bart is not None
    assert t5 is not None
    assert (bart.layers, bart.context, bart.tables) == (12, 1024, 1)
    assert (t5.layers, t5.context, t5.tables, t5.inner) == (16, 512, 2, 1024)
