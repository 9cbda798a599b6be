"""Downloads from a stand-in Hub on 127.0.0.1, asked by the real huggingface_hub over real HTTP."""

import errno
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub.hf_api import RepoSibling
from stand_in_hub import CONFIG, FETCHED, GOOD, NAME, REVISION, WEIGHTS, StandInHub, standing_in

from studio.config import Model
from studio.errors import StudioError
from studio.models import counting
from studio.models.folder import model_folder
from studio.models.hub import download, downloaded, folder_of, on_its_way, refuse_code, transfer
from studio.models.presets import EMBEDDED, Preset
from studio.rundir import Home
from studio.storage import disk, problems_of

fetching = import_module("studio.models.hub.download")  # the package gives its name to the function
finding = import_module("studio.models.hub.find")
PRESET = Preset(NAME, "Encoder", "encoder", 1.0, 512, "English", "mit", revision=REVISION)
BIG = "model.safetensors"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInHub]:
    monkeypatch.setattr(transfer, "PAUSE_S", 0.0)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with standing_in() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


def nothing_is_there(home: Home) -> bool:
    place = home.models / "hub"
    return downloaded(home, PRESET) is None and not (place.is_dir() and any(place.iterdir()))


def ranges(hub: StandInHub) -> list[str]:
    """The parts of the large file that were asked for."""
    return [head.get("Range", "") for path, head in zip(hub.asked, hub.headers, strict=True) if path.endswith(BIG)]


def test_only_the_allowed_files_come_and_every_byte_is_checked(hub: StandInHub, home: Home) -> None:
    seen: list[tuple[int, int]] = []
    assert downloaded(home, PRESET) is None
    folder = download(home, PRESET, lambda done, total: seen.append((done, total)))
    assert folder == folder_of(home, PRESET) == downloaded(home, PRESET)
    assert folder.name == f"some--encoder@{REVISION}"
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert here == {*FETCHED, "manifest.json"}
    assert all((folder / name).read_bytes() == GOOD[name] for name in FETCHED)
    assert problems_of(folder) == []
    total = sum(len(GOOD[name]) for name in FETCHED)
    assert seen[-1] == (total, total)
    assert seen == sorted(seen)
    assert not any(name in request for request in hub.asked for name in ("pytorch_model", ".py", "onnx"))
    assert all(f"/resolve/{REVISION}/" in path for path in hub.asked if "/resolve/" in path)  # never at a branch
    assert on_its_way(home, PRESET) == 0


DEEP = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def test_settings_that_are_nested_without_end_are_damaged(home: Home, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "config.json").write_bytes(DEEP)
    with pytest.raises(StudioError, match="settings are damaged"):
        fetching._judge(tmp_path / "config.json", NAME)
    answer = SimpleNamespace(content=DEEP, raise_for_status=lambda: None)
    monkeypatch.setattr(finding, "get_session", lambda: SimpleNamespace(get=lambda *_, **__: answer))
    monkeypatch.setattr(finding, "hf_raise_for_status", lambda _: None)
    with pytest.raises(StudioError, match="settings are damaged"):
        finding._settings(NAME, REVISION, RepoSibling("config.json", size=len(DEEP)))
    with pytest.raises(StudioError, match="no list of models"):
        finding._models(DEEP)
    (home.models / "offered" / "deep").mkdir(parents=True)
    (home.models / "offered" / "deep" / "config.json").write_bytes(DEEP)
    with pytest.raises(StudioError, match=r"no readable config\.json"):
        model_folder(Model(id="folder:deep"), home)


def test_code_is_found_however_deep_it_is_named() -> None:
    deep: Any = {"auto_map": {"AutoModel": "evil.Model"}}
    for _ in range(20_000):
        deep = [deep]
    with pytest.raises(StudioError, match="program code"):
        refuse_code({"a": deep})


def test_a_file_that_is_moved_away_meanwhile_is_no_fault(home: Home, monkeypatch: Any) -> None:
    place = fetching._partial(home, PRESET)
    place.mkdir(parents=True)
    (place / "here").write_bytes(b"123")
    (place / "gone").write_bytes(b"12345")
    original = Path.stat

    def stat(path: Path, **how: Any) -> Any:
        found = original(path, **how)
        if path.name == "gone":
            path.unlink()
        return found

    monkeypatch.setattr(Path, "stat", stat)
    assert on_its_way(home, PRESET) == 8
    assert on_its_way(home, PRESET) == 3


def test_what_is_here_is_not_fetched_again(hub: StandInHub, home: Home) -> None:
    folder = download(home, PRESET)
    hub.status = 500
    assert download(home, PRESET) == folder


