"""The page tells the parts as the run will make them."""

import csv
import json
from dataclasses import replace

import pytest
from form import TEXTS, StandIn, typed

from studio.config import SETTINGS
from studio.ui import order
from studio.ui.session import Session
from studio.ui.steps import data, mending, settings

DEALT = -5


@pytest.fixture
def studio(home):
    return StandIn(home)


@pytest.fixture
def session(studio, tmp_path):
    """90 rows of 14 customers, one of whom wrote 50."""
    file = tmp_path / "tickets.csv"
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["ticket", "topic", "customer", "day"])
        for row in range(90):
            customer = "big" if row < 50 else f"c{row % 13}"
            topic = ("billing", "delivery", "account")[row % 3]
            writer.writerow([f"{TEXTS[row % 3]}, number {row}", topic, customer, f"2026-01-{1 + row % 28:02}"])
    found = data.take_upload(studio, Session(), str(file))[0]
    return replace(found, columns={"text": "ticket", "label": "topic"}, split={})


def test_what_the_page_promises_is_what_the_run_gets(studio, session):
    for wishes in ({}, {"group": "customer"}, {"time": "day"}, {"group": "customer", "time": "day"}):
        form = replace(session, split=wishes)
        plan = order.plan(studio, form)
        train, validation, test = plan.rows
        told = data.show(studio, form)[DEALT]
        assert f"{train} rows to learn from, {validation} to watch, {test} to judge." in told
        promised = settings.show(studio, form)[2 + len(SETTINGS)]
        assert f"{train} rows are learned from, {validation} show the progress, and {test} are kept" in promised
        run = studio.home.run(settings.start(studio, form, "", *typed())[0].run)
        assert run.part("train").is_file()
        assert plan.facts.train_rows == train

        assert json.loads(run.facts.read_bytes())["parts"] == {"train": train, "validation": validation, "test": test}


def test_few_rows_are_said_where_the_split_is_chosen_and_before_the_start(studio, session):
    form = mending.choose_split(studio, session, "", "customer", "")[0]
    assert form.split == {"group": "customer"}
    told = data.show(studio, form)[DEALT]
    assert "to watch: which version is kept" in told
    assert 'data-tone="watch"' in told
    assert "to watch: which version is kept" in settings.show(studio, form)[2 + len(SETTINGS)]


def test_a_wrong_choice_resets_its_own_menu_only(studio, session):
    form, *view = mending.choose_split(studio, session, "topic", "customer", "day")
    assert form.split == {"group": "customer", "time": "day"}
    assert "“topic” cannot decide the split" in view[DEALT]
    assert "rows to learn from" in view[DEALT]
    assert ">Split<" not in view[DEALT]


def test_a_split_that_cannot_be_made_is_refused_in_both_places(studio, session):
    form = replace(session, settings={"validation_share": 0.5, "test_share": 0.5})
    assert "100.0 % of the rows" in data.show(studio, form)[DEALT]
    assert "100.0 % of the rows" in settings.show(studio, form)[2 + len(SETTINGS)]
