"""Try it, for models that talk: a conversation that goes on turn by turn, with the tuned model beside the untuned one."""

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

import gradio as gr

from studio.errors import StudioError
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.task import Answer
from studio.tasks.unread import not_read
from studio.ui.answers import kind_of
from studio.ui.clickable import clickable, number_of
from studio.ui.conversation import LONGEST, MOST_TURNS, Conversation
from studio.ui.markup import fragment
from studio.ui.pieces import error_card
from studio.ui.questions import asked_roles, finished, ideas, rows_of_test
from studio.ui.session import Session
from studio.ui.studio import Studio
from studio.ui.views.answer import suggestions
from studio.ui.views.conversation import talk_view


@dataclass(frozen=True)
class TalkPart:
    """The components, top to bottom."""

    whole: gr.Column
    kept: gr.JSON
    """The conversation, kept by the browser."""
    log: gr.HTML
    box: gr.Textbox
    send: gr.Button
    again: gr.Button
    ideas: gr.HTML

    @property
    def now(self) -> list[Any]:
        """What a turn changes."""
        return [self.kept, self.log, self.box]


def draw() -> TalkPart:
    """Put it on the page."""
    with gr.Column(visible=False, elem_id="talk") as whole:
        kept = gr.JSON(visible=False)
        log = clickable(elem_id="talk-log")
        with gr.Column(elem_classes=["fs-card"]):
            box = gr.Textbox(
                label="Your message", lines=1, max_lines=8, max_length=LONGEST, elem_id="talk-text",
                placeholder="Say something", info="Enter sends it, Shift and Enter begins a new line.",
            )  # fmt: skip
            with gr.Row(elem_classes=["fs-actions"]):
                again = gr.Button("Start again", elem_id="talk-again")
                send = gr.Button("Send", variant="primary", elem_id="talk-send")
            rows = clickable(elem_id="talk-ideas")
    return TalkPart(whole, kept, log, box, send, again, rows)


def show(studio: Studio, session: Session, kept: Any) -> tuple[Any, ...]:
    """Whether one talks with this run's model or asks it; another run's conversation is cleared."""
    try:
        run = finished(studio, session)
    except StudioError:
        return gr.Column(visible=False), gr.skip(), gr.skip(), gr.skip(), gr.skip(), ""
    task = task_named(run.config.task)
    talks = kind_of(task).talks
    now = (gr.skip(), gr.skip(), gr.skip())
    if talks and not (isinstance(kept, dict) and kept.get("run") == run.id):
        now = _now(run, Conversation(run.id))
    chips = (suggestions(task, ideas(run)) or "") if talks else ""
    return gr.Column(visible=talks), gr.Column(visible=not talks), *now, chips


def send(studio: Studio, session: Session, kept: Any, text: str) -> tuple[Any, ...]:
    """What was said, at once; the replies follow."""
    run = finished(studio, session)
    told, said = Conversation.parse(kept, run.id), str(text or "").strip()[:LONGEST]
    if not said:
        raise StudioError("There is nothing to send", fix="Type a message, or choose a test row.")
    if told.pending:
        raise StudioError("The models have not replied yet", fix="Wait a moment, or start again.")
    if len(told.exchanges) >= MOST_TURNS:
        raise StudioError("This conversation is very long", fix="Start again.")
    return _now(run, replace(told, pending=said))


def reply(studio: Studio, session: Session, kept: Any) -> tuple[Any, ...]:
    """Both models' replies. Where the tuned one has none, the message goes back into its box."""
    run = finished(studio, session)
    told = Conversation.parse(kept, run.id)
    if not told.pending:
        return gr.skip(), gr.skip(), gr.skip()
    try:
        ours = _asked(studio, run, told, "tuned")
    except StudioError as error:
        undone = replace(told, pending="")
        return undone.to_json(), fragment(talk_view(run.title, undone), error_card(error)), told.pending
    try:
        theirs, trouble = _asked(studio, run, told, "untuned"), None
    except StudioError as error:
        theirs, trouble = Answer(""), error_card(error)
    said = [task_named(run.config.task).show(answer.value) for answer in (ours, theirs)]
    told = told.replied(said[0], said[1], (not_read(ours.lost, ours.is_cut), not_read(theirs.lost, theirs.is_cut)))
    return told.to_json(), fragment(talk_view(run.title, told, _in_file(run, told)), trouble), gr.skip()


def start_again(studio: Studio, session: Session) -> tuple[Any, ...]:
    """Nothing was said."""
    run = finished(studio, session)
    return _now(run, Conversation(run.id))


def pick(studio: Studio, session: Session, event: gr.EventData) -> tuple[Any, ...]:
    """The conversation of a test row, with its last request ready to be sent."""
    run = finished(studio, session)
    rows, place = ideas(run), number_of(event, "place")
    if not 0 <= place < len(rows):
        raise StudioError("That row is no longer there", fix="Reload the page.")
    told, request = Conversation.like(run.id, rows[place])
    return _now(run, told, request)


def _now(run: RunDir, told: Conversation, typed: str = "") -> tuple[Any, ...]:
    return told.to_json(), talk_view(run.title, told), typed


def _asked(studio: Studio, run: RunDir, told: Conversation, model: Literal["tuned", "untuned"]) -> Answer:
    messages = [{"role": who, "content": said} for who, said in told.known_to(model)]
    inputs = {asked_roles(run)[0]: json.dumps(messages, ensure_ascii=False)}
    (answer,) = studio.answering.ask(run, model, [inputs])
    return answer


def _in_file(run: RunDir, told: Conversation) -> tuple[int, str] | None:
    """The row and what the file replies, where just the request of a test row was sent."""
    if len(told.exchanges) != 1 or not told.row:
        return None
    row = next((each for each in rows_of_test(run) if each.row == told.row), None)
    if row is None or row.target is None or Conversation.like(run.id, row)[1] != told.exchanges[0].said:
        return None
    return row.row, task_named(run.config.task).show(row.target)
