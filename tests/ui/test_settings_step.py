import json
import os
from dataclasses import asdict, replace
from types import SimpleNamespace

import gradio as gr
import pytest
from form import StandIn, filled, typed, write_table
from gradio.context import LocalContext

from studio.config import SETTINGS
from studio.errors import StudioError
from studio.events import Preparing, to_line
from studio.jobs.runs import list_runs
from studio.jobs.trial import Trial
from studio.ui import drafts, order
from studio.ui.binding import shown
from studio.ui.session import Session
from studio.ui.steps import mending, settings

TRIAL = Trial(
    seconds_per_row=0.05,
    memory_bytes=9 * 10**8,
    seconds_load=3.0,
    expected_memory_bytes=1_200_000_000,
)


@pytest.fixture
def studio(home):
    return StandIn(home)


@pytest.fixture
def session(studio, tmp_path):
    return filled(studio, tmp_path)


def event(choice):
    return gr.EventData(None, {"choice": choice})


def test_everything_is_suggested_with_a_reason(studio, session):
    effort, reasons, *rest = settings.show(studio, session)
    plan = order.plan(studio, session)
    assert "Balanced" in effort
    for name in ("epochs", "learning_rate", "batch_rows", "max_length", "patience"):
        assert SETTINGS[name].title in reasons
    assert plan.suggestions["epochs"].why in reasons
    widgets = rest[: len(SETTINGS)]
    shown = dict(zip(SETTINGS, [widget["value"] for widget in widgets], strict=True))
    assert shown == plan.values
    assert "Suggested: " in widgets[0]["info"]
    assert "rows are learned from" in rest[len(SETTINGS)]
    assert "Expected time" in rest[len(SETTINGS)]


def test_without_a_table_the_step_says_so(studio):
    _effort, told, *_rest = settings.show(studio, Session())
    assert "no table yet" in told


def test_thorough_takes_longer_than_quick(studio, session):
    quick, thorough = (order.plan(studio, session, effort) for effort in ("quick", "thorough"))
    assert thorough.seconds(studio)[1] > quick.seconds(studio)[1]
    assert thorough.values["epochs"] > quick.values["epochs"]


def test_another_effort_forgets_changes_by_hand(studio, session):
    told, *_view = settings.choose_effort(studio, replace(session, settings={"epochs": 50}), event("quick"))
    assert (told.effort, told.settings) == ("quick", {})
    with pytest.raises(StudioError):
        settings.choose_effort(studio, session, event("endless"))


def test_only_what_differs_from_the_suggestion_is_remembered(studio, session):
    usual = order.plan(studio, session).values
    told, reasons, _plan, _reading = settings.change(
        studio, session, *(({**usual, "epochs": 17, "seed": 7})[name] for name in SETTINGS)
    )
    assert told.settings == {"epochs": 17, "seed": 7}
    assert "2 values changed by you" in reasons
    assert "Set by you" in reasons
    told, *_view = settings.reset(studio, told)
    assert told.settings == {}


def test_an_impossible_value_is_said_and_not_remembered(studio, session):
    told, _reasons, plan, _reading = settings.change(studio, session, *typed(epochs=1000))
    assert told.settings == {}
    assert "Epochs cannot be" in plan
    assert "1 to 100" in plan


def test_the_order_is_what_the_form_says(studio, session):
    config = order.config(studio, replace(session, settings={"epochs": 2}, name="My run"))
    assert (config.name, config.task, config.columns) == ("My run", "text-classification", session.columns)
    assert config.optimizer.epochs == 2
    assert config.optimizer.batch_rows == order.plan(studio, session).values["batch_rows"]
    assert (config.source.file, config.source.rows, config.model.id) == ("tickets.csv", 90, "embedded")
    assert len(config.source.sha256) == 64
    assert order.config(studio, session).name.startswith("tickets, ")


