"""Gradio's page files: found before the page asks, served packed and for good, announced in the page and nowhere else."""

import gzip
import re

import anyio
import pytest
from starlette.requests import Request

from studio.ui import frontend
from studio.ui.frontend import Announce, Frontend

ASSETS = frontend._GRADIO / "assets"
PAGE = b"<!doctype html><html><head><meta charset=utf-8></head><body><p>the head of it: &lt;head></p></body></html>"


@pytest.fixture(scope="module")
def files():
    return Frontend(["html", "button"])


def fetch(files, name, **headers):
    told = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    return anyio.run(
        files.route.endpoint, Request({"type": "http", "method": "GET", "headers": told, "path_params": {"name": name}})
    )


def test_what_a_page_needs_is_found_from_its_entry_to_its_components(files):
    assert re.fullmatch(r"index-[\w-]+\.js", files.names[0])
    assert any(name.startswith("Blocks-") for name in files.names)
    assert len(files.names) == len(set(files.names))
    assert all((ASSETS / name).is_file() for name in files.names)
    assert set(Frontend(["html", "button", "dropdown"]).names) > set(files.names)


def test_a_kind_nobody_knows_brings_nothing(files):
    assert Frontend(["html", "button", "no such kind", ""]).names == files.names


def test_another_build_of_gradio_is_served_without_announcements(tmp_path, monkeypatch):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<script type="module" src="./assets/index-abcdefgh.js"></script>')
    (tmp_path / "assets" / "index-abcdefgh.js").write_text("import('./elsewhere.js')")
    monkeypatch.setattr(frontend, "_GRADIO", tmp_path)
    files = Frontend(["html"])
    assert files.names == ("index-abcdefgh.js",)
    odd = 'm.f=["./gone.js","./x.wasm"] import(`./Index-abcdefgh.js`),__vite__mapDeps([0,1,7,])'
    (tmp_path / "assets" / "index-abcdefgh.js").write_text(odd)
    (tmp_path / "assets" / "Index-abcdefgh.js").write_text("")
    (tmp_path / "assets" / "x.wasm").write_text("")
    assert Frontend(["html"]).names == ("index-abcdefgh.js", "Index-abcdefgh.js")
    (tmp_path / "index.html").write_text("<p>built in another way")
    assert (Frontend(["html"]).names, Frontend(["html"]).tags()) == ((), "")


def test_files_are_packed_and_kept_for_good(files):
    name = files.names[0]
    packed = fetch(files, name, accept_encoding="gzip, br")
    assert gzip.decompress(packed.body) == (ASSETS / name).read_bytes()
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in packed.headers["cache-control"]
    assert "javascript" in packed.headers["content-type"]
    assert fetch(files, name).path == ASSETS / name, "whole, for who cannot unpack"
    styles = next(name for name in files.names if name.endswith(".css"))
    assert fetch(files, styles, accept_encoding="gzip").headers["content-type"].startswith("text/css")


def test_other_files_are_served_and_kept_if_their_names_tell_their_content(files):
    other = next(path.name for path in ASSETS.glob("*.js") if path.name not in files.names)
    assert "immutable" in fetch(files, other, accept_encoding="gzip").headers["cache-control"]
    assert not frontend._HASHED.fullmatch("theme-controls.js")
    font = next(ASSETS.glob("*.woff2")).name
    assert "cache-control" not in fetch(files, font).headers


@pytest.mark.parametrize("name", ["", "..", "../index.html", "no-such-file.js", "index.js\0", "%2e%2e"])
def test_nothing_else_can_be_read(files, name):
    assert fetch(files, name, accept_encoding="gzip").status_code == 404


def ask(path="/", *, method="GET", query=b"", accepts=b"identity", status=200, chunks=(PAGE,)):
    """What a browser gets of a server that answers everything with the page: status, headers, body."""
    sent = []

    async def page(scope, receive, send):
        length = str(sum(map(len, chunks))).encode()
        start = {"type": "http.response.start", "status": status, "headers": [(b"content-length", length)]}
        await send(start)
        for place, chunk in enumerate(chunks, 1):
            await send({"type": "http.response.body", "body": chunk, "more_body": place < len(chunks)})

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": [(b"accept-encoding", accepts)],
    }
    anyio.run(Announce(page, "<link announced>"), scope, None, send)
    assert [message["type"] for message in sent] == ["http.response.start"] + ["http.response.body"] * len(chunks)
    body = b"".join(message["body"] for message in sent[1:])
    headers = dict(sent[0]["headers"])
    assert int(headers[b"content-length"]) == len(body)
    return sent[0]["status"], headers, body


def test_the_page_gets_its_announcements_once_and_first():
    status, headers, body = ask()
    assert (status, body) == (200, PAGE.replace(b"<head><meta", b"<head><link announced><meta"))
    assert b"content-encoding" not in headers
    _, headers, packed = ask(accepts=b"gzip, deflate, br")
    assert (headers[b"content-encoding"], headers[b"vary"]) == (b"gzip", b"accept-encoding")
    assert gzip.decompress(packed) == body


def test_a_page_that_opens_with_a_run_loads_the_charts_at_once():
    assert b"studio/plotly.js" in ask(query=b"run=abcdefghij0123456789")[2]
    assert b"studio/plotly.js" not in ask(query=b"__theme=dark")[2]


@pytest.mark.parametrize(
    "other",
    [{"path": "/config"}, {"path": "/gradio_api/file=x.html"}, {"method": "POST"}, {"method": "HEAD"}, {"status": 401}]
    + [{"chunks": (PAGE[:20], PAGE[20:])}],
)  # fmt: skip
def test_nothing_but_the_page_is_touched(other):
    status, headers, body = ask(**other, accepts=b"gzip")
    assert (status, body) == (other.get("status", 200), PAGE)
    assert b"content-encoding" not in headers
