import gradio as gr
import pytest
from finished_run import HOSTILE, FakeAnswering, finished_run, run_without_end, story, tell

from studio import storage
from studio.config import Model
from studio.errors import StudioError
from studio.evaluation.values import MetricResult
from studio.jobs import actions
from studio.jobs.runs import list_runs
from studio.ui.session import Session
from studio.ui.steps import runs
from studio.ui.titles import model_title
from studio.ui.views.compare import Side, compare_view


class StandIn:
    def __init__(self, home):
        self.home, self.answering = home, FakeAnswering()


@pytest.fixture
def studio(home):
    return StandIn(home)


def event(**data):
    return gr.EventData(None, data)


def is_skip(update):
    return update == gr.skip()


def test_no_runs_is_said(studio):
    assert "No runs yet" in runs.show(studio, Session(), "", [])[0]


def test_all_runs_are_listed_damaged_ones_too(studio, tmp_path):
    done = finished_run(studio.home, tmp_path, name=f"Done {HOSTILE}")
    halfway = run_without_end(studio.home, tmp_path, name="Halfway")
    tell(halfway, story(0.9, {})[:30])
    waiting = run_without_end(studio.home, tmp_path, name="Waiting")
    waiting.request("start")
    broken = run_without_end(studio.home, tmp_path, name="Broken")
    storage.write_file(broken.path / "config.json", b"{")
    table = runs.show(studio, Session(run=done.id), "", [])[0]
    for said in (
        "4 runs",
        "Finished",
        "Interrupted",
        "number 1 in the queue",
        "Damaged",
        "open now",
        "Accuracy, test rows",
    ):
        assert said in table, said
    assert "<img" not in table
    assert f'data-act="open" data-run="{broken.id}"' not in table
    assert f'data-act="ask" data-run="{broken.id}"' in table


def test_open_jumps_to_where_there_is_something_to_see(studio, tmp_path):
    done = finished_run(studio.home, tmp_path)
    halfway = run_without_end(studio.home, tmp_path)
    session, tabs, *_ = runs.act(studio, Session(), "", event(act="open", run=done.id))
    assert session.run == done.id
    assert tabs.selected == "5"
    session, tabs, *_ = runs.act(studio, Session(), "", event(act="open", run=halfway.id))
    assert tabs.selected == "4"


def test_deleting_asks_first(studio, tmp_path):
    run = finished_run(studio.home, tmp_path, name="Mine")
    _, _, table, asked, *_ = runs.act(studio, Session(), "", event(act="ask", run=run.id))
    assert "Delete “Mine”? Its model and report are lost." in table
    assert asked == run.id
    _, _, table, asked, *_ = runs.act(studio, Session(), asked, event(act="keep", run=run.id))
    assert (asked, "are lost" in table) == ("", False)
    with pytest.raises(StudioError, match="not asked about"):
        runs.act(studio, Session(), "", event(act="delete", run=run.id))
    assert run.path.exists()
    session, _, table, *_ = runs.act(studio, Session(run=run.id), run.id, event(act="delete", run=run.id))
    assert session.run == ""
    assert not run.path.exists()
    assert list_runs(studio.home) == []


@pytest.mark.parametrize("run_id", ["", "../../etc", "a" * 20])
def test_ids_that_are_none_are_refused(studio, run_id):
    for act in ("open", "delete"):
        with pytest.raises(StudioError):
            runs.act(studio, Session(), run_id, event(act=act, run=run_id))


def test_two_runs_are_compared(studio, tmp_path):
    first = finished_run(studio.home, tmp_path, name="First")
    second = finished_run(studio.home, tmp_path, name=HOSTILE, share_right=0.6, settings={"epochs": 7})
    session, tabs, table, asked, view, figure, pair = runs.act(
        studio, Session(), "", event(act="compare", runs=[first.id, second.id])
    )
    assert all(map(is_skip, (session, tabs, table)))
    assert pair[:2] == [first.id, second.id]
    assert "Epochs" in view
    assert "Patience" not in view  # alike in both
    assert "on the same test rows" in view
    assert "<img" not in view
    assert len([trace for trace in figure["data"] if trace["mode"] == "lines+markers"]) == 2
    for few in ([], [first.id], [first.id, first.id], [first.id, second.id, first.id + "x"]):
        with pytest.raises(StudioError, match="Two runs"):
            runs.act(studio, Session(), "", event(act="compare", runs=few))


