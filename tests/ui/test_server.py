import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.resources import files
from pathlib import Path

import anyio
import pytest
from starlette.requests import Request

from studio import plots
from studio.assets import ASSETS
from studio.cli import main
from studio.errors import StudioError
from studio.ui import server
from studio.ui.routes import plotly
from studio.ui.server import allowed_hosts, checked_address, styles

LOGIN = [("ann", "secret")]


@pytest.fixture(autouse=True)
def no_space(monkeypatch):
    for name in ("SPACE_ID", "SPACE_HOST", "STUDIO_HOSTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_needs_no_login(host):
    assert checked_address(host, (), allow_open=False) == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "studio.example", ""])
def test_a_public_address_needs_a_login_or_a_word(host, monkeypatch):
    with pytest.raises(StudioError, match="open to everyone"):
        checked_address(host, (), allow_open=False)
    assert checked_address(host, LOGIN, allow_open=False) == host
    assert checked_address(host, (), allow_open=True) == host
    monkeypatch.setenv("SPACE_ID", "me/studio")
    assert checked_address(host, (), allow_open=False) == host


def test_a_refused_address_starts_nothing(home, monkeypatch):
    monkeypatch.setattr(server.Studio, "start", lambda self: pytest.fail("started"))
    with pytest.raises(StudioError):
        server.serve(home, host="0.0.0.0")


@pytest.mark.parametrize("how", ["typed", "of the surroundings"])
def test_a_port_that_is_taken_is_told_in_a_sentence(home, monkeypatch, capsys, how):
    monkeypatch.setattr(server.Studio, "start", lambda self: pytest.fail("started"))
    monkeypatch.setenv("STUDIO_HOME", str(home.path))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        if how != "typed":
            monkeypatch.setenv("GRADIO_SERVER_PORT", taken)
        assert main(["serve", *(["--port", taken] if how == "typed" else [])]) == 1
    said = capsys.readouterr().err
    assert f"The page cannot be served at port {taken}: it is in use" in said
    assert "--port" in said
    assert "Traceback" not in said
    server.check_port("127.0.0.1", int(taken))
    with pytest.raises(StudioError, match="cannot be served at port 99999999"):
        server.check_port("127.0.0.1", 99_999_999)


def test_names_the_server_answers_to(monkeypatch):
    assert set(allowed_hosts("127.0.0.1")) == {"127.0.0.1", "localhost", "::1"}
    assert allowed_hosts("0.0.0.0") == ()
    monkeypatch.setenv("STUDIO_HOSTS", "a.example, b.example")
    assert set(allowed_hosts("0.0.0.0")) == {"127.0.0.1", "localhost", "::1", "a.example", "b.example"}
    monkeypatch.setenv("SPACE_HOST", "me-studio.hf.space")
    assert "me-studio.hf.space" in allowed_hosts("0.0.0.0")


def test_the_styles_are_whole():
    css = styles()
    assert (ASSETS / "studio.css").read_text("utf-8") in css
    assert css.count("{") == css.count("}")
    assert "http" not in css, "nothing is fetched from elsewhere"


def fetch_plotly(**headers):
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return anyio.run(plotly, Request({"type": "http", "method": "GET", "headers": told, "query_string": b"v=1"}))


def test_plotly_has_the_version_figures_are_tested_with_and_is_small_and_cached():
    whole, small = fetch_plotly(), fetch_plotly(accept_encoding="br, gzip")
    assert gzip.decompress(small.body) == whole.body
    assert len(small.body) < 0.4 * len(whole.body)
    tested = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()[:200]
    assert re.search(rb"plotly.js v([\d.]+) \(scatter, heatmap\)", whole.body[:200])[1] in tested
    assert small.headers["content-encoding"] == "gzip"
    assert "max-age" in small.headers["cache-control"]
    again = fetch_plotly(if_none_match=whole.headers["etag"])
    assert (again.status_code, again.body) == (304, b"")


def test_figures_have_only_traces_that_are_loaded():
    figures = [*Path(plots.__file__).parent.glob("*.py"), ASSETS / "live_chart.js"]
    found = {
        kind for path in figures for kind in re.findall(r"[\"']?type[\"']?: [\"'](\w+)[\"']", path.read_text("utf-8"))
    }
    assert {"scatter", "heatmap"} <= found
    assert found <= {"scatter", "heatmap", "line", "rect"}, "the last two are shapes"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A real server in a process of its own, as `python app.py` starts it; its address, and the process."""
    home = str(tmp_path_factory.mktemp("served"))
    code = (
        "import pathlib; from studio.rundir import Home; from studio.ui.server import serve; "
        f"serve(Home(pathlib.Path({home!r})), port={free_port()}, spare=False)"
    )
    environment = {**os.environ, "STUDIO_MAX_UPLOAD_MB": "1"}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith("Fine-Tuning Studio is at "), line
            yield line.split(" at ")[1].split(" ")[0].rstrip("/"), process
        finally:
            process.kill()


def test_options_behind_app_py_are_not_passed_over():
    app = Path(__file__).parents[2] / "app.py"
    done = subprocess.run([sys.executable, app, "--port", "1"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "studio serve" in done.stderr


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, data=None, **headers):
    request = urllib.request.Request(url, data, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_the_page_is_served_with_its_headers_and_nothing_from_elsewhere(served):
    status, headers, body = ask(served[0] + "/")
    assert status == 200
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert b"Fine-Tuning Studio" in body
    settings = json.loads(ask(served[0] + "/config")[2])
    assert settings["analytics_enabled"] is False
    assert not settings.get("run_history")


@pytest.mark.parametrize("path", ["/monitoring", "/monitoring/summary", "/gradio_api/proxy=http://127.0.0.1/x", "/docs", "/redoc", "/gradio_api/file=http://x/y", "/gradio_api/file=/etc/passwd", "/gradio_api/runs"])  # fmt: skip
def test_what_is_not_needed_is_not_there(served, path):
    assert ask(served[0] + path)[0] in (403, 404)


def test_another_page_cannot_act_here(served):
    order = json.dumps({"fn_index": 0, "data": [{}], "session_hash": "x"}).encode()
    to = served[0] + "/gradio_api/queue/join"
    json_type = "application/json"
    assert ask(to, order, content_type=json_type, origin="http://evil.example")[0] == 403
    assert ask(to, order, content_type=json_type, sec_fetch_site="cross-site")[0] == 403
    assert ask(to, order, content_type=json_type, host="evil.example")[0] == 421
    assert ask(to, order, content_type=json_type, origin=served[0])[0] == 200
    assert ask(served[0] + "/gradio_api/component_server", b"{}", content_type="text/plain", origin="null")[0] == 403


def test_an_upload_over_the_limit_is_refused(served):
    head = b'--x\r\ncontent-disposition: form-data; name="files"; filename="big.csv"\r\n\r\n'
    kind = "multipart/form-data; boundary=x"
    small, large = (head + b"a" * size + b"\r\n--x--\r\n" for size in (1000, 1_200_000))
    assert ask(served[0] + "/gradio_api/upload", small, content_type=kind)[0] == 200
    assert ask(served[0] + "/gradio_api/upload", large, content_type=kind)[0] == 413


def test_sigterm_ends_it_in_order(served):
    """The last test of the file: it ends the server."""
    began = time.monotonic()
    served[1].send_signal(signal.SIGTERM)
    assert served[1].wait(20) == 0
    assert time.monotonic() - began < 15
