import re

import gradio as gr
import pytest
from finished_run import HOSTILE, finished_run, run_without_end, story, tell

from studio import storage
from studio.config import Edit
from studio.errors import StudioError
from studio.evaluation.values import BaselineResult, Comparison, MetricResult, Report
from studio.story import Story
from studio.ui.session import Session
from studio.ui.steps import results
from studio.ui.views.confusion import confusion_view, mix_ups
from studio.ui.views.report import metric_card, report_view, tone
from studio.ui.words import duration


class StandIn:
    """As much of `Studio` as the step uses."""

    def __init__(self, home):
        self.home = home


def event(**data):
    return gr.EventData(None, data)


@pytest.fixture
def studio(home):
    return StandIn(home)


def test_without_a_run_a_sentence(studio):
    report, *rest, go_on = results.show(studio, Session())
    assert "No run is open" in report
    assert rest == ["", None, "", ""]
    assert go_on.visible is False


@pytest.mark.parametrize(
    ("events", "head", "again"),
    [(0, "has not started", True), (30, "was interrupted", False)],
)
def test_an_unfinished_run_says_what_there_is_instead(studio, tmp_path, events, head, again):
    run = run_without_end(studio.home, tmp_path)
    tell(run, story(0.9, {})[:events])
    report, *_ = results.show(studio, Session(run=run.id))
    assert head in report
    assert ("data-refresh" in report) == again


def test_what_was_changed_by_hand_is_told_with_the_result(studio, tmp_path):
    run = finished_run(studio.home, tmp_path)
    assert "Changed by hand" not in results.show(studio, Session(run=run.id))[0]
    source = run.config.source.model_copy(update={"edits": (Edit(kind="spans", title="x", drop=(2, 3)),)})
    config = run.config.model_copy(update={"source": source})
    storage.write_file(run.path / "config.json", config.model_dump_json().encode())
    told = results.show(studio, Session(run=run.id))[0]
    assert "Changed by hand before training: 2 rows taken out." in told


def test_a_waiting_run_is_looked_at_again(studio, tmp_path):
    run = run_without_end(studio.home, tmp_path)
    run.request("start")
    report, *_ = results.show(studio, Session(run=run.id))
    assert "waits for its turn" in report
    assert "data-refresh" in report


def test_the_report_shows_what_was_measured_and_escapes_what_people_wrote(studio, tmp_path):
    run = finished_run(studio.home, tmp_path, labels=["billing", "delivery", HOSTILE], name=HOSTILE)
    session = Session(run=run.id)
    report, confusion, heatmap, cell, details, go_on = results.show(studio, session)
    assert go_on.visible is True
    spent = duration(Story.of(run.events()).seconds)
    assert f"Time at work: {spent}." in report, "as Runs, the live view, the card and the command line say it"
    assert " to " not in re.search(r"between [^<]*", report)[0]
    assert "with 95 % certainty" in report
    for title in ("Accuracy", "Macro-F1", "Always the most frequent label", "TF-IDF", "Untuned model", "Tuned model"):
        assert title in report, title
    assert heatmap is None
    assert cell == ""
    assert f"studio/download/{run.id}/mistakes.csv" in details
    for piece in (report, confusion, details):
        assert "<img" not in piece
    assert "&lt;img src=x" in confusion


def test_a_cell_lists_its_rows_and_no_other(studio, tmp_path):
    run = finished_run(studio.home, tmp_path)
    report = results.read_report(run)
    truth, answer = next((pair.truth, pair.answer) for pair in mix_ups(report.confusion))
    shown = results.cell(studio, Session(run=run.id), event(truth=truth, answer=answer))
    assert shown.count("<tr>") == 1 + report.confusion[truth][answer]
    assert f"“{report.labels[truth]}”, answered as “{report.labels[answer]}”" in shown
    assert results.cell_of_heatmap(studio, Session(run=run.id), event(index=[truth, answer], value="")) == shown


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"truth": -1, "answer": 0},
        {"truth": 0, "answer": 99},
        {"truth": "0", "answer": 0},
        {"truth": True, "answer": 0},
        {"truth": 0.0, "answer": 0},
    ],
)
def test_a_cell_that_is_none_is_refused(studio, tmp_path, data):
    run = finished_run(studio.home, tmp_path)
    with pytest.raises(StudioError, match="no longer there"):
        results.cell(studio, Session(run=run.id), event(**data))


