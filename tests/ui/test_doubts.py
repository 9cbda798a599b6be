"""Doubted labels: found by a worker, decided one by one or all at once, and all of it one change that can be undone."""

import re
from dataclasses import replace

import gradio as gr
import pytest
from form import StandIn, write_table
from jobs.conftest import FakeLauncher

from studio.config import Edit
from studio.data.edits import amount
from studio.errors import StudioError
from studio.jobs.spare import Spares
from studio.ui import uploads
from studio.ui.session import Session
from studio.ui.steps import data, doubts


@pytest.fixture
def studio(home):
    spares = Spares(launcher=FakeLauncher())
    yield StandIn(home, spares=spares)
    spares.close()


@pytest.fixture
def looked(studio, tmp_path):
    session = data.take_upload(studio, Session(), str(write_table(tmp_path / "tickets.csv")))[0]
    doubts.look(studio, session, lambda done, desc="": None)
    return session


def found(studio, session):
    return data.show(studio, session)[-1]


def click(studio, session, choice):
    return doubts.decide(studio, session, gr.EventData(None, {"choice": choice}))[0]


def rows_of(html, what):
    return re.findall(rf'data-choice="{what}:(\d+)"', html)


def labels(studio, session):
    table = uploads.read(studio.home, session.table, studio.limits)
    return dict(zip(table.rows, table.column("topic"), strict=True))


def test_what_was_found_is_shown_with_its_buttons(studio, looked):
    html = found(studio, looked)
    assert "What to expect before training" in html
    assert "Labels that are probably wrong" in html
    assert len(rows_of(html, "relabel")) >= 3


def test_labels_are_relabeled_removed_and_kept_in_one_change(studio, looked):
    first, second, third, *_ = rows_of(found(studio, looked), "relabel")
    before = labels(studio, looked)
    session = click(studio, looked, f"relabel:{first}")
    session = click(studio, session, f"remove:{second}")
    session = click(studio, session, f"keep:{third}")
    after = labels(studio, session)
    assert after[int(first)] != before[int(first)]
    assert int(second) not in after
    assert after[int(third)] == before[int(third)]
    assert {first, second, third}.isdisjoint(rows_of(found(studio, session), "relabel"))
    edits = uploads.edits(studio.home, session.table)
    assert [edit.title for edit in edits] == ["Doubted labels"]
    assert amount(*edits) == "1 row taken out, 1 cell rewritten, 1 doubted row kept as it is"
    uploads.write_edits(studio.home, session.table, [])
    assert labels(studio, session) == before


def spell(studio, session, old, new):
    cells = {row: new for row, label in labels(studio, session).items() if label == old}
    fix = Edit(kind="label-spellings", title="Spell them alike", cells={"topic": cells})
    uploads.write_edits(studio.home, session.table, [*uploads.edits(studio.home, session.table), fix])


def test_a_later_decision_does_not_revert_a_later_spelling(studio, looked):
    first, second, *_ = rows_of(found(studio, looked), "relabel")
    session = click(studio, looked, f"relabel:{first}")
    spell(studio, session, labels(studio, session)[int(first)], "spelled anew")
    session = click(studio, session, f"keep:{second}")
    assert labels(studio, session)[int(first)] == "spelled anew"


def test_a_suggestion_follows_the_spelling(studio, tmp_path):
    table = write_table(tmp_path / "tickets.csv", labels=("short", "long", "account"))
    session = data.take_upload(studio, Session(), str(table))[0]
    doubts.look(studio, session, lambda done, desc="": None)
    spell(studio, session, "short", "spelled anew")
    assert "Relabel as spelled anew" in found(studio, session)
    assert labels(studio, click(studio, session, "relabel:7"))[7] == "spelled anew"
    spell(studio, session, "long", "spelled anew")
    assert rows_of(found(studio, session), "relabel") == [], "one label with another spelling is no doubt"


def test_all_at_once(studio, looked):
    session = click(studio, looked, "relabel:all")
    assert rows_of(found(studio, session), "relabel") == []
    assert "decided about all of them" in found(studio, session)


@pytest.mark.parametrize("choice", ["relabel:1", "burn:all", "", "relabel:²"])
def test_what_is_not_there_is_refused(studio, looked, choice):
    with pytest.raises(StudioError):
        click(studio, looked, choice)


def test_a_look_is_found_again_by_whoever_brings_the_same_table(studio, looked, tmp_path):
    again = data.take_upload(studio, Session(), str(tmp_path / "tickets.csv"))[0]
    assert again.table != looked.table
    assert len(rows_of(found(studio, again), "relabel")) >= 3
    click(studio, again, "relabel:all")
    assert "decided about all of them" in found(studio, again)
    assert rows_of(found(studio, looked), "relabel"), "decisions are each form's own"


def test_a_look_at_other_columns_or_another_file_is_no_look(studio, looked, tmp_path):
    other = data.take_upload(studio, Session(), str(write_table(tmp_path / "other.csv", rows=93)))[0]
    assert found(studio, other) == ""
    assert found(studio, replace(looked, columns={"text": "topic", "label": "ticket"})) == ""
    for folder in (studio.home.path / "inspections").iterdir():
        (folder / "about.json").write_text('{"time": []}')
    assert found(studio, looked) == ""
