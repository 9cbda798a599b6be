"""Conversations in Try it: each model goes on with its own replies, and what the browser kept is a stranger's word."""

import json

import gradio as gr
import pytest
from kinds import Made, kind_run

from studio.data.read import Limits
from studio.errors import StudioError
from studio.tasks import TASKS
from studio.tasks.task import Answer
from studio.ui.answers import kind_of
from studio.ui.conversation import Conversation
from studio.ui.session import Session
from studio.ui.steps import talk


class Replying:
    """Says which model it is and how many turns it was given."""

    def __init__(self):
        self.asked, self.broken, self.lost = [], (), {}

    def ask(self, run, model, texts):
        messages = json.loads(texts[0]["messages"])
        if model in self.broken:
            raise StudioError(f"The {model} model is gone", fix="Ask again.")
        self.asked.append((model, messages))
        return [Answer(f"{model} <b>{len(messages)}</b>", lost=self.lost.get(model, 0))]


class StandIn:
    def __init__(self, home):
        self.home, self.answering, self.limits = home, Replying(), Limits()


@pytest.fixture
def studio(home, monkeypatch):
    monkeypatch.setitem(TASKS, "made-chat", Made("chat"))
    return StandIn(home)


@pytest.fixture
def session(studio):
    return Session(run=kind_run(studio.home, "chat").id)


def say(studio, session, kept, text):
    kept, *_ = talk.send(studio, session, kept, text)
    return talk.reply(studio, session, kept)


def test_each_model_goes_on_with_its_own_replies(studio, session):
    kept, _log, _box = say(studio, session, None, "Hello")
    kept, log, _box = say(studio, session, kept, "And <i>now</i>?")
    model, messages = studio.answering.asked[-1]
    assert model == "untuned"
    assert [each["content"] for each in messages] == ["Hello", "untuned <b>1</b>", "And <i>now</i>?"]
    assert "tuned &lt;b&gt;3&lt;/b&gt;" in log
    assert "And &lt;i&gt;now&lt;/i&gt;?" in log
    assert "<b>3" not in log
    kept, log, box = talk.start_again(studio, session)
    assert (kept["exchanges"], kept["before"], box) == ((), (), "")


def test_what_no_longer_fits_is_said_under_the_reply_that_missed_it(studio, session):
    kept, log, _box = say(studio, session, None, "Hello")
    assert "no longer fit" not in log
    studio.answering.lost = {"tuned": 3}
    kept, log, _box = say(studio, session, kept, "And now?")
    assert log.count("The first 3 messages no longer fit and were not read.") == 1
    assert log.index("Before tuning") > log.index("The first 3 messages")
    studio.answering.lost = {}
    kept, log, _box = say(studio, session, json.loads(json.dumps(kept)), "And then?")
    assert log.count("The first 3 messages no longer fit and were not read.") == 1
    kept = json.loads(json.dumps(kept))
    kept["exchanges"][0]["untuned_note"] = "<script>"
    assert "&lt;script&gt;" in say(studio, session, kept, "Done?")[1]
    del kept["exchanges"][1]["tuned_note"]  # as the browser has kept it from before there were notes
    assert "no longer fit" not in say(studio, session, kept, "Done?")[1]


def test_a_tuned_model_that_fails_gives_the_message_back(studio, session):
    studio.answering.broken = ("tuned",)
    kept, log, box = say(studio, session, None, "Hello")
    assert box == "Hello"
    assert (kept["pending"], kept["exchanges"]) == ("", ())
    assert "The tuned model is gone" in log
    studio.answering.broken = ("untuned",)
    kept, log, _box = say(studio, session, kept, "Hello")
    assert len(kept["exchanges"]) == 1
    assert "The untuned model is gone" in log


def test_nothing_is_sent_empty_or_before_the_reply(studio, session):
    with pytest.raises(StudioError, match="nothing to send"):
        talk.send(studio, session, None, "  ")
    kept, *_ = talk.send(studio, session, None, "Hello")
    with pytest.raises(StudioError, match="not replied yet"):
        talk.send(studio, session, kept, "Again")


def test_a_row_of_the_file_begins_a_conversation_and_its_reply_is_shown(studio, session):
    kept, _log, request = talk.pick(studio, session, gr.EventData(None, {"act": "pick", "place": 0}))
    assert request
    _kept, log, _box = say(studio, session, kept, request)
    assert f"What the file says, in row {kept['row']:,}" in log
    _kept, log, _box = say(studio, session, kept, "Something else")
    assert "What the file says" not in log
    with pytest.raises(StudioError):
        talk.pick(studio, session, gr.EventData(None, {"place": 99}))


@pytest.mark.parametrize(
    "kept",
    [None, [], "x", {"run": "r"}, {"run": "r", "before": [1], "row": 0, "exchanges": [], "pending": ""},
     {"run": "r", "before": [], "row": 0, "exchanges": [{"said": 1}], "pending": ""},
     {"run": "other", "before": [["user", "x"]], "row": 0, "exchanges": [], "pending": "x"}],
)  # fmt: skip
def test_what_is_not_a_conversation_begins_a_new_one(kept):
    assert Conversation.parse(kept, "r") == Conversation("r")


def test_only_models_that_talk_are_talked_with(studio, session, monkeypatch):
    whole, one, *_ = talk.show(studio, session, None)
    assert (whole.visible, one.visible) == (True, False)
    monkeypatch.setitem(TASKS, "made-text", Made("text"))
    whole, one, *_, chips = talk.show(studio, Session(run=kind_run(studio.home, "text").id), None)
    assert (whole.visible, one.visible, chips) == (False, True, "")


def test_a_suggestion_shows_what_the_model_will_reply_to():
    said = [
        "Can I keep the book about trains a little longer?",
        "May I have your number?",
        "It is 3794, and thanks a lot.",
    ]
    told = [("system", "Be brief."), *zip(("user", "assistant", "user"), said, strict=True)]
    text = json.dumps([{"role": role, "content": content} for role, content in told])
    chip = kind_of(TASKS["chat"]).chip(text, 110)
    assert chip == f"{said[0]} … {said[-1]}"
    assert len(kind_of(TASKS["chat"]).chip(text, 40)) <= 40
    assert kind_of(TASKS["chat"]).chip(json.dumps([{"role": "user", "content": "Hello"}]), 110) == "Hello"
    assert kind_of(TASKS["chat"]).chip("no conversation", 110) == "no conversation"