def test_compared_models_are_called_as_everywhere_else(studio, tmp_path):
    preset, folder = (finished_run(studio.home, tmp_path) for _ in range(2))
    other = folder.config.model_copy(update={"model": Model(id="folder:tiny-decoder")})
    sides = [Side("Run", config, runs.Story.of(preset.events()), None) for config in (preset.config, other)]
    view = compare_view(sides)
    assert ">tiny-decoder<" in view
    assert "folder:" not in view
    assert f">{model_title('embedded')}<" in view


def test_a_comparison_follows_a_run_that_is_still_at_work(studio, tmp_path):
    done, going = finished_run(studio.home, tmp_path), run_without_end(studio.home, tmp_path, name="Going")
    tell(going, story(0.9, {})[:30])
    pair = runs.act(studio, Session(), "", event(act="compare", runs=[done.id, going.id]))[-1]
    _table, *unchanged = runs.show(studio, Session(), "", pair)
    assert all(map(is_skip, unchanged))  # nothing is drawn anew under a reader's eyes
    tell(going, story(0.9, {}))
    _table, view, figure, now = runs.show(studio, Session(), "", pair)
    assert "Side by side" in view
    assert figure["data"]
    assert now[:2] == pair[:2]
    assert all(map(is_skip, runs.show(studio, Session(), "", now)[1:]))
    runs.delete_run(studio.home, done.id)
    assert "fs-error" in runs.show(studio, Session(), "", now)[1]


def test_the_better_figure_is_marked_and_other_rows_are_told(studio, tmp_path):
    first, second = finished_run(studio.home, tmp_path), finished_run(studio.home, tmp_path, rows=300, share_right=0.2)
    sides = [
        Side(run.id[:4], run.config, runs.Story.of(run.events()), runs.read_report(run)) for run in (first, second)
    ]
    view = compare_view(sides)
    assert "not scored on the same test rows" in view
    assert view.count("rs-better") == 2  # accuracy and macro-F1: their ranges lie apart; a loss has none


def test_what_may_be_chance_is_not_marked_as_better(studio, tmp_path):
    first, second = finished_run(studio.home, tmp_path), finished_run(studio.home, tmp_path, share_right=0.8)
    sides = [
        Side(run.id[:4], run.config, runs.Story.of(run.events()), runs.read_report(run)) for run in (first, second)
    ]
    assert sides[0].report.metrics[0].value != sides[1].report.metrics[0].value
    assert "rs-better" not in compare_view(sides)


@pytest.mark.parametrize(
    ("one", "other", "better"),
    [
        ((0.9, 1.1), (3.5, 4.5), 0),
        ((1.6, 1.8), (0.7, 0.8), 1),
        ((0.1, 0.2), (1.5, 1.7), 1),
        ((0.4, 0.6), (1.9, 2.1), None),  # half and twice as long are as far off
        ((0.9, 1.1), (1.05, 1.2), None),
        ((0.0, 0.0), (0.9, 1.1), 1),
    ],
)
def test_the_better_length_is_the_one_nearer_to_what_was_wanted(studio, tmp_path, one, other, better):
    run = finished_run(studio.home, tmp_path)
    report, told = runs.read_report(run), runs.Story.of(run.events())
    lengths = [
        MetricResult(name="length", title="Length", value=(low + high) / 2, low=low, high=high, unit="times")
        for low, high in (one, other)
    ]
    sides = [
        Side(name, run.config, told, report.model_copy(update={"metrics": [length]}))
        for name, length in zip("ab", lengths, strict=True)
    ]
    cells = compare_view(sides).split("Length, test rows")[1].split("</tr>")[0].split("<td")[1:]
    assert ["rs-better" in cell for cell in cells] == [better == 0, better == 1]


def test_unknown_acts_only_draw_anew(studio):
    assert "No runs yet" in runs.act(studio, Session(), "", event(act="explode"))[2]
    assert "No runs yet" in runs.act(studio, Session(), "", event())[2]


def test_a_run_that_waits_has_neither_model_nor_report_to_lose(studio, tmp_path):
    run = run_without_end(studio.home, tmp_path)
    actions.start(run)
    _, _, table, *_ = runs.act(studio, Session(), "", event(act="ask", run=run.id))
    assert "Its rows and settings are lost." in table
