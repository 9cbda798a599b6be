"""A Hub on 127.0.0.1 with one model and a search, asked over real HTTP; what goes wrong is set by a test."""

import hashlib
import json
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from typing_extensions import override

NAME = "some/encoder"
REVISION = "0123456789abcdef0123456789abcdef01234567"
HEADER = json.dumps({"weight": {"dtype": "F32", "shape": [4096, 8], "data_offsets": [0, 131072]}}).encode()
WEIGHTS = struct.pack("<Q", len(HEADER)) + HEADER + bytes(range(256)) * 512
CONFIG = {"model_type": "bert", "hidden_size": 64, "num_hidden_layers": 2, "intermediate_size": 128,
          "vocab_size": 1000, "max_position_embeddings": 512}  # fmt: skip
GOOD = {
    "config.json": json.dumps(CONFIG).encode(),
    "tokenizer.json": Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]")).to_str().encode(),
    "tokenizer_config.json": b'{"tokenizer_class": "BertTokenizer"}',
    "vocab.txt": b"[PAD]\n[UNK]\n",
    "1_Pooling/config.json": b'{"pooling_mode_cls_token": true}',
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"never to be fetched",
    "modeling_encoder.py": b"never to be fetched",
    "onnx/model.onnx": b"never to be fetched",
}
FETCHED = [name for name in GOOD if not name.endswith((".bin", ".py", ".onnx"))]


class StandInHub(ThreadingHTTPServer):
    """The Hub. Its attributes say what it holds and what goes wrong."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.files: dict[str, bytes] = dict(GOOD)
        self.rows: list[dict[str, Any]] = []
        """What a search finds."""
        self.raw = b""
        """What a search answers instead."""
        self.revision = REVISION
        self.facts: dict[str, Any] = {}
        """More of what the Hub says of the model."""
        self.status, self.error_code, self.retry_after = 200, "", ""
        """Of every answer, or of those to the paths in `only`."""
        self.only = ""
        self.failures = 10**6
        """How often `status` is answered before all is well."""
        self.sends: dict[str, bytes] = {}
        """Other bytes than the promised ones."""
        self.cuts: dict[str, int] = {}
        """After so many bytes of an answer the connection is closed, once for each entry in `cut_times`."""
        self.cut_times = 10**6
        self.stalls: dict[str, int] = {}
        """After so many bytes of an answer nothing more comes."""
        self.slow_s = 0.0
        """Between two pieces of a large file."""
        self.knows_ranges = True
        self.elsewhere = ""
        """Another server that really holds the large files."""
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.is_open = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone: that is what some tests are about."""

    def asked_for(self, name: str) -> list[str]:
        """The requests for that file."""
        return [each for each in self.asked if each.endswith(f"/{name}")]


class _Answers(BaseHTTPRequestHandler):
    server: StandInHub
    protocol_version = "HTTP/1.1"

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        server, parts = self.server, urlsplit(self.path)
        path = unquote(parts.path)
        server.asked.append(path)
        server.headers.append(dict(self.headers))
        if server.status != 200 and server.only in path and server.failures > 0:
            server.failures -= 1
            return self.reply(
                server.status, b"{}", {"X-Error-Code": server.error_code, "Retry-After": server.retry_after}
            )
        if path == "/api/models":
            words = parse_qs(parts.query).get("search", [""])[0].lower()
            found = [row for row in server.rows if words in row["id"].lower()]
            return self.reply(200, server.raw or json.dumps(found).encode())
        if path in (f"/api/models/{NAME}/revision/{REVISION}", f"/api/models/{NAME}/revision/main"):
            listing = {"id": NAME, "sha": server.revision, "siblings": self.siblings(), **server.facts}
            return self.reply(200, json.dumps(listing).encode())
        name = path.removeprefix(f"/{NAME}/resolve/{REVISION}/")
        if name not in server.files:
            return self.reply(404, b"", {"X-Error-Code": "EntryNotFound"})
        if server.elsewhere and name.endswith(".safetensors"):
            return self.reply(302, b"", {"Location": server.elsewhere + path})
        return self.send_file(name, server.sends.get(name, server.files[name]))

    def send_file(self, name: str, body: bytes) -> None:
        server, start = self.server, 0
        asked = self.headers.get("Range", "")
        if asked and server.knows_ranges:
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            if start >= len(body):
                return self.reply(416, b"")
        headers = {"ETag": f'"{name}"'}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        self.begin(206 if start else 200, len(body) - start, headers)
        most = len(body)
        if name in server.cuts and server.cut_times > 0:
            server.cut_times -= 1
            most, self.close_connection = server.cuts[name], True
        elif name in server.stalls:
            most = server.stalls[name]
        self.send_slowly(body[start : start + most])
        while name in server.stalls and server.is_open:
            time.sleep(0.01)
        return None

    def send_slowly(self, body: bytes) -> None:
        for place in range(0, len(body), 8192):
            self.wfile.write(body[place : place + 8192])
            if self.server.slow_s:
                time.sleep(self.server.slow_s)

    def siblings(self) -> list[dict[str, Any]]:
        rows = []
        for name, data in self.server.files.items():
            row: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": git_blob(data)}
            if name.endswith((".safetensors", ".bin", ".onnx")):
                digest = hashlib.sha256(data).hexdigest()
                row["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 134}
            rows.append(row)
        return rows

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.begin(status, len(body), headers or {})
        self.wfile.write(body)

    def begin(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()


def git_blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@contextmanager
def standing_in() -> Iterator[StandInHub]:
    """One that answers until the block is left."""
    server = StandInHub()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.is_open = False
        server.shutdown()
        thread.join()
        server.server_close()
