"""The step Try it: ask the tuned model and the untuned one the same thing, or have a whole table answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.data.example import Example
from studio.errors import StudioError
from studio.evaluation.report import read_report
from studio.models.purpose import fills_gaps
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.task import Answer
from studio.ui.answers import Kind, Said, kind_of
from studio.ui.clickable import clickable, number_of
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import error_card, heading, html
from studio.ui.questions import asked_roles, finished, ideas, most_boxes, rows_of_test, title_of
from studio.ui.session import Session
from studio.ui.steps import talk
from studio.ui.steps.results import told
from studio.ui.studio import Studio
from studio.ui.views.answer import answer_card, reference_card, suggestions, waiting_card

LONGEST_TEXT = 20_000
_NO_TEXT = StudioError("There is no text to ask about", fix="Type one, or choose a test row.")
FILE_TYPES = [".csv", ".tsv", ".txt", ".jsonl", ".json", ".parquet", ".xlsx", ".xls"]
HEAD = ("Try it", "Ask the tuned model, and see what the untuned one would have said.")
"""Title of the step, and its sentence."""


@dataclass(frozen=True)
class TryItStep:
    """The components of the step, top to bottom."""

    head: gr.HTML
    shown: gr.State
    """Id of the run the answers on the page come from."""
    notice: gr.HTML
    whole: gr.Column
    boxes: tuple[gr.Textbox, ...]
    """One for each input role of the task; spare ones are hidden."""
    ask: gr.Button
    ideas: gr.HTML
    answer: gr.HTML
    file: gr.File
    file_told: gr.HTML
    columns: tuple[gr.Dropdown, ...]
    """The columns of a table, for the same roles."""
    predict: gr.Button
    predicted: gr.HTML
    talk: talk.TalkPart
    """In place of one question, for models that talk."""
    one: gr.Column
    """One question; hidden where people talk."""

    @property
    def view(self) -> list[Any]:
        """What `show` draws."""
        return [self.shown, self.notice, self.whole, *self.boxes, self.ideas, self.answer, self.predicted]

    @property
    def file_view(self) -> list[Any]:
        """What `read_file` draws."""
        return [self.file_told, *self.columns, self.predict, self.predicted]


def draw(studio: Studio) -> TryItStep:
    """Put the step on the page."""
    head = html(heading(*HEAD), elem_id="try-head")
    notice = clickable(elem_id="try-notice")
    with gr.Column(visible=False, elem_id="try-whole") as whole:
        talking = talk.draw()
        with gr.Column(elem_id="try-one") as one, gr.Column(elem_classes=["fs-card"]):
            boxes = tuple(
                gr.Textbox(
                    label="Text",
                    lines=3,
                    max_lines=12,
                    max_length=LONGEST_TEXT,
                    visible=place == 0,
                    elem_id=f"try-text{f'-{place}' if place else ''}",
                    placeholder="Type or paste a text, then press Ask.",
                )
                for place in range(most_boxes())
            )
            ideas = clickable(elem_id="try-ideas")
            ask = gr.Button("Ask", variant="primary", elem_id="try-ask")
        answer = clickable(elem_id="try-answer")
        with gr.Column(elem_classes=["fs-card"]):
            html(fragment(
                element("h2", "A whole table"),
                element("p", "Drop a file and get it back with an answer in every row.", class_="fs-quiet"),
            ))  # fmt: skip
            file = gr.File(label="Table", file_count="single", file_types=FILE_TYPES, elem_id="try-file", height=130)
            file_told = clickable(elem_id="try-file-told")
            # Their choices are checked by us: a server that was started anew does not know which ones the page was given.
            columns = tuple(
                gr.Dropdown(
                    label="Column",
                    visible=False,
                    allow_custom_value=True,
                    elem_id=f"try-column{f'-{place}' if place else ''}",
                )
                for place in range(most_boxes())
            )
            predict = gr.Button("Answer all rows", variant="primary", visible=False, elem_id="try-predict")
        predicted = clickable(elem_id="try-predicted")
    asked = head, gr.State(""), notice, whole, boxes, ask, ideas, answer
    return TryItStep(*asked, file, file_told, columns, predict, predicted, talking, one)


def show(studio: Studio, session: Session, shown: str) -> tuple[Any, ...]:
    """Whether there is a model to ask, and a few test rows as suggestions. Answers of another run are cleared."""
    try:
        run = finished(studio, session)
    except StudioError as error:
        hidden = [gr.skip()] * most_boxes()
        return "", told(error.what, error.fix, again=bool(session.run)), gr.Column(visible=False), *hidden, "", "", ""
    answers = (gr.skip(), gr.skip()) if shown == run.id else ("", "")
    return (
        run.id,
        "",
        gr.Column(visible=True),
        *_boxes(run),
        suggestions(task_named(run.config.task), ideas(run)) or "",
        *answers,
    )


def _boxes(run: RunDir) -> list[Any]:
    """A box for each text the model reads; the last ones are spare."""
    task, roles = task_named(run.config.task), asked_roles(run)
    lines = 3 if len(roles) == 1 else 2
    hint = kind_of(task).hint(fills=fills_gaps(run))
    shown = [gr.Textbox(label=title_of(task, role), lines=lines, visible=True, placeholder=hint) for role in roles]
    return [*shown, *[gr.Textbox(visible=False)] * (most_boxes() - len(shown))]


def warm(studio: Studio, session: Session) -> None:
    """Begin to load the model, so that the first question is answered sooner."""
    try:
        studio.answering.warm(finished(studio, session))
    except StudioError:
        return  # nothing to ask yet; `show` says so


def pick(studio: Studio, session: Session, event: gr.EventData) -> list[Any]:
    """The texts of a suggestion, one a box."""
    run = finished(studio, session)
    rows, place = ideas(run), number_of(event, "place")
    if not 0 <= place < len(rows):
        raise StudioError("That row is no longer there", fix="Reload the page.")
    kind = kind_of(task_named(run.config.task))
    fills = fills_gaps(run)
    texts: list[Any] = [kind.offered(rows[place].inputs.get(role, ""), fills=fills) for role in asked_roles(run)]
    return [*texts, *[gr.skip()] * (most_boxes() - len(texts))]


def wait(studio: Studio, session: Session, *texts: str) -> Markup:
    """What happens next, said at once: the first question of a while loads the model."""
    if not any(text.strip() for text in texts):
        return error_card(_NO_TEXT)
    return waiting_card(
        "Loading the model and asking it… The first answer takes about 10 seconds, later ones are quick."
    )


def ask(studio: Studio, session: Session, *texts: str) -> Markup:
    """Both models' answers, side by side; a problem is told in their place."""
    try:
        run = finished(studio, session)
        inputs = _inputs(run, texts)
        cards = [_card(studio, run, inputs, ours=True)]
    except StudioError as error:
        return error_card(error)  # a follower of `wait`: what that said stays
    try:
        cards.append(_card(studio, run, inputs, ours=False))
    except StudioError as error:
        cards.append(error_card(error))
    return element("div", element("div", cards, class_="rs-two"), _reference(run, inputs), class_="rs", role="status")


