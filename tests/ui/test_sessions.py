"""Handlers of one page overlap: nothing of either is lost, in whatever order they end."""

from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import pytest
from gradio.context import LocalContext

from studio.ui.binding import on_page, only, shown
from studio.ui.session import Session
from studio.ui.sessions import Sessions, changed

BASE = Session(table="a" * 20, model="tiny")
STARTED = replace(BASE, run="b" * 20, name="")


@pytest.fixture
def studio():
    return SimpleNamespace(sessions=Sessions())


@pytest.fixture
def page():
    """The id of the page that the events of this test come from."""
    told = LocalContext.request.set(SimpleNamespace(session_hash="page"))
    yield "page"
    LocalContext.request.reset(told)


def test_only_what_a_handler_changed_is_put_in():
    assert changed(BASE, replace(BASE, effort="quick"), STARTED) == replace(STARTED, effort="quick")
    assert changed(BASE, BASE, STARTED) == STARTED


def test_the_earlier_of_two_overlapping_handlers_is_not_undone_by_the_later(studio, page):
    """A measurement that ended while Start was at work once took the started run from the page."""

    def measure(studio, session):
        start(BASE.to_json())  # the click comes, and is answered, while this is at work
        return replace(session, draft="d" * 20)

    start = shown(studio, lambda studio, session: replace(session, run="b" * 20))
    told = shown(studio, measure)(BASE.to_json())
    assert told == replace(STARTED, draft="d" * 20).to_json()


def test_a_handler_is_given_the_newest_session_whatever_the_page_sent(studio, page):
    shown(studio, lambda studio, session: replace(session, run="b" * 20))(BASE.to_json())
    assert shown(studio, lambda studio, session: (session.run, session))(BASE.to_json()) == (
        "b" * 20,
        STARTED.to_json(),
    )


def test_a_handler_can_ask_for_the_session_that_the_page_showed(studio, page):
    assert on_page(STARTED) == STARTED  # outside of an event
    shown(studio, lambda studio, session: replace(session, run="b" * 20))(BASE.to_json())
    told = shown(studio, lambda studio, session: (on_page(session).run, session.run))(BASE.to_json())
    assert told == ("", "b" * 20)


def test_a_page_that_has_the_newest_is_not_written(studio, page):
    told = shown(studio, lambda studio, session: session)(BASE.to_json())
    assert told == gr.skip()
    assert studio.sessions.newest(page, STARTED) == STARTED  # and nothing is remembered of a page that changed nothing


def test_what_a_row_keeps_counts_however_it_stood_before(studio, page):
    """A table that takes long is not ready, whatever the columns were found to be meanwhile."""

    def read(studio, session):
        shown(studio, lambda studio, session: replace(session, is_ready=True, effort="quick"))(BASE.to_json())
        return replace(session, table="c" * 20, is_ready=False, effort="thorough")

    told = shown(studio, read, only("table", "is_ready"))(BASE.to_json())
    assert told == replace(BASE, table="c" * 20, is_ready=False, effort="quick").to_json()


def test_pages_do_not_share_and_the_oldest_is_forgotten():
    sessions = Sessions(most=2)
    for page in ("one", "two", "one", "three"):
        sessions.settle(page, BASE, replace(BASE, name=page))
    assert sessions.newest("one", BASE).name == "one"
    assert sessions.newest("two", BASE) == BASE
    assert sessions.newest("three", BASE).name == "three"


def test_pages_with_much_in_them_are_forgotten_before_they_take_much_memory():
    sessions = Sessions(most_bytes=1_000_000)
    for number in range(200):
        columns = {"text": tuple(f"{number}.{column} {'x' * 100}" for column in range(100))}
        sessions.settle(f"page{number}", BASE, replace(BASE, columns=columns))
    assert sessions.newest("page0", BASE) == BASE
    remembered = [sessions.newest(f"page{number}", BASE) != BASE for number in range(200)]
    assert 40 < sum(remembered) < 100  # of 10,000 letters each
    assert all(remembered[-40:])
    sessions.settle("page199", BASE, replace(BASE, name="x" * 2_000_000))
    assert sessions.newest("page199", BASE) == BASE


def test_what_a_browser_sends_is_small():
    wide = {"text": [f"{column:04} {'x' * 90}" for column in range(1999)]}
    assert Session.parse({"columns": wide}).columns["text"] == tuple(wide["text"])
    assert Session.parse({"columns": {"text": [f"{column:04} {'x' * 900}" for column in range(2000)]}}).columns == {}
    assert Session.parse({"settings": {f"{name:01900}": "x" * 1900 for name in range(100)}}).settings == {}


def test_without_a_page_nothing_is_remembered():
    sessions = Sessions()
    assert sessions.settle("", BASE, STARTED) == STARTED
    assert sessions.newest("", BASE) == BASE
