"""The whole path in a real Chromium, with the real worker: from the bundled example to the downloaded zip."""

import json
import os
import re
import signal
import time
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from studio.assets import ASSETS
from studio.config import RunConfig
from studio.data.read import read_table
from studio.events import Failed, Step
from studio.jobs import actions
from studio.jobs.runs import create_run
from studio.rundir import Home
from studio.story import Story
from studio.tasks import detect

from .pages import at_rest, barriers, go_to, passes, sideways, watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TRAINED = 600_000
"""Milliseconds a small run may take on a slow and busy machine."""
POINTS = "document.querySelector('.lv-loss')?.data?.[1].x.length"


def long_run(home: Home, name: str, epochs: int = 100) -> str:
    """A queued run that would go on for a long time, made as the page makes one."""
    table = read_table(ASSETS / "examples" / "spam_or_not.csv")
    task, guess = detect(table)
    config = RunConfig(name=name, task=task.name, columns=guess.columns).with_settings(
        {"epochs": epochs, "stop_early": False, "checks_per_epoch": 1, "batch_rows": 8, "max_length": 32}
    )
    run = create_run(home, table, config)
    actions.start(run)
    return run.id


def wait_for_steps(home: Home, run_id: str, more_than: int, seconds: float = 240) -> int:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        steps = [event.step for event in home.run(run_id).events() if isinstance(event, Step)]
        if steps and steps[-1] > more_than:
            return steps[-1]
        time.sleep(0.2)
    raise AssertionError(f"no step after {more_than} within {seconds} s: {home.run(run_id).events()[-3:]}")


@pytest.fixture(scope="module")
def finished(server, chrome):
    """The id of a run that was made by clicking from the example to the end of training."""
    with watched(chrome) as open_page:  # closed again here: a later test kills the server
        return train_by_clicks(open_page(server.url))


def train_by_clicks(page):
    page.get_by_role("button", name=re.compile("Spam or not")).click()
    expect(page.locator("#data-reading")).to_contain_text("Read as CSV: UTF-8, separated by commas")
    expect(page.locator("#data-rows")).to_contain_text("message")
    expect(page.locator("#data-reason")).to_contain_text("different values")
    expect(page.locator("#data-picture")).to_contain_text("spam")
    page.locator("#data-next").click()
    expect(page.locator("#model-cards")).to_contain_text("MiniLM")
    expect(page.locator("#model-cards")).to_contain_text(re.compile("on this machine", re.IGNORECASE))
    page.locator("#model-next").click()
    page.locator("#settings-effort").get_by_text("Quick", exact=False).first.click()
    expect(page.locator("#settings-plan")).to_contain_text(re.compile("validation|training rows|rows"))
    passes(page, 2)
    page.locator("#settings-start").click()
    expect(page.locator("#live")).to_be_visible()
    expect(page.locator("#live .lv-head")).not_to_have_text("Opening the run")
    page.wait_for_url(re.compile(r"[?&]run=[a-z0-9]{20}"))
    run_id = re.search(r"run=([a-z0-9]{20})", page.url)[1]
    expect(page.locator("#train-results")).to_be_visible(timeout=TRAINED)
    return run_id


def test_a_finished_run_shows_an_honest_report(server, open_page, finished):
    page = open_page(server.url, run=finished)
    go_to(page, "results")
    report = json.loads(server.home.run(finished).report.read_text())
    accuracy = next(metric["value"] for metric in report["metrics"] if metric["name"] == "accuracy")
    expect(page.locator("#results-report")).to_contain_text(f"{100 * accuracy:.1f}")
    expect(page.locator("#results-report")).to_contain_text(report["comparison"]["sentence"])
    expect(page.locator("#results-report")).to_contain_text("TF-IDF")
    expect(page.locator("#results-details")).to_contain_text("spam")


def test_the_tuned_model_answers_beside_the_untuned_one(server, open_page, finished):
    page = open_page(server.url, run=finished)
    go_to(page, "try_it")
    page.locator("#try-text textarea").fill("URGENT! You have won a free prize, call now to claim your cash reward")
    page.locator("#try-ask").click()
    answer = page.locator("#try-answer")
    expect(answer).to_contain_text(re.compile(r"\d\s*%"), timeout=120_000)
    expect(answer).to_contain_text(re.compile("tuned", re.IGNORECASE))
    expect(answer).to_contain_text("spam")


