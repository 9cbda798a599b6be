"""The step Results: what the best version is worth, on rows that took no part in training."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.data.edits import amount
from studio.errors import StudioError
from studio.evaluation.answers import Answered, from_parquet
from studio.evaluation.mistakes import worst_mistakes
from studio.evaluation.report import read_report
from studio.evaluation.values import Report
from studio.plots.confusion import confusion_matrix
from studio.plots.style import Figure
from studio.rundir import RunDir
from studio.story import OVER, Status, Story
from studio.tasks import task_named
from studio.tasks.task import Task
from studio.ui import navigation
from studio.ui.answers import Said, kind_of
from studio.ui.chart import chart
from studio.ui.clickable import clickable, number_of
from studio.ui.downloads import link
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import error_card, heading, html
from studio.ui.session import Session
from studio.ui.studio import Studio
from studio.ui.views.confusion import MOST_LABELS, confusion_view
from studio.ui.views.report import label_table, report_view
from studio.ui.views.rows import ShownRow, row_table
from studio.ui.words import count

MOST_ROWS = 100
"""More rows of a cell are not listed; the download has them all."""
WORST = 20
REFRESH_S = 3
NO_RUN = ("No run is open", "Start one in Settings, or open one in Runs.")
_WAITING: dict[Status, tuple[str, str]] = {
    "draft": ("This run has not started yet", "The report is written when training is over."),
    "queued": ("This run waits for its turn", "The report is written when its training is over."),
    "preparing": ("Training is about to begin", "The report is written when it is over."),
    "training": (
        "Training is still under way",
        "The report comes at its end, on test rows the model has not seen. Until then, the curves in Train show how it goes.",
    ),
    "scoring": ("Training is over; the test rows are being scored", "The report appears here in a moment."),
    "paused": ("Training is paused", "Resume it in Train; the report is written at its end."),
    "failed": ("This run ended without a report", "Train says what happened and what to do about it."),
    "interrupted": ("Training was interrupted", "Resume it in Train; the report is written at its end."),
}
HEAD = ("Results", "What the tuned model is worth, measured on rows it has never seen.")
"""Title of the step, and its sentence."""


@dataclass(frozen=True)
class ResultsStep:
    """The components of the step, top to bottom."""

    head: gr.HTML
    report: gr.HTML
    confusion: gr.HTML
    heatmap: gr.HTML
    cell: gr.HTML
    details: gr.HTML
    go_on: gr.Button

    @property
    def view(self) -> list[Any]:
        """What `show` draws."""
        return [self.report, self.confusion, self.heatmap, self.cell, self.details, self.go_on]


def draw(studio: Studio) -> ResultsStep:
    """Put the step on the page."""
    head = html(heading(*HEAD), elem_id="results-head")
    report, confusion = clickable(elem_id="results-report"), clickable(elem_id="results-confusion")
    heatmap, cell = chart(elem_id="results-heatmap"), clickable(elem_id="results-cell")
    details = clickable(elem_id="results-details")
    with gr.Row(elem_classes=["fs-actions"]):
        go_on = gr.Button("Try the model", variant="primary", visible=False, elem_id="results-next")
    return ResultsStep(head, report, confusion, heatmap, cell, details, go_on)


def show(studio: Studio, session: Session) -> tuple[Any, ...]:
    """The report of the session's run, or a sentence on what there is instead."""
    try:
        run, report = _report(studio, session)
    except StudioError as error:
        return _alone(error_card(error))
    if run is None:
        return _alone(told(*NO_RUN))
    if report is None:
        return _alone(waiting(run))
    large = len(report.confusion) > MOST_LABELS
    edits = run.config.source.edits
    changed = amount(*edits) if edits else ""
    return (
        report_view(report, seconds=Story.of(run.events()).seconds, changed=changed),
        confusion_view(report.labels, report.confusion) if report.confusion else "",
        confusion_matrix(report.labels, report.confusion) if large else _figure(run),
        "",
        fragment(
            _mistakes(run, report),
            label_table(report.per_label, one_each=bool(report.confusion)) if report.per_label else None,
        ),
        gr.Button(visible=True),
    )


def to_try_it(studio: Studio, session: Session) -> Any:
    """The button at the end of the report."""
    return navigation.jump("try_it")


def cell(studio: Studio, session: Session, event: gr.EventData) -> Markup:
    """The test rows behind one number of the confusion matrix."""
    return _cell(studio, session, number_of(event, "truth"), number_of(event, "answer"))


