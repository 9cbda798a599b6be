"""What an example is called: a conversation is one whether it fills a cell or many rows, on every step and in the card."""

import re

import pytest
from form import StandIn

from studio.assets import ASSETS
from studio.config import SETTINGS
from studio.evaluation.report import MetricResult, Report
from studio.events import Started
from studio.tasks.read_rows import Reading
from studio.ui.quantities import speeds
from studio.ui.session import Session
from studio.ui.steps import data, settings
from studio.ui.timeline import Timeline
from studio.ui.views.read_rows import what_is_read
from studio.ui.views.report import sentence_card


@pytest.fixture
def studio(home):
    return StandIn(home)


def view_of(studio, name):
    session = data.take_upload(studio, Session(), str(ASSETS / "examples" / name))[0]
    told = " ".join(str(each) for each in data.show(studio, session))
    reasons = settings.show(studio, session)
    return told, str(reasons[1]), str(reasons[2 + len(SETTINGS)])


def test_one_turn_a_row_is_counted_in_conversations(studio):
    told, reasons, plan = view_of(studio, "library_chats.csv")
    assert re.search(r"Conversations</\w+>\W*<\w+[^>]*>120<|120<.*Conversations", told, re.DOTALL)
    assert "conversations to learn from" in told
    assert "conversations are learned from" in plan
    assert "conversations" in reasons
    assert not re.search(r"\d rows", plan + reasons)


def test_replies_are_counted_in_rows(studio):
    told, reasons, plan = view_of(studio, "shop_replies.csv")
    assert "rows to learn from" in told
    assert "rows are learned from" in plan
    assert "onversation" not in plan + reasons


def test_what_is_read_and_what_was_measured_speak_of_them():
    told = what_is_read(Reading((), 40, 3, 96, "within", lost=12), "conversation")
    assert "3 conversations of 40" in told
    assert "their oldest messages are left out, 12 in all" in told
    assert "All conversations fit" in what_is_read(Reading((), 40, 0, 96, "within"), "conversation")
    report = Report.model_construct(
        task="chat", rows=40, comparison=None, metrics=[MetricResult.model_construct(name="loss")], notes=[]
    )
    assert "40 test conversations" in sentence_card(report)


def test_the_speed_fits_its_tile():
    assert speeds(11.2, 1022, "conversations") == ["11/s", "conversations; 1,022 tokens/s", ""]
    assert speeds(0, 0, "conversations") == ["", "conversations and tokens per second", ""]


def test_the_story_of_a_training_does():
    timeline = Timeline("Perplexity", "perplexity", "conversation")
    timeline.tell(Started.model_construct(step=0, epochs=2, train_rows=78, total_steps=10, patience=3, watch="loss"), 1)
    assert "2 epochs of 78 conversations" in timeline.lines[-1].text
