from dataclasses import replace

import pytest
from finished_run import finished_run, run_without_end

from studio.ui import navigation
from studio.ui.session import Session

READY = Session(table="a" * 20, columns={"text": "t", "label": "l"}, is_ready=True)


@pytest.mark.parametrize(
    ("session", "entered"),
    [
        (Session(), ["data", "runs"]),
        (Session(table="a" * 20, columns={"text": "t"}), ["data", "runs"]),
        (READY, ["data", "model", "settings", "runs"]),
        (Session(run="r" * 20), ["data", "train", "results", "try_it", "export", "runs"]),
    ],
)
def test_a_step_opens_when_it_makes_sense(session, entered):
    assert [step for step in navigation.STEPS if navigation.is_open(step, session)] == entered


def test_ticks_follow_what_is_done(home, tmp_path):
    done, halfway = finished_run(home, tmp_path), run_without_end(home, tmp_path, name="Halfway")
    assert navigation.done(home, Session()) == []
    assert navigation.done(home, READY) == ["data"]
    assert navigation.done(home, replace(READY, run=halfway.id)) == ["data", "model", "settings"]
    assert navigation.done(home, replace(READY, run=done.id)) == ["data", "model", "settings", "train"]


def test_a_step_that_cannot_be_entered_carries_no_tick(home, tmp_path):
    for run in (finished_run(home, tmp_path), run_without_end(home, tmp_path, name="Halfway")):
        session = Session(run=run.id)  # opened in Runs: the form has no table
        assert all(navigation.is_open(step, session) for step in navigation.done(home, session))


def test_one_update_for_the_bar_and_each_tab(home):
    bar, *tabs = navigation.state(home, READY)
    assert bar.elem_classes == ["fs-steps", "done-1"]
    assert [tab.interactive for tab in tabs] == [True, True, True, False, False, False, False, True]


def test_a_visitor_lands_at_the_run_of_the_url(home, tmp_path):
    done, halfway = finished_run(home, tmp_path), run_without_end(home, tmp_path, name="Halfway")
    session, jump = navigation.arrive(home, Session(run=done.id, name="kept"), halfway.id)
    assert (session.run, session.name, jump.selected) == (halfway.id, "kept", navigation.number("train"))
    session, jump = navigation.arrive(home, Session(), done.id)
    assert (session.run, jump.selected) == (done.id, navigation.number("results"))


@pytest.mark.parametrize("told", ["../../etc", "x", "z" * 20, "", "%00"])
def test_a_run_that_is_not_here_leads_to_the_form(home, told):
    session, jump = navigation.arrive(home, Session(run="gone"), told)
    assert (session.run, jump.selected) == ("", navigation.number("data"))