def cell_of_heatmap(studio: Studio, session: Session, event: gr.SelectData) -> Markup:
    """The same for a click on the heatmap."""
    index = event.index if isinstance(event.index, list | tuple) and len(event.index) == 2 else (-1, -1)
    truth, answer = (place if isinstance(place, int) else -1 for place in index)
    return _cell(studio, session, truth, answer)


def _cell(studio: Studio, session: Session, truth: int, answer: int) -> Markup:
    run, report = _report(studio, session)
    if run is None or report is None or not all(0 <= place < len(report.labels) for place in (truth, answer)):
        raise StudioError("That cell is no longer there", fix="Reload the page.")
    right, said = report.labels[truth], report.labels[answer]
    rows = [row for row in _rows(run, report) if row.right == right and row.answer == said]
    title = f"“{right}”, " + ("answered right" if truth == answer else f"answered as “{said}”")
    return _cell_card(task_named(run.config.task), title, sorted(rows, key=lambda row: -_confidence(row)))


def _report(studio: Studio, session: Session) -> tuple[RunDir | None, Report | None]:
    if not session.run:
        return None, None
    run = studio.home.run(session.run)
    return run, read_report(run)


def _alone(piece: Markup) -> tuple[Any, ...]:
    return piece, "", None, "", "", gr.Button(visible=False)


def waiting(run: RunDir) -> Markup:
    """What there is while there is no report; looked at again until there is one."""
    status = Story.of(run.events()).status(run)
    head, body = _WAITING.get(status, ("There is no report", "The run folder holds none; start the run again."))
    log = element("a", "Download the log", href=link(run, "worker.log"), download=True, class_="rs-link")
    return told(head, body, log if status == "failed" and run.log.is_file() else None, again=status not in OVER)


def told(head: str, body: str, extra: Markup | None = None, *, again: bool = False) -> Markup:
    """A calm sentence in place of what is not there; `again` has the page look once more in a while."""
    return element(
        "section",
        element("h2", f"{head}."),
        element("p", body, class_="fs-quiet"),
        element("p", extra, class_="rs-actions") if extra else None,
        class_="fs-card",
        data_refresh=REFRESH_S if again else None,
    )


def _cell_card(task: Task, title: str, rows: list[ShownRow]) -> Markup:
    rest = len(rows) - MOST_ROWS
    more = f"{count(rest, 'more row')}, those the model was least sure of: see the download of all answers."
    return element(
        "section",
        element("h3", title, tabindex=-1),
        element("p", f"{count(len(rows), 'test row')}, the surest answers first.", class_="rs-hint"),
        row_table(task, rows[:MOST_ROWS], title),
        element("p", more, class_="rs-hint") if rest > 0 else None,
        class_="fs-card",
        aria_live="polite",
    )


def _answered(run: RunDir) -> Answered:
    try:
        return from_parquet(run.answers.read_bytes())
    except FileNotFoundError:
        raise StudioError(
            "The answers of this run are missing", fix="The run folder is damaged; train again."
        ) from None


def _rows(run: RunDir, report: Report) -> list[ShownRow]:
    answered, task = _answered(run), task_named(run.config.task)
    labels = tuple(each.label for each in report.per_label)
    return [
        ShownRow(example.row, Said(task, example.inputs, answer, example.target or "", labels=labels))
        for example, answer in zip(answered.examples, answered.answers, strict=True)
    ]


def _confidence(row: ShownRow) -> float:
    return row.said.answer.confidence.get(row.answer, 0.0)


def _figure(run: RunDir) -> Figure | None:
    """What the kind of answer has to draw of all test rows."""
    answered, task = _answered(run), task_named(run.config.task)
    return kind_of(task).figure(task, answered.examples, answered.answers)


def _mistakes(run: RunDir, report: Report) -> Markup | None:
    """Nothing for a task that learns from its texts alone: there, no answer is right or wrong."""
    answered, task = _answered(run), task_named(run.config.task)
    if not task.target:
        return None
    kind, rows = kind_of(task), _rows(run, report)
    worst = worst_mistakes(task, answered.labels, answered.examples, answered.answers, WORST)
    links = [
        element("a", title, href=link(run, what), download=True, class_="rs-link")
        for title, what in (("Mistakes as CSV", "mistakes.csv"), ("All answers as CSV", "answers.csv"))
    ]
    return element(
        "section",
        element("div", element("h3", kind.worst_title), element("div", links, class_="rs-actions"), class_="rs-headed"),
        element("p", kind.worst_hint if worst else kind.flawless, class_="rs-hint"),
        row_table(task, [rows[place] for place in worst], kind.worst_title) if worst else None,
        class_="fs-card",
    )