def test_a_model_that_lost_a_byte_on_disk_does_not_count_as_here(hub: StandInHub, home: Home) -> None:
    folder = download(home, PRESET)
    (folder / BIG).write_bytes(WEIGHTS[:-1])
    assert downloaded(home, PRESET) is None
    assert download(home, PRESET) == folder
    assert problems_of(folder) == []


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (404, "RepoNotFound", "no such model"),
        (404, "RevisionNotFound", "no such model"),
        (401, "", "does not give"),
        (403, "", "does not give"),
        (401, "GatedRepo", "accepted its terms"),
        (403, "GatedRepo", "accepted its terms"),
        (429, "", "slow down"),
        (500, "", "answer 500"),
        (503, "", "answer 503"),
    ],
)
@pytest.mark.parametrize("only", ["/api/", "/resolve/", BIG])
def test_refusals_are_said_in_words(hub: StandInHub, home: Home, status: int, code: str, words: str, only: str) -> None:
    hub.status, hub.error_code, hub.only = status, code, only
    with pytest.raises(StudioError, match=words) as caught:
        download(home, PRESET)
    assert caught.value.fix
    assert nothing_is_there(home)
    hub.status = 200
    assert downloaded(home, PRESET) is None
    assert problems_of(download(home, PRESET)) == []  # and later it works


@pytest.mark.parametrize("status", [429, 500, 502])
def test_a_passing_trouble_is_waited_out(hub: StandInHub, home: Home, status: int) -> None:
    hub.status, hub.only, hub.failures = status, BIG, 2
    assert problems_of(download(home, PRESET)) == []
    assert len(ranges(hub)) == 3


def test_the_hub_says_how_long_to_wait(hub: StandInHub, home: Home) -> None:
    hub.status, hub.retry_after = 429, "300"
    with pytest.raises(StudioError) as caught:
        download(home, PRESET)
    assert "300 seconds" in caught.value.fix