def test_a_table_is_answered_row_by_row(server, open_page, finished, tmp_path):
    page = open_page(server.url, run=finished)
    go_to(page, "try_it")
    table = tmp_path / "new.csv"
    table.write_text("message,note\nWin a free phone today!,=1+1\nSee you at lunch tomorrow,fine\n")
    page.locator("#try-file input[type=file]").set_input_files(table)
    page.locator("#try-predict").click(timeout=60_000)
    link = page.locator("#try-predicted a").first
    expect(link).to_be_visible(timeout=120_000)
    with page.expect_download() as waiting:
        link.click()
    rows = Path(waiting.value.path()).read_text("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert "'=1+1" in rows[1]


def test_the_model_is_taken_away(server, open_page, finished, tmp_path):
    page = open_page(server.url, run=finished)
    go_to(page, "export")
    page.locator("#export-formats button").first.click()
    link = page.locator("#export-formats a").first
    expect(link).to_be_visible(timeout=120_000)
    with page.expect_download() as waiting:
        link.click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        names = {Path(name).name for name in archive.namelist()}
        assert {"model.safetensors", "config.json", "README.md", "predict.py", "train.json"} <= names
        assert archive.testzip() is None


def test_the_run_is_in_the_list(server, open_page, finished):
    page = open_page(server.url)
    go_to(page, "runs")
    expect(page.locator("#runs-table")).to_contain_text("spam_or_not")
    expect(page.locator("#runs-table")).to_contain_text(re.compile("finished", re.IGNORECASE))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_every_step_fits_and_is_accessible(server, open_page, finished, theme):
    page = open_page(server.url, run=finished, theme=theme, width=380, height=800, has_touch=True)
    expect(page.locator("#step-results-button").last).to_be_enabled()
    for name in ("data", "model", "settings", "train", "results", "try_it", "export", "runs"):
        button = page.locator(f"#step-{name}-button").last
        if not button.is_enabled():
            continue
        button.click()
        at_rest(page)
        assert sideways(page) == 0, name
        assert barriers(page) == [], f"{name}, {theme}"


def test_the_server_goes_and_comes_back(server, open_page, running):
    page = open_page(server.url, run=running.run.id, server_stays=False)
    page.wait_for_function(f"{POINTS} >= 120")
    server.kill()
    expect(page.locator(".lv-head")).to_have_text("Connection lost")
    running.steps(121, 130)
    server.start()
    page.wait_for_function(f"{POINTS} >= 130")
    expect(page.locator(".lv-head")).not_to_have_text("Connection lost")
    assert page.evaluate(POINTS) == 130


def test_reload_kill_and_resume(server, open_page):
    """One long run: a reload shows it at the same point; a dead server is survived; a dead worker is told and resumed."""
    home = server.home
    run_id = long_run(home, "A long one")
    wait_for_steps(home, run_id, 3)
    page = open_page(server.url, run=run_id, server_stays=False)
    expect(page.locator("#live .lv-right")).to_contain_text("step")
    page.reload()
    expect(page.locator("#live .lv-right")).to_contain_text("step")
    shown = int(re.search(r"step ([\d,]+)", page.locator("#live .lv-right").inner_text())[1].replace(",", ""))
    told = Story.of(home.run(run_id).events())
    assert 0 < shown <= told.step
    bare = page.context.new_page()  # the same browser without the run in the URL finds it again
    bare.goto(server.url)
    expect(bare.locator("#live .lv-right")).to_contain_text("step")
    bare.close()

    holder = home.run(run_id).lease.holder()
    server.kill()
    before = wait_for_steps(home, run_id, 0)
    wait_for_steps(home, run_id, before + 3)  # the worker trains on without a server
    server.start()
    page.goto(f"{server.url}?run={run_id}")
    expect(page.locator("#live .lv-right")).to_contain_text("step")
    assert home.run(run_id).lease.holder().pid == holder.pid, "the same worker, picked up by the new server"

    os.kill(holder.pid, signal.SIGKILL)
    resume = page.locator("#train-resume")
    expect(resume).to_be_visible()
    expect(page.locator("#live .lv-story")).to_contain_text("The training process is gone")
    assert any(isinstance(event, Failed) for event in home.run(run_id).events())
    last = Story.of(home.run(run_id).events()).step
    resume.click()
    wait_for_steps(home, run_id, last)
    page.locator("#train-stop").click()
    expect(page.locator("#train-results")).to_be_visible(timeout=TRAINED)
