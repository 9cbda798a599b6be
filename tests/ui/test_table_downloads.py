"""The doctor's report and the changed table are taken away as harmless attachments."""

import pytest
from form import StandIn, write_table
from starlette.testclient import TestClient

from studio.ui import uploads
from studio.ui.session import Session
from studio.ui.steps import data
from studio.ui.table_downloads import link, routes


@pytest.fixture
def app(home, serving_bare):
    return serving_bare(routes(home))


@pytest.fixture
def session(home, tmp_path):
    file = write_table(tmp_path / "Über tickets.csv")
    with file.open("a") as more:
        more.write("=1+1 is odd,Billing\n")
    return data.take_upload(StandIn(home), Session(), str(file))[0]


def test_the_report_tells_reading_and_findings(app, session):
    answer = TestClient(app).get("/" + link(session.table, "report.txt"))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="uber-tickets-report.txt"'
    assert "Read as CSV: UTF-8" in answer.text
    assert "WORTH MENDING: Labels spelled in different ways" in answer.text
    assert "1 row (1.1 % of all): 92" in answer.text


def test_the_table_comes_with_its_changes_and_without_formulas(home, app, session):
    studio = StandIn(home)
    fix = next(each.fix for each in data.look(studio, session).findings if each.kind == "label-spellings")
    uploads.write_edits(home, session.table, [fix])
    lines = TestClient(app).get("/" + link(session.table, "table.csv")).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 92
    assert lines[-1] == "'=1+1 is odd,billing"
    data.show(studio, session)
    assert "CHANGED BY HAND" in TestClient(app).get("/" + link(session.table, "report.txt")).text


@pytest.mark.parametrize("what", ["about.json", "..%2fabout.json", "edits.json", "table.csv%00"])
def test_nothing_else_is_given_away(app, session, what):
    assert TestClient(app).get(f"/studio/table/{session.table}/{what}").status_code == 404
    assert TestClient(app).get(f"/studio/table/{'a' * 20}/table.csv").status_code == 404


def test_without_a_login_nothing(app, session):
    app.auth = {"a": "b"}
    assert TestClient(app).get("/" + link(session.table, "table.csv")).status_code == 401