def test_start_writes_the_run_asks_for_it_and_opens_the_train_step(studio, session):
    told, tab, jump = settings.start(studio, session, "Named <b>", *typed(epochs=2, seed=None))
    run = studio.home.run(told.run)
    assert run.config.name == "Named <b>"
    assert run.config.optimizer.epochs == 2
    assert run.requested("start")
    assert run.part("train").is_file()
    assert tab.interactive
    assert jump.selected == "4"
    assert (told.draft, told.name) == ("", "")


def test_start_before_the_page_shows_the_new_effort_takes_the_new_one(studio, session):
    """The click comes with the widgets of before: nobody set these by hand, but for the one that was typed."""
    shown_values = order.plan(studio, session).values
    page = LocalContext.request.set(SimpleNamespace(session_hash="page"))
    try:
        shown(studio, settings.choose_effort)(session.to_json(), event("thorough"))
        widgets = [{**shown_values, "weight_decay": 0.03}[name] for name in SETTINGS]
        told = Session.parse(shown(studio, settings.start)(session.to_json(), "", *widgets)[0])
    finally:
        LocalContext.request.reset(page)
    thorough = order.plan(studio, replace(session, effort="thorough")).values
    assert thorough["epochs"] != shown_values["epochs"]
    optimizer = studio.home.run(told.run).config.optimizer
    assert (optimizer.epochs, optimizer.weight_decay) == (thorough["epochs"], 0.03)


def test_start_with_an_impossible_value_writes_nothing(studio, session):
    with pytest.raises(StudioError, match="Epochs"):
        settings.start(studio, session, "", *typed(epochs=-1))
    assert studio.home.run_ids() == []


def test_a_measured_run_is_the_one_that_starts(studio, session, monkeypatch):
    monkeypatch.setattr(settings, "measure", lambda run, spares: TRIAL)
    told, card = settings.measure_now(studio, session, "", *typed())
    assert "20 rows a second" in card
    assert studio.home.run_ids() == [told.draft]
    again, _card = settings.measure_now(studio, told, "", *typed(epochs=2))
    assert studio.home.run_ids() == [again.draft]
    assert again.draft != told.draft
    started, *_jump = settings.start(studio, again, "", *typed(epochs=2))
    assert started.run == again.draft


def test_a_run_started_while_it_is_measured_stays_and_the_measured_draft_goes(studio, session, monkeypatch):
    clicked = []

    def while_measuring(run, spares):
        clicked.append(settings.start(studio, session, "", *typed())[0])
        return TRIAL

    monkeypatch.setattr(settings, "measure", while_measuring)
    found, _card = settings.measure_now(studio, session, "", *typed())
    now = clicked[0]
    assert drafts.keep(studio, found, now) == now
    assert studio.home.run_ids() == [now.run]
    assert studio.home.run(now.run).requested("start")


class Measuring:
    """In place of the trial: takes notes, and writes what a worker would."""

    def __init__(self, found=TRIAL):
        self.runs, self.found = [], found

    def __call__(self, run, spares):
        self.runs.append(run.id)
        if self.found is not None:
            run.trial.write_text(json.dumps(asdict(self.found)))
        return self.found


def test_the_expected_time_holds_what_is_written_and_the_turning_into_tokens(studio, session):
    plan = replace(order.plan(studio, session), trial=TRIAL)
    train, validation, test = plan.rows
    low, high = plan.seconds(studio)
    writes = replace(plan, trial=replace(TRIAL, seconds_encode=train * 1.0, seconds_look=2.0, seconds_answers=30.0))
    longer = [new - old for new, old in zip(writes.seconds(studio), (low, high), strict=True)]
    checks = plan.values["epochs"] * plan.values["checks_per_epoch"]
    always = train + validation + 2 * test + 2 * TRIAL.seconds_load
    written = 2 * 30 + (1 + checks) * 2
    assert longer == pytest.approx([always + 0.5 * written, always + 1.2 * written])