def test_what_to_do_for_a_gated_model(hub: StandInHub, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.status, hub.error_code = 403, "GatedRepo"
    monkeypatch.setattr("studio.models.hub.words.get_token", lambda: None)
    with pytest.raises(StudioError) as caught:
        download(home, PRESET)
    assert all(word in caught.value.fix for word in ("HF_TOKEN", "hf auth login", f"{hub.address}/{NAME}"))
    monkeypatch.setattr("studio.models.hub.words.get_token", lambda: "hf_x")
    with pytest.raises(StudioError, match="accepted its terms") as caught:
        download(home, PRESET)
    assert "the account whose token this server has" in caught.value.fix


def test_the_token_goes_to_the_hub_and_nowhere_else(
    hub: StandInHub, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with standing_in() as store:
        hub.elsewhere = store.address
        assert problems_of(download(home, PRESET)) == []
        assert store.asked_for(BIG)
        assert not any("hf_secret" in str(headers) for headers in store.headers)
    assert {headers.get("authorization", headers.get("Authorization")) for headers in hub.headers} == {
        "Bearer hf_secret"
    }


def test_no_hub_at_all(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PAUSE_S", 0.0)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # the discard port: nobody listens
    with pytest.raises(StudioError, match="cannot be reached"):
        download(home, PRESET)
    assert nothing_is_there(home)


def test_a_server_that_is_told_to_stay_offline(hub: StandInHub, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(StudioError, match="cannot be reached"):
        download(home, PRESET)
    assert hub.asked == []


def test_a_line_that_breaks_goes_on_where_it_was(hub: StandInHub, home: Home) -> None:
    hub.cuts, hub.cut_times = {BIG: 50_000}, 2
    assert (download(home, PRESET) / BIG).read_bytes() == WEIGHTS
    assert ranges(hub) == ["", "bytes=50000-", "bytes=100000-"]


def test_a_line_that_stays_broken_is_given_up_and_later_goes_on(hub: StandInHub, home: Home) -> None:
    hub.cuts = {BIG: 0}
    hub.sends = {}
    with pytest.raises(StudioError, match="broke off") as caught:
        download(home, PRESET)
    assert "goes on" in caught.value.fix
    assert len(ranges(hub)) == 4
    assert nothing_is_there(home)
    small = [name for name in FETCHED if name != BIG]
    assert on_its_way(home, PRESET) == sum(len(GOOD[name]) for name in small)
    hub.cuts = {}
    hub.asked.clear(), hub.headers.clear()
    seen: list[int] = []
    assert problems_of(download(home, PRESET, lambda done, total: seen.append(done))) == []
    assert not any(hub.asked_for(name) for name in small)
    assert seen[0] >= sum(len(GOOD[name]) for name in small)  # progress begins where it was


def broken_off(hub: StandInHub, home: Home) -> None:
    """A download that ended in the middle of the weights."""
    hub.stalls = {BIG: 40_000}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "STALL_S", 0.15)
        patch.setattr(transfer, "_TRIES", 1)
        with pytest.raises(StudioError, match="stopped answering"):
            download(home, PRESET)
    hub.stalls = {}
    hub.asked.clear(), hub.headers.clear()


def test_a_download_resumes_in_the_middle_of_a_file(hub: StandInHub, home: Home) -> None:
    broken_off(hub, home)
    assert (download(home, PRESET) / BIG).read_bytes() == WEIGHTS
    assert ranges(hub) == ["bytes=40000-"]


def test_a_tokenizer_that_could_not_be_looked_at_costs_nothing_of_the_weights(hub: StandInHub, home: Home) -> None:
    broken_off(hub, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching, "confined_counts", lambda *_: None)  # as on a machine that is busy beyond all patience
        with pytest.raises(StudioError, match="try again later"):
            download(home, PRESET)
    hub.asked.clear(), hub.headers.clear()
    assert (download(home, PRESET) / BIG).read_bytes() == WEIGHTS
    assert ranges(hub) == ["bytes=40000-"]


def test_a_hub_that_knows_no_ranges_sends_the_whole_again(hub: StandInHub, home: Home) -> None:
    hub.knows_ranges = False
    hub.cuts, hub.cut_times = {BIG: 50_000}, 1
    assert (download(home, PRESET) / BIG).read_bytes() == WEIGHTS
    assert ranges(hub) == ["", "bytes=50000-"]


@pytest.mark.parametrize("name", [BIG, "vocab.txt", "config.json"])
def test_other_bytes_of_the_same_length(hub: StandInHub, home: Home, name: str) -> None:
    hub.sends = {name: bytes(byte ^ 1 for byte in GOOD[name])}
    with pytest.raises(StudioError, match="not the one that was pinned"):
        download(home, PRESET)
    assert nothing_is_there(home)
    hub.sends = {}
    assert problems_of(download(home, PRESET)) == []  # the wrong bytes were thrown away


def test_more_bytes_than_were_promised(hub: StandInHub, home: Home) -> None:
    hub.sends = {BIG: WEIGHTS + b"more"}
    with pytest.raises(StudioError, match="not the one that was pinned"):
        download(home, PRESET)
    assert nothing_is_there(home)


def test_bytes_spoilt_on_this_disk_are_found_before_the_model_is_there(hub: StandInHub, home: Home) -> None:
    hub.status, hub.only = 404, BIG
    with pytest.raises(StudioError):
        download(home, PRESET)
    spoilt = next((home.models / "partial").rglob("vocab.txt"))
    spoilt.write_bytes(bytes(len(GOOD["vocab.txt"])))
    hub.status = 200
    assert (download(home, PRESET) / "vocab.txt").read_bytes() == GOOD["vocab.txt"]


def test_a_cancelled_download_keeps_what_has_come(hub: StandInHub, home: Home) -> None:
    hub.slow_s = 0.005
    seen: list[int] = []
    half = len(WEIGHTS) // 2
    with pytest.raises(StudioError, match="cancelled"):
        download(home, PRESET, lambda done, total: seen.append(done), lambda: bool(seen and seen[-1] > half))
    assert nothing_is_there(home)
    assert half < on_its_way(home, PRESET) < len(WEIGHTS)
    hub.slow_s = 0.0
    assert problems_of(download(home, PRESET)) == []
    assert ranges(hub)[1].startswith("bytes=")


def test_another_revision_than_the_pinned_one(hub: StandInHub, home: Home) -> None:
    hub.revision = "f" * 40
    with pytest.raises(StudioError, match="another revision"):
        download(home, PRESET)


@pytest.mark.parametrize("revision", ["main", "", "0123456", "g" * 40])
def test_only_a_commit_is_fetched(hub: StandInHub, home: Home, revision: str) -> None:
    model = SimpleNamespace(id=NAME, revision=revision)
    with pytest.raises(StudioError, match="does not come from the Hub"):
        download(home, model)
    assert hub.asked == []


def test_a_model_without_safetensors(hub: StandInHub, home: Home) -> None:
    del hub.files[BIG]
    with pytest.raises(StudioError, match="safetensors"):
        download(home, PRESET)
    assert not any("pytorch_model" in request for request in hub.asked)
    assert nothing_is_there(home)


HOSTILE = [
    {"auto_map": {"AutoModel": "modeling_encoder.EncoderModel"}},
    {"text_config": {"auto_map": {"AutoModel": "other/repo--modeling.Model"}}},
    {"_attn_implementation_internal": "someone/kernel"},
    {"attn_implementation": "someone/kernel"},
    {"_attn_implementation": "someone/kernel@main:forward"},
    {"custom_pipelines": {"text": {"impl": "pipeline.Mine"}}},
    {"trust_remote_code": True},
]


@pytest.mark.parametrize("settings", HOSTILE, ids=lambda settings: next(iter(settings)))
@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_settings_that_name_code(hub: StandInHub, home: Home, settings: dict[str, Any], name: str) -> None:
    hub.files[name] = json.dumps(CONFIG | settings).encode()
    with pytest.raises(StudioError, match="program code"):
        download(home, PRESET)
    assert not hub.asked_for(BIG)  # refused before the large file
    assert nothing_is_there(home)
    assert on_its_way(home, PRESET) == 0


@pytest.mark.parametrize(
    ("name", "bytes_"),
    [
        ("config.json", b"\x80not json"),
        ("config.json", b"[]"),
        ("tokenizer.json", b"{}"),
        ("tokenizer.json", b"no json"),
    ],
)
def test_settings_that_are_damaged(hub: StandInHub, home: Home, name: str, bytes_: bytes) -> None:
    hub.files[name] = bytes_
    with pytest.raises(StudioError, match="damaged"):
        download(home, PRESET)
    assert not hub.asked_for(BIG)


PARTS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]


@pytest.mark.parametrize("second", ["../other/model.safetensors", "weights.bin", "model-00003-of-00003.safetensors", 7])
def test_an_index_that_names_other_files_than_the_models_own(hub: StandInHub, home: Home, second: Any) -> None:
    hub.files |= dict.fromkeys(PARTS, hub.files.pop(BIG))
    hub.files["model.safetensors.index.json"] = json.dumps({"weight_map": {"a": PARTS[0], "b": second}}).encode()
    with pytest.raises(StudioError, match="not all in safetensors files of its own"):
        download(home, PRESET)
    assert not any(hub.asked_for(name) for name in PARTS)
    assert nothing_is_there(home)
    assert on_its_way(home, PRESET) == 0


def test_an_index_of_the_models_own_files(hub: StandInHub, home: Home) -> None:
    hub.files |= dict.fromkeys(PARTS, hub.files.pop(BIG))
    index = {"metadata": {"total_size": 1}, "weight_map": {"a": PARTS[0], "b": PARTS[1]}}
    hub.files["model.safetensors.index.json"] = json.dumps(index).encode()
    assert all((download(home, PRESET) / name).is_file() for name in PARTS)


def test_a_tokenizer_that_explodes_is_refused(hub: StandInHub, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_LEAST_S", 2)
    steps = [{"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 40}] * 7
    own = json.loads(hub.files["tokenizer.json"])
    own["normalizer"] = {"type": "Sequence", "normalizers": steps}
    hub.files["tokenizer.json"] = json.dumps(own).encode()
    with pytest.raises(StudioError, match="too much time or memory"):
        download(home, PRESET)
    assert not hub.asked_for(BIG)
    assert nothing_is_there(home)


def test_a_tokenizer_that_is_too_large_is_not_fetched(
    hub: StandInHub, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", len(hub.files["tokenizer.json"]) - 1)
    with pytest.raises(StudioError, match=r"not its weights .*tokenizer\.json"):
        download(home, PRESET)
    assert not hub.asked_for("tokenizer.json")


def test_honest_settings_pass() -> None:
    refuse_code({"model_type": "bert", "attn_implementation": "sdpa", "_attn_implementation": None, "auto_map": {}})


def test_a_full_disk_is_told_before_the_download(hub: StandInHub, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10**6))
    with pytest.raises(StudioError, match="not enough space"):
        download(home, PRESET)
    assert not any("resolve" in request for request in hub.asked)


def test_a_disk_that_fills_up_on_the_way(hub: StandInHub, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    hub.cuts, hub.cut_times = {BIG: 10}, 1
    lease_written = disk.DISK.write
    monkeypatch.setattr(disk.DISK, "write", lambda at, data: (full if len(data) > 1000 else lease_written)(at, data))
    with pytest.raises(StudioError, match="disk is full"):
        download(home, PRESET)
    assert nothing_is_there(home)


def test_the_built_in_model_is_not_downloaded(home: Home) -> None:
    with pytest.raises(StudioError, match="does not come from the Hub"):
        download(home, EMBEDDED)
