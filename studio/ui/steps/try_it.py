"""The step Try it: ask the tuned model and the untuned one the same thing, or have a whole table answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from studio.columns import columns_of
from studio.data.example import Example, from_parquet
from studio.data.read import read_table
from studio.data.table import Table
from studio.errors import StudioError
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.task import Answer
from studio.ui.clickable import clickable, number_of
from studio.ui.downloads import keep_predictions, link
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import error_card, heading, html
from studio.ui.predictions import as_csv
from studio.ui.session import Session
from studio.ui.steps.results import NO_RUN, told
from studio.ui.studio import Studio
from studio.ui.views.answer import answer_card, prediction_card, suggestions, waiting_card
from studio.ui.words import count

PROGRESS = gr.Progress()
LONGEST_TEXT = 20_000
CHUNK = 64
"""Texts a question: small enough that the bar moves every second or two."""
SUGGESTIONS = 4
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
    text: gr.Textbox
    ask: gr.Button
    ideas: gr.HTML
    answer: gr.HTML
    file: gr.File
    file_told: gr.HTML
    column: gr.Dropdown
    predict: gr.Button
    predicted: gr.HTML

    @property
    def view(self) -> list[Any]:
        """What `show` draws."""
        return [self.shown, self.notice, self.whole, self.ideas, self.answer, self.predicted]

    @property
    def file_view(self) -> list[Any]:
        """What `read_file` draws."""
        return [self.file_told, self.column, self.predict, self.predicted]


def draw(studio: Studio) -> TryItStep:
    """Put the step on the page."""
    head = html(heading(*HEAD), elem_id="try-head")
    notice = clickable(elem_id="try-notice")
    with gr.Column(visible=False, elem_id="try-whole") as whole:
        with gr.Column(elem_classes=["fs-card"]):
            text = gr.Textbox(
                label="Text", lines=3, max_lines=12, max_length=LONGEST_TEXT, elem_id="try-text",
                placeholder="Type or paste a text, then press Ask.",
            )  # fmt: skip
            ideas = clickable(elem_id="try-ideas")
            ask = gr.Button("Ask", variant="primary", elem_id="try-ask")
        answer = clickable(elem_id="try-answer")
        with gr.Column(elem_classes=["fs-card"]):
            html(fragment(
                element("h2", "A whole table"),
                element("p", "Drop a file and get it back with an answer and its confidence in every row.", class_="fs-quiet"),
            ))  # fmt: skip
            file = gr.File(label="Table", file_count="single", file_types=FILE_TYPES, elem_id="try-file", height=130)
            file_told = clickable(elem_id="try-file-told")
            # Its choices are checked by us: a server that was started anew does not know which ones the page was given.
            column = gr.Dropdown(
                label="Column with the texts", visible=False, allow_custom_value=True, elem_id="try-column"
            )
            predict = gr.Button("Answer all rows", variant="primary", visible=False, elem_id="try-predict")
        predicted = clickable(elem_id="try-predicted")
    return TryItStep(
        head, gr.State(""), notice, whole, text, ask, ideas, answer, file, file_told, column, predict, predicted
    )


def show(studio: Studio, session: Session, shown: str) -> tuple[Any, ...]:
    """Whether there is a model to ask, and a few test rows as suggestions. Answers of another run are cleared."""
    try:
        run = _finished(studio, session)
    except StudioError as error:
        return "", told(error.what, error.fix, again=bool(session.run)), gr.Column(visible=False), "", "", ""
    answers = (gr.skip(), gr.skip()) if shown == run.id else ("", "")
    return run.id, "", gr.Column(visible=True), suggestions(_ideas(run)) or "", *answers


def warm(studio: Studio, session: Session) -> None:
    """Begin to load the model, so that the first question is answered sooner."""
    try:
        studio.answering.warm(_finished(studio, session))
    except StudioError:
        return  # nothing to ask yet; `show` says so


def pick(studio: Studio, session: Session, event: gr.EventData) -> str:
    """The text of a suggestion."""
    ideas, place = _ideas(_finished(studio, session)), number_of(event, "place")
    if not 0 <= place < len(ideas):
        raise StudioError("That row is no longer there", fix="Reload the page.")
    return _text(ideas[place])


def wait(studio: Studio, session: Session, text: str) -> Markup:
    """What happens next, said at once: the first question of a while loads the model."""
    if not text.strip():
        return error_card(_NO_TEXT)
    return waiting_card(
        "Loading the model and asking it… The first answer takes about 10 seconds, later ones are quick."
    )


def ask(studio: Studio, session: Session, text: str) -> Markup:
    """Both models' answers, side by side; a problem is told in their place."""
    if not text.strip():
        return error_card(_NO_TEXT)  # a follower of `wait`: what that said stays
    try:
        run = _finished(studio, session)
        asked = [text.strip()[:LONGEST_TEXT]]
        cards = [_card(studio, run, asked, ours=True)]
    except StudioError as error:
        return error_card(error)
    try:
        cards.append(_card(studio, run, asked, ours=False))
    except StudioError as error:
        cards.append(error_card(error))
    return element("div", cards, class_="rs-two", role="status")


