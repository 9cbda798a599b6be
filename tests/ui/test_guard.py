import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from studio.ui.guard import LOCAL_HOSTS, MOST_FORM_BYTES, Guard

reached: list[str] = []


async def answer(request: Request) -> PlainTextResponse:
    reached.append(request.url.path)
    body = await request.body()
    headers = {"content-security-policy": "sandbox"} if request.url.path == "/own-policy" else {}
    return PlainTextResponse(str(len(body)), headers=headers)


APP = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST", "OPTIONS", "DELETE"])])


def ask(path="/", method="GET", host="127.0.0.1:7860", hosts=tuple(LOCAL_HOSTS), chunks=(b"",), **headers):
    """Status and headers; through the ASGI interface itself, without a client's own ideas."""
    reached.clear()
    sent = []
    told = [(b"host", host.encode())] if host else []
    told += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(), "root_path": "", "scheme": "http", "query_string": b"", "headers": told, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 7860)}  # fmt: skip
    waiting = list(chunks)

    async def receive():
        body = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    anyio.run(Guard(APP, hosts), scope, receive, send)
    start = sent[0]
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}


def test_an_ordinary_request_passes_and_carries_the_headers():
    status, headers = ask()
    assert status == 200
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "object-src 'none'" in headers["content-security-policy"]
    assert headers["content-security-policy"].endswith("frame-ancestors 'self'")


def test_an_answer_keeps_its_own_stricter_policy():
    assert ask("/own-policy")[1]["content-security-policy"] == "sandbox"


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:1", "[::1]:7860", "LOCALHOST"])
def test_local_names_are_answered(host):
    assert ask(host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:7860", "localhost@evil.example", "", "[::1"])
def test_other_names_are_not(host):
    assert ask(host=host)[0] == 421
    assert reached == []


def test_behind_a_login_every_name_is_answered():
    assert ask(host="studio.example", hosts=())[0] == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:3000", "https://127.0.0.1.evil.example:7860", "http://[", "x"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
def test_a_foreign_origin_is_refused(origin, method):
    status, headers = ask("/gradio_api/queue/join", method, origin=origin)
    assert status == 403
    assert "nosniff" in headers["x-content-type-options"]
    assert reached == []


def test_the_own_origin_may_post():
    assert ask("/gradio_api/queue/join", "POST", origin="http://127.0.0.1:7860", sec_fetch_site="same-origin")[0] == 200


def test_a_forged_forwarded_host_does_not_help():
    assert ask("/x", "POST", origin="http://evil.example", x_forwarded_host="evil.example")[0] == 403


def test_a_proxy_may_rename_the_host_when_the_server_was_told():
    hosts = (*LOCAL_HOSTS, "studio.example")
    assert ask("/x", "POST", host="127.0.0.1:7860", hosts=hosts, origin="https://studio.example")[0] == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_the_browser_says_where_a_post_comes_from(site):
    assert ask("/x", "POST", sec_fetch_site=site)[0] == 403
    assert ask("/x", "GET", sec_fetch_site=site)[0] == 200, "following a link is allowed"


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/proxy=http://evil.example",
        "/gradio_api/file=http://evil.example/x",
        "/gradio_api/file=HTTPS://evil.example/x",
        "/gradio_api/file=//evil.example/x",
        "/monitoring",
        "/monitoring/summary",
        "/gradio_api/deep_link",
        "/gradio_api/runs",
        "/gradio_api/run-history/records",
        "/gradio_api/stream/x",
        "/gradio_api/dev/reload",
        "/gradio_api/custom_component/a/b/c/d",
        "/studio/download/../x",
    ],
)  # fmt: skip
def test_what_the_studio_does_not_use_is_not_there(path):
    assert ask(path)[0] == 404
    assert reached == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/config",
        "/gradio_api/queue/data",
        "/gradio_api/file=/tmp/gradio/x/a.csv",
        "/studio/plotly.js",
        "/theme.css",
        "/assets/index.js",
    ],
)
def test_what_the_page_needs_is(path):
    assert ask(path)[0] == 200


def test_a_large_form_is_refused_but_not_an_upload():
    size = str(MOST_FORM_BYTES + 1)
    assert ask("/gradio_api/queue/join", "POST", content_length=size)[0] == 413
    assert ask("/gradio_api/upload", "POST", content_length=size)[0] == 200


def test_a_body_without_a_length_is_counted():
    chunks = [b"x" * (1 << 20)] * 9
    with pytest.raises(ClientDisconnect):  # what a reader is told whose client went away
        ask("/gradio_api/queue/join", "POST", chunks=chunks)
    assert ask("/gradio_api/upload", "POST", chunks=chunks)[0] == 200


@pytest.mark.parametrize("length", ["-1", "x", "1e9", "²", " "])
def test_a_senseless_length_is_refused(length):
    assert ask("/x", "POST", content_length=length)[0] == 400
    assert reached == []


def test_an_empty_length_is_none():
    assert ask("/x", "POST", content_length="")[0] == 200


def test_websockets_are_not_spoken():
    async def never(*_):
        raise AssertionError("passed on")

    anyio.run(Guard(never, ()), {"type": "websocket", "path": "/", "headers": []}, None, never)
