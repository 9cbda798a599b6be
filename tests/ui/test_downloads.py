"""The download route, on a bare Starlette application with Gradio's facts about logins."""

import csv
import io

import pytest
from finished_run import finished_run, run_without_end
from starlette.testclient import TestClient

from studio import storage
from studio.ui.downloads import keep_predictions, link, routes


@pytest.fixture
def app(home, serving_bare):
    return serving_bare(routes(home))


@pytest.fixture
def client(app):
    return TestClient(app)


@pytest.fixture
def run(home, tmp_path):
    return finished_run(home, tmp_path, name='Über "tickets" / 2')


def test_tables_are_written_when_asked_for(client, run):
    answer = client.get("/" + link(run, "answers.csv"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 24
    assert {"row", "text", "right", "answer", "confidence"} <= set(rows[0])
    mistakes = client.get("/" + link(run, "mistakes.csv"))
    assert 0 < mistakes.text.count("\n") < answer.text.count("\n")


def test_every_answer_is_a_harmless_attachment(client, run):
    storage.write_file(run.path / "export.zip", b"PK")
    storage.write_file(run.log, b"<script>")
    predictions = keep_predictions(run, b"a,b\r\n")
    for what in ("answers.csv", "mistakes.csv", "export.zip", "worker.log", predictions):
        answer = client.get("/" + link(run, what))
        assert answer.status_code == 200, what
        assert answer.headers["content-disposition"].startswith('attachment; filename="uber-tickets-2-')
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("sandbox")
        assert "no-store" in answer.headers["cache-control"]
        assert "html" not in answer.headers["content-type"]


@pytest.mark.parametrize(
    "what",
    ["config.json", "events.jsonl", "lease.json", "model", "..%2f..%2fsupervisor.json", "predictions-x.csv",
     "predictions-..%2f..%2f..%2fconfig.csv", "predictions-" + "a" * 20 + ".csv", "export.zip", "worker.log", "%00", "answers.csv%00"],
)  # fmt: skip
def test_nothing_else_is_given_out(client, run, what):
    answer = client.get(f"/studio/download/{run.id}/{what}")
    assert answer.status_code == 404
    assert answer.headers.get("x-content-type-options", "nosniff") == "nosniff"


@pytest.mark.parametrize("run_id", ["..", "%2e%2e", "a" * 20, "A" * 20, "%2e%2e%2f%2e%2e", "-"])
def test_only_runs_of_this_data_folder(client, run, run_id):
    assert client.get(f"/studio/download/{run_id}/worker.log").status_code == 404


def test_a_link_out_of_the_data_folder_is_not_followed(client, run, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    run.log.symlink_to(secret)
    assert client.get("/" + link(run, "worker.log")).status_code == 404


def test_an_unfinished_run_has_no_answers(client, home, tmp_path):
    run = run_without_end(home, tmp_path)
    answer = client.get("/" + link(run, "answers.csv"))
    assert answer.status_code == 404
    assert "no answers yet" in answer.text


def test_only_get(client, run):
    assert client.post("/" + link(run, "answers.csv")).status_code == 405


def test_where_there_is_a_login_it_is_asked_for(app, client, run):
    app.auth, app.tokens = {"ann": "secret"}, {"token-of-ann": "ann"}
    address = "/" + link(run, "answers.csv")
    assert client.get(address).status_code == 401
    for cookie, token in (("access-token-abc", "wrong"), ("access-token-other", "token-of-ann")):
        client.cookies.set(cookie, token)
        assert client.get(address).status_code == 401
    for cookie in ("access-token-abc", "access-token-unsecure-abc"):
        client.cookies.clear()
        client.cookies.set(cookie, "token-of-ann")
        assert client.get(address).status_code == 200


def test_a_login_by_function_is_asked_too(app, client, run):
    async def dependency(request):
        return request.headers.get("x-user")

    app.auth_dependency = dependency
    address = "/" + link(run, "answers.csv")
    assert client.get(address).status_code == 401
    assert client.get(address, headers={"x-user": "ann"}).status_code == 200
