"""Findings are mended and changes undone from the page; a run made then is of the changed table."""

import re

import gradio as gr
import pytest
from form import StandIn, write_table

from studio.errors import StudioError
from studio.ui import order, uploads
from studio.ui.session import Session
from studio.ui.steps import data, mending


@pytest.fixture
def studio(home):
    return StandIn(home)


@pytest.fixture
def session(studio, tmp_path):
    file = write_table(tmp_path / "tickets.csv")
    with file.open("a") as more:
        more.write(
            'I cannot find my invoice,Billing\n"<b>odd</b>, but the same",account\n"<b>odd</b>, but the same",account\n'
        )
    return data.take_upload(studio, Session(), str(file))[0]


def doctor(studio, session):
    return data.show(studio, session)[10 + data.most_menus() + 1]


def click(studio, session, choice):
    return mending.act(studio, session, gr.EventData(None, {"choice": choice}))[0]


def undo(studio, session, place=0):
    return [each for each in choices_of(doctor(studio, session)) if each.startswith("undo:")][place]


def choices_of(html):
    return re.findall(r'data-choice="([^"]+)"', html)


def test_a_finding_is_mended_and_the_change_undone(studio, session):
    before = doctor(studio, session)
    assert "Labels spelled in different ways" in before
    spelling = next(choice for choice in choices_of(before) if "label-spellings" in choice)
    session = click(studio, session, spelling)
    after = doctor(studio, session)
    assert "Labels spelled in different ways" not in after
    assert "1 cell rewritten" in after
    assert session.is_ready
    assert "Billing" not in uploads.read(studio.home, session.table, studio.limits).column("topic")
    made = order.config(studio, session)
    assert [edit.kind for edit in made.source.edits] == ["label-spellings"]
    session = click(studio, session, undo(studio, session))
    assert doctor(studio, session) == before
    assert order.config(studio, session).source.edits == ()


def test_changes_come_in_any_order_and_each_can_be_undone(studio, session):
    for kind in ("label-spellings", "repeated-rows"):
        session = click(studio, session, next(each for each in choices_of(doctor(studio, session)) if kind in each))
    assert len(uploads.read(studio.home, session.table, studio.limits)) == 92
    session = click(studio, session, undo(studio, session))
    assert [edit.kind for edit in uploads.edits(studio.home, session.table)] == ["repeated-rows"]
    assert "Labels spelled in different ways" in doctor(studio, session)


def test_a_stale_page_undoes_no_other_change(studio, session):
    for kind in ("label-spellings", "repeated-rows"):
        session = click(studio, session, next(each for each in choices_of(doctor(studio, session)) if kind in each))
    stale = undo(studio, session)
    session = click(studio, session, stale)
    with pytest.raises(StudioError, match="The changes are others by now, so nothing was undone"):
        click(studio, session, stale)
    assert [edit.kind for edit in uploads.edits(studio.home, session.table)] == ["repeated-rows"]


@pytest.mark.parametrize("choice", ["mend:label-spellings-0", "mend:", "undo:0", "undo:-1", "undo:²", "", "x" * 300])
def test_what_is_not_there_is_refused(studio, session, choice):
    with pytest.raises(StudioError):
        click(studio, session, choice)
    assert uploads.edits(studio.home, session.table) == ()