def test_the_speed_is_measured_in_passing_and_the_plan_follows_it(studio, session, monkeypatch):
    measuring = Measuring()
    monkeypatch.setattr(settings, "measure_in_passing", measuring)
    found, card = settings.measure_ahead(studio, session)
    assert "20 rows a second" in card
    assert studio.home.run_ids() == [found.draft] == measuring.runs
    assert list_runs(studio.home) == []  # nobody asked for a run yet
    assert "Measured on this machine" in settings.show_times(studio, found)[1]
    assert "1.2 GB" in settings.show_times(studio, found)[1]
    plan = order.plan(studio, found)
    train, *_others = plan.rows
    assert plan.seconds(studio)[0] > train * 0.05 * plan.values["epochs"] / 2
    longer = replace(found, settings={"epochs": plan.values["epochs"] * 10})
    assert order.plan(studio, longer).seconds(studio)[1] > 5 * plan.seconds(studio)[1]
    again, card = settings.measure_ahead(studio, found)
    assert (again, measuring.runs) == (found, [found.draft])
    started, *_jump = settings.start(studio, found, "", *typed())
    assert started.run == found.draft
    assert [run.id for run in list_runs(studio.home)] == [started.run]


@pytest.mark.parametrize(
    "change", [{"settings": {"batch_rows": 3}}, {"settings": {"trains": "head"}}, {"draft": "x" * 20}]
)
def test_what_was_measured_for_something_else_is_not_shown(studio, session, monkeypatch, change):
    monkeypatch.setattr(settings, "measure_in_passing", Measuring())
    found, _card = settings.measure_ahead(studio, session)
    assert order.plan(studio, found).trial == TRIAL
    assert order.plan(studio, replace(found, **change)).trial is None
    assert "Estimated" in settings.show_times(studio, replace(found, **change))[1]


def test_nothing_is_measured_in_passing_while_a_run_is_at_work_or_waits(studio, session, monkeypatch):
    monkeypatch.setattr(settings, "measure_in_passing", pytest.fail)
    settings.start(studio, session, "First", *typed())
    told, _card = settings.measure_ahead(studio, session)
    assert told == session


def test_measuring_in_passing_fails_in_silence(studio, session, monkeypatch):
    monkeypatch.setattr(settings, "measure_in_passing", Measuring(found=None))
    found, _card = settings.measure_ahead(studio, session)
    assert order.plan(studio, found).trial is None
    assert settings.measure_ahead(studio, replace(session, model="BAAI/bge-small-en-v1.5"))[1] == ""


def test_drafts_of_visitors_who_went_away_are_removed(studio, session, monkeypatch):
    monkeypatch.setattr(settings, "measure", lambda run, spares: TRIAL)
    old, _card = settings.measure_now(studio, session, "", *typed())
    kept, *_jump = settings.start(studio, session, "Kept", *typed())
    for run_id in (old.draft, kept.run):
        os.utime(studio.home.runs / run_id / "config.json", (1e9, 1e9))
    new, _card = settings.measure_now(studio, session, "", *typed(epochs=3))
    assert sorted(studio.home.run_ids()) == sorted([kept.run, new.draft])


def test_of_two_measurements_at_once_one_draft_stays(studio, session, monkeypatch):
    monkeypatch.setattr(settings, "measure", lambda run, spares: TRIAL)
    first, _card = settings.measure_now(studio, session, "", *typed(epochs=2))
    second, _card = settings.measure_now(studio, session, "", *typed())
    now = drafts.keep(studio, second, drafts.keep(studio, first, replace(session, effort="quick")))
    assert (now.draft, now.draft_order, now.effort) == (second.draft, second.draft_order, "quick")
    assert studio.home.run_ids() == [second.draft]


def test_measuring_says_so_at_once_and_failing_in_its_place(studio, session):
    assert "Measuring" in settings.measuring(studio, session)
    told, card = settings.measure_now(studio, session, "", *typed(epochs=-1))
    assert told == session
    assert "Epochs cannot be" in card