@pytest.mark.parametrize("index", [None, 3, [1], [0, "1"], [0, 99], [[0], 1]])
def test_a_click_on_the_heatmap_that_is_none_is_refused(studio, tmp_path, index):
    run = finished_run(studio.home, tmp_path)
    with pytest.raises(StudioError, match="no longer there"):
        results.cell_of_heatmap(studio, Session(run=run.id), event(index=index, value=""))


def test_many_labels_get_a_heatmap_and_a_list(studio, tmp_path):
    labels = [f"intent {number:02d}" for number in range(30)]
    run = finished_run(studio.home, tmp_path, labels=labels, rows=900, share_right=0.7)
    _, confusion, heatmap, *_ = results.show(studio, Session(run=run.id))
    assert "<table" not in confusion
    assert 1 <= confusion.count("rs-pair") <= 1 + 15
    assert heatmap["data"]


def test_a_damaged_report_is_told(studio, tmp_path):
    run = finished_run(studio.home, tmp_path)
    storage.write_file(run.report, b"{")
    report, *_ = results.show(studio, Session(run=run.id))
    assert "cannot be read" in report


def test_a_failed_run_offers_its_log(studio, tmp_path):
    from studio.events import Failed

    run = run_without_end(studio.home, tmp_path)
    tell(run, [Failed(what="The disk is full")])
    storage.write_file(run.log, b"Traceback")
    report, *_ = results.show(studio, Session(run=run.id))
    assert f"studio/download/{run.id}/worker.log" in report


def test_mix_ups_are_counted_against_their_label():
    pairs = mix_ups([[8, 2, 0], [1, 1, 0], [0, 0, 5]])
    assert [(pair.truth, pair.answer, pair.rows, pair.share) for pair in pairs] == [(0, 1, 2, 0.2), (1, 0, 1, 0.5)]
    assert "Not one test row" in confusion_view(["a", "b"], [[3, 0], [0, 4]])


def test_tones_follow_the_verdict():
    def comparison(verdict):
        return Comparison(
            against="tfidf", difference=0.1, low=0.0, high=0.2, p_value=0.01, verdict=verdict, sentence="So."
        )

    assert [tone(comparison(verdict)) for verdict in ("better", "perhaps", "unclear", "not better")] == [
        "good",
        "watch",
        "watch",
        "bad",
    ]
    assert tone(None) == "watch"


def test_bars_stay_inside_their_track():
    metric = MetricResult(name="accuracy", title="Accuracy", value=1.0, low=0.98, high=1.0)
    below = MetricResult(name="accuracy", title="Accuracy", value=-0.2, low=-0.4, high=0.0)
    report = Report(
        task="text-classification",
        labels=["a", "b"],
        rows=12,
        metrics=[metric],
        ladder=[BaselineResult(name="x", title="X", metrics=[below])],
    )
    shown = report_view(report)
    assert "width:100.00%" in shown
    assert "width:-" not in shown
    assert "left:-" not in shown
    assert "That is few" in shown


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.0, 4_400_000.0, ["0", "1,000,000", "2,000,000", "3,000,000", "4,000,000", "5,000,000"]),
        (-0.3, 0.9, ["−0.5", "0", "0.5", "1"]),
        (0.0, 0.000011, ["0", "2.5e-6", "5e-6", "7.5e-6", "1e-5", "1.25e-5"]),
    ],
)
def test_the_scale_of_numbers_is_written_as_they_are_everywhere(low, high, told):
    metric = MetricResult(name="off", title="Off", value=high, low=low, high=high, unit="")
    drawn = metric_card(Report.model_construct(metrics=[metric], ladder=[]), metric, None, {})
    assert re.findall(r"<span style=[^>]*>([^<]*)</span>", drawn.partition("rs-axis")[2]) == told