def _card(studio: Studio, run: RunDir, texts: list[str], *, ours: bool) -> Markup:
    (answer,) = studio.answering.ask(run, "tuned" if ours else "untuned", texts)
    if ours:
        return answer_card("Tuned model", f"The best version of “{run.config.name}”.", answer, ours=True)
    return answer_card(
        "Before tuning", "The same base model, untouched, with a simple head on your labels.", answer, ours=False
    )


# ------------------------------------------------------------------ a whole table


def read_file(studio: Studio, session: Session, path: str | None) -> tuple[Any, ...]:
    """Read the dropped file and guess the column that holds the texts."""
    hidden = gr.Dropdown(visible=False), gr.Button(visible=False), ""
    if not path:
        return "", *hidden
    try:
        run, table = _finished(studio, session), _table(studio, path)
    except StudioError as error:
        return error_card(error), *hidden
    sentence = f"{table.reading.sentence} {count(len(table), 'row')}."
    choose = gr.Dropdown(choices=table.columns, value=guess_column(table, run), visible=True)
    return element("p", sentence, class_="fs-quiet"), choose, gr.Button(visible=True), ""


def predict(
    studio: Studio, session: Session, path: str | None, column: str | None, progress: gr.Progress = PROGRESS
) -> Markup:
    """Answer every row, keep the table with its answers for a day, show its first rows and where to get it."""
    try:
        run = _finished(studio, session)
        table = _table(studio, path or "")
        if column not in table.columns:
            raise StudioError("No column is chosen", fix="Choose the column that holds the texts.")
        answers = _answers(studio, run, table.column(column), progress)
        what = keep_predictions(run, as_csv(table, answers))
    except StudioError as error:
        return error_card(error)
    return prediction_card(table, column, answers, link(run, what))


def _answers(studio: Studio, run: RunDir, texts: Sequence[str], progress: gr.Progress) -> list[Answer | None]:
    """One answer a text; None for an empty one."""
    asked = [place for place, text in enumerate(texts) if text.strip()]
    answers: list[Answer | None] = [None] * len(texts)
    progress(0.0, desc="Loading the model…")
    for start in range(0, len(asked), CHUNK):
        places = asked[start : start + CHUNK]
        said = studio.answering.ask(run, "tuned", [texts[place][:LONGEST_TEXT] for place in places])
        for place, answer in zip(places, said, strict=True):
            answers[place] = answer
        done = start + len(places)
        progress(done / len(asked), desc=f"{done:,} of {count(len(asked), 'row')} answered")
    return answers


def guess_column(table: Table, run: RunDir) -> str:
    """The column named like the one trained on, else the one with the longest texts."""
    trained = columns_of(run.config.columns.get(_role(run), ""))[0]
    if trained in table.columns:
        return trained
    sample = {name: table.column(name)[:200] for name in table.columns}
    return max(sample, key=lambda name: sum(map(len, sample[name])))


def _table(studio: Studio, path: str) -> Table:
    if not path:
        raise StudioError("There is no file", fix="Drop one first.")
    return read_table(Path(path), name=Path(path).name, limits=studio.limits)


# ------------------------------------------------------------------ the run


def _finished(studio: Studio, session: Session) -> RunDir:
    if not session.run:
        raise StudioError(NO_RUN[0], fix=NO_RUN[1])
    run = studio.home.run(session.run)
    if not run.model.is_dir():
        raise StudioError("There is no tuned model yet", fix="It can be asked as soon as training is over.")
    return run


def _role(run: RunDir) -> str:
    return task_named(run.config.task).inputs[0]


def _text(example: Example) -> str:
    return next(iter(example.inputs.values()))


def _ideas(run: RunDir) -> list[Example]:
    """A few test rows of middle length, each with another label where there are enough."""
    try:
        rows = from_parquet(run.part("test").read_bytes())
    except OSError:
        return []
    rows = sorted(rows, key=lambda row: abs(len(_text(row)) - 90))
    first = {row.target: row for row in reversed(rows)}
    ideas = sorted(first.values(), key=lambda row: abs(len(_text(row)) - 90))[:SUGGESTIONS]
    return ideas + [row for row in rows if row not in ideas][: SUGGESTIONS - len(ideas)]