def _reference(run: RunDir, inputs: dict[str, str]) -> Markup | None:
    """What the file says, where the question is one of its test rows."""
    row = _row_like(run, inputs)
    if row is None or row.target is None or not task_named(run.config.task).target:
        return None
    return reference_card(_said(run, inputs, Answer(row.target), is_tuned=True), row.row)


def _row_like(run: RunDir, inputs: dict[str, str]) -> Example | None:
    """The test row with these texts."""
    kind = kind_of(task_named(run.config.task))
    asked = _filled(kind, inputs)
    return next((row for row in rows_of_test(run) if _filled(kind, row.inputs) == asked), None)


def _filled(kind: Kind, inputs: dict[str, str]) -> dict[str, str]:
    return {role: kind.typed(text).strip() for role, text in inputs.items() if text.strip()}


def _inputs(run: RunDir, texts: Sequence[str]) -> dict[str, str]:
    """Role → text from the boxes, those left empty that may be left out. Raises: StudioError for an empty one that is needed."""
    task, roles = task_named(run.config.task), asked_roles(run)
    inputs = {role: text.strip()[:LONGEST_TEXT] for role, text in zip(roles, texts, strict=False)}
    missing = [role for role in roles if not inputs.get(role) and role not in task.optional]
    if missing and len(roles) > 1:
        raise StudioError(
            f"“{task.role_titles.get(missing[0], missing[0])}” is empty", fix="Fill it in, or choose a test row."
        )
    if missing:
        raise _NO_TEXT
    kind = kind_of(task)
    return {role: kind.read(text) for role, text in inputs.items()}


def _card(studio: Studio, run: RunDir, inputs: dict[str, str], *, ours: bool) -> Markup:
    (answer,) = studio.answering.ask(run, "tuned" if ours else "untuned", [inputs])
    said = _said(run, inputs, answer, is_tuned=ours)
    if ours:
        return answer_card("Tuned model", f"The best version of “{run.config.name}”.", said, ours=True)
    return answer_card("Before tuning", f"{said.task.untuned_for(inputs)}.", said, ours=False)


def _said(run: RunDir, inputs: dict[str, str], answer: Answer, *, is_tuned: bool) -> Said:
    """With what helps to draw it: the file's own answer where the question is a test row, thresholds, labels."""
    report, row = read_report(run), _row_like(run, inputs)
    right = row.target if row is not None else None
    labels = tuple(each.label for each in report.per_label) if report else ()
    return Said(task_named(run.config.task), inputs, answer, right, _thresholds(run) if is_tuned else {}, labels)


def _head(run: RunDir) -> dict[str, Any]:
    try:
        return dict(json.loads((run.model / "head.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def _thresholds(run: RunDir) -> dict[str, float]:
    """Label → threshold, for models that have one a label."""
    head = _head(run)
    labels, values = head.get("labels") or [], head.get("thresholds") or []
    return dict(zip(labels, values, strict=True)) if len(labels) == len(values) else {}
