"""Downloads from a stand-in Hub on 127.0.0.1, asked by the real huggingface_hub over real HTTP."""

import errno
import hashlib
import json
import struct
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from typing_extensions import override

from studio.errors import StudioError
from studio.models.hub import download, downloaded, folder_of, refuse_code
from studio.models.presets import EMBEDDED, Preset
from studio.rundir import Home
from studio.storage import problems_of

REVISION = "0123456789abcdef0123456789abcdef01234567"
PRESET = Preset("some/encoder", "Encoder", "encoder", 1.0, 512, "English", "mit", revision=REVISION)
HEADER = json.dumps({"weight": {"dtype": "F32", "shape": [4096, 8], "data_offsets": [0, 131072]}}).encode()
WEIGHTS = struct.pack("<Q", len(HEADER)) + HEADER + bytes(range(256)) * 512
GOOD = {
    "config.json": b'{"model_type": "bert"}',
    "tokenizer.json": b"{}",
    "tokenizer_config.json": b'{"tokenizer_class": "BertTokenizer"}',
    "vocab.txt": b"[PAD]\n[UNK]\n",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"never to be fetched",
    "modeling_encoder.py": b"never to be fetched",
    "onnx/model.onnx": b"never to be fetched",
}


class StandIn(ThreadingHTTPServer):
    """A Hub with one model. What goes wrong is set by a test, by its attributes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.files: dict[str, bytes] = dict(GOOD)
        self.status = 200
        self.error_code = ""
        self.sends: dict[str, bytes] = {}
        self.cuts: set[str] = set()
        self.revision = REVISION
        self.asked: list[str] = []


class _Answers(BaseHTTPRequestHandler):
    server: StandIn
    protocol_version = "HTTP/1.1"

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(f"{self.command} {path}")
        if self.server.status != 200:
            return self.reply(self.server.status, b"{}", {"X-Error-Code": self.server.error_code})
        if path == f"/api/models/{PRESET.id}/revision/{REVISION}":
            listing = {"id": PRESET.id, "sha": self.server.revision, "siblings": self.siblings()}
            return self.reply(200, json.dumps(listing).encode())
        name = path.removeprefix(f"/{PRESET.id}/resolve/{REVISION}/")
        if name not in self.server.files:
            return self.reply(404, b"", {"X-Error-Code": "EntryNotFound"})
        body = self.server.sends.get(name, self.server.files[name])
        return self.reply(200, body, {"X-Repo-Commit": REVISION, "ETag": f'"{name}"'}, name in self.server.cuts)

    def siblings(self) -> list[dict[str, Any]]:
        rows = []
        for name, data in self.server.files.items():
            row: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": git_blob(data)}
            if name.endswith((".safetensors", ".bin", ".onnx")):
                digest = hashlib.sha256(data).hexdigest()
                row["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 134}
            rows.append(row)
        return rows

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True


def git_blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StandIn]:
    server = StandIn()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def nothing_is_left(home: Home) -> bool:
    return downloaded(home, PRESET) is None and not any((home.models / "hub").iterdir())


def test_only_the_allowed_files_come_and_every_byte_is_checked(hub: StandIn, home: Home) -> None:
    seen: list[tuple[int, int]] = []
    assert downloaded(home, PRESET) is None
    folder = download(home, PRESET, lambda done, total: seen.append((done, total)))
    assert folder == folder_of(home, PRESET) == downloaded(home, PRESET)
    assert folder.name == f"some--encoder@{REVISION}"
    wanted = {"config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "model.safetensors"}
    assert {path.name for path in folder.iterdir()} == wanted | {"manifest.json"}
    assert all((folder / name).read_bytes() == GOOD[name] for name in wanted)
    assert problems_of(folder) == []
    total = sum(len(GOOD[name]) for name in wanted)
    assert seen[-1] == (total, total)
    assert seen == sorted(seen)
    assert not any(name in request for request in hub.asked for name in ("pytorch_model", ".py", "onnx"))


def test_what_is_here_is_not_fetched_again(hub: StandIn, home: Home) -> None:
    folder = download(home, PRESET)
    hub.status = 500
    assert download(home, PRESET) == folder


def test_a_model_that_lost_a_byte_on_disk_does_not_count_as_here(hub: StandIn, home: Home) -> None:
    folder = download(home, PRESET)
    (folder / "model.safetensors").write_bytes(WEIGHTS[:-1])
    assert downloaded(home, PRESET) is None
    assert download(home, PRESET) == folder
    assert problems_of(folder) == []


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (404, "RepoNotFound", "no such model"),
        (404, "RevisionNotFound", "no such model"),
        (401, "", "does not give"),
        (403, "GatedRepo", "accepted its terms"),
        (429, "", "slow down"),
        (500, "", "answer 500"),
        (503, "", "answer 503"),
    ],
)
def test_refusals_are_said_in_words(hub: StandIn, home: Home, status: int, code: str, words: str) -> None:
    hub.status, hub.error_code = status, code
    with pytest.raises(StudioError, match=words) as caught:
        download(home, PRESET)
    assert caught.value.fix
    assert nothing_is_left(home)


def test_no_hub_at_all(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # the discard port: nobody listens
    with pytest.raises(StudioError, match="hub"):
        download(home, PRESET)
    assert nothing_is_left(home)


def test_a_body_that_ends_early(hub: StandIn, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # the library waits a second between its five tries
    hub.cuts = {"model.safetensors"}
    with pytest.raises(StudioError, match="broke off"):
        download(home, PRESET)
    assert nothing_is_left(home)


@pytest.mark.parametrize("name", ["model.safetensors", "vocab.txt"])
def test_other_bytes_of_the_same_length(hub: StandIn, home: Home, name: str) -> None:
    hub.sends = {name: bytes(byte ^ 1 for byte in GOOD[name])}
    with pytest.raises(StudioError, match="not the one that was pinned"):
        download(home, PRESET)
    assert nothing_is_left(home)


def test_another_revision_than_the_pinned_one(hub: StandIn, home: Home) -> None:
    hub.revision = "f" * 40
    with pytest.raises(StudioError, match="another revision"):
        download(home, PRESET)


def test_a_model_without_safetensors(hub: StandIn, home: Home) -> None:
    del hub.files["model.safetensors"]
    with pytest.raises(StudioError, match="safetensors"):
        download(home, PRESET)
    assert not any("pytorch_model" in request for request in hub.asked)
    assert nothing_is_left(home)


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
def test_settings_that_name_code(hub: StandIn, home: Home, settings: dict[str, Any], name: str) -> None:
    hub.files[name] = json.dumps({"model_type": "bert"} | settings).encode()
    with pytest.raises(StudioError, match="program code"):
        download(home, PRESET)
    assert not any("model.safetensors" in request for request in hub.asked)  # refused before the large file
    assert nothing_is_left(home)


def test_settings_that_are_no_json(hub: StandIn, home: Home) -> None:
    hub.files["config.json"] = b"\x80not json"
    with pytest.raises(StudioError, match="damaged"):
        download(home, PRESET)


def test_honest_settings_pass() -> None:
    refuse_code({"model_type": "bert", "attn_implementation": "sdpa", "_attn_implementation": None, "auto_map": {}})


def test_a_full_disk_is_told_before_the_download(hub: StandIn, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10**6))
    with pytest.raises(StudioError, match="not enough space"):
        download(home, PRESET)
    assert not any("resolve" in request for request in hub.asked)


def test_a_disk_that_fills_up_on_the_way(hub: StandIn, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **settings: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("studio.models.hub.hf_hub_download", full)
    with pytest.raises(StudioError, match="disk is full"):
        download(home, PRESET)
    assert nothing_is_left(home)


def test_the_built_in_model_is_not_downloaded(home: Home) -> None:
    with pytest.raises(StudioError, match="does not come from the Hub"):
        download(home, EMBEDDED)