def test_a_run_that_was_started_is_never_taken_for_a_draft(studio, session):
    """Another tab may have started it; and the id comes from the browser."""
    first, *_jump = settings.start(studio, session, "First", *typed())
    run = studio.home.run(first.run)
    run.events_file.write_bytes(to_line(Preparing(seq=1, what="x")))
    second, *_jump = settings.start(studio, replace(session, draft=first.run, draft_order="x"), "Second", *typed())
    assert sorted(studio.home.run_ids()) == sorted([first.run, second.run])


def test_a_separate_test_file_frees_the_rows_kept_for_the_report(studio, session, tmp_path):
    with_test, *_view = mending.take_test(studio, session, str(write_table(tmp_path / "test.csv", rows=12)))
    assert order.plan(studio, with_test).rows[2] == 0
    assert sum(order.plan(studio, session).rows) == 90
    assert sum(order.plan(studio, with_test).rows) == 90 - 12  # whose texts are in the test file
    assert "test file" in settings.show(studio, with_test)[2 + len(SETTINGS)]
    assert order.config(studio, with_test).source.test_file == "test.csv"
    told, *_jump = settings.start(studio, with_test, "", *typed())
    assert studio.home.run(told.run).part("test").is_file()


def test_the_reasons_speak_of_the_rows_and_steps_of_the_plan(studio, session, tmp_path):
    with_test, *_view = mending.take_test(studio, session, str(write_table(tmp_path / "test.csv", rows=12)))
    for form, learned in ((session, 58), (with_test, 66)):
        plan = order.plan(studio, form)
        assert plan.rows[0] == learned
        told = f"one pass over {learned} rows is only {plan.steps[0]} steps"
        assert told in settings.show(studio, form)[1]
        assert f"{learned} rows are learned from" in settings.show(studio, form)[2 + len(SETTINGS)]


def test_a_model_that_is_not_here_cannot_be_started(studio, session):
    with pytest.raises(StudioError, match="not on this machine"):
        settings.start(studio, replace(session, model="BAAI/bge-small-en-v1.5"), "", *typed())


def test_the_plan_tells_the_rule_of_early_stopping_as_it_is(studio, session):
    _told, _reasons, plan, _reading = settings.change(studio, session, *typed(patience=2))
    assert "2 checks in a row without a better Macro-F1, or the same with a lower validation loss." in plan


def test_the_time_of_an_effort_is_told_in_one_phrase(studio, session, monkeypatch):
    for span, said in (
        ((280.0, 310.0), "About 5 minutes here"),
        ((1, 5), "Under 10 seconds here"),
        ((61, 200), "About 1 to 3 min"),
    ):
        monkeypatch.setattr(order.Plan, "seconds", lambda self, studio, span=span: span)
        assert said in settings.show(studio, session)[0]


def test_an_impossible_value_names_its_place_on_the_page(studio, session):
    widgets = typed(epochs=500)
    _session, _reasons, told, _reading = settings.change(studio, session, *widgets)
    assert "Epochs cannot be" in told
    assert "Advanced, Optimizer" in told
    assert "setting epochs" not in told


def test_a_method_that_cannot_be_used_is_refused_where_it_is_chosen_and_at_the_start(studio, session):
    for trains, told in (("qlora", "for models that write"),):
        _, _reasons, plan, _reading = settings.change(studio, session, *typed(trains=trains))
        assert told in plan
        with pytest.raises(StudioError, match=told):
            settings.start(studio, session, "", *typed(trains=trains))


def test_steps_that_would_not_fit_are_shown_in_parts_with_the_reason(studio, session):
    short = replace(studio, machine=replace(studio.machine, gpu="", available=760_000_000))
    found = order.plan(short, session)
    assert found.values["parts"] > 1 or found.values["recompute"]
    _effort, reasons, *_rest, plan, _name, _measured, _reading = settings.show(short, session)
    assert "to need less memory" in plan
    assert "at once, a step of" in reasons
