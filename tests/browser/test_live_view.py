"""The live view in a real Chromium: what a person sees while a run goes on."""

import re

import pytest
from live_story import Teller, new_run
from playwright.sync_api import Page, expect

from studio.events import Failed, Finished, Paused, Scoring

from .pages import barriers, sideways

pytestmark = pytest.mark.browser
POINTS = "document.querySelector('.lv-loss')?.data?.[1].x.length"
RANGES = "(() => { const plot = document.querySelector('.lv-loss'); return [plot.layout.xaxis.range, plot.layout.yaxis.range]; })()"


def _drawn(page: Page, points: int) -> None:
    page.wait_for_function(f"{POINTS} >= {points}")


def test_a_run_is_shown_and_followed(visit, running):
    page = visit(running.run)
    expect(page.locator("h1.lv-name")).to_have_text("support tickets")
    expect(page.locator(".lv-about")).to_have_text("MiniLM (built in) · text classification · 641 rows, 2 labels")
    expect(page.locator(".lv-right")).to_have_text("step 120 of 400 · 30%")
    expect(page.locator(".lv-big")).to_have_text("2 of 3 chances left")
    expect(page.locator(".lv-chances i.lv-used")).to_have_count(1)
    expect(page.locator("[data-tile=speed] b")).to_have_text("107 rows/s")
    _drawn(page, 120)
    line = "document.querySelectorAll('.lv-loss .scatterlayer .trace path.js-line')[1].getAttribute('d')"
    before = page.evaluate(line)
    running.steps(121, 123)
    _drawn(page, 123)
    assert page.evaluate(line) != before  # the points are not only known, they are painted
    running.steps(124, 160)
    _drawn(page, 160)
    expect(page.locator(".lv-right")).to_have_text("step 160 of 400 · 40%")
    expect(page.locator(".lv-big")).to_have_text("1 of 3 chances left")
    expect(page.locator(".lv-story li").first).to_contain_text("Not better than the best")
    assert page.evaluate("document.querySelector('.lv-loss').data[2].x") == [0, 50, 100, 150]
    assert page.evaluate("document.querySelector('.lv-metric').data[0].x") == [0, 50, 100, 150]
    page.get_by_text("All checks as a table").click()
    expect(page.locator(".lv-table tbody tr")).to_have_count(4)


def test_a_zoom_survives_updates_and_a_change_of_theme(visit, running):
    page = visit(running.run)
    _drawn(page, 120)
    box = page.locator(".lv-loss").bounding_box()
    page.mouse.move(box["x"] + 120, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 360, box["y"] + 200, steps=6)
    page.mouse.up()
    expect(page.locator(".lv-reset")).to_be_visible()
    zoomed = page.evaluate(RANGES)
    for step in range(121, 152):
        running.steps(step, step)
        if step % 10 == 1:
            _drawn(page, step)  # a check came too: shapes and marks moved
    assert page.evaluate(RANGES) == zoomed
    ink = "document.querySelector('.lv-loss').layout.font.color"
    light = page.evaluate(ink)
    page.evaluate("document.body.classList.toggle('dark')")
    page.wait_for_function(f"{ink} !== '{light}'")
    assert page.evaluate(RANGES) == zoomed
    page.get_by_role("button", name="Reset zoom").click()
    page.wait_for_function("document.querySelector('.lv-loss').layout.xaxis.range[0] < 0")
    expect(page.locator(".lv-reset")).to_be_hidden()


def test_lines_can_be_hidden_and_read_by_keyboard(visit, running):
    page = visit(running.run)
    _drawn(page, 120)
    page.get_by_role("button", name="Training", exact=True).click()
    page.wait_for_function("document.querySelector('.lv-loss').data[0].visible === false")
    page.get_by_role("button", name="Training", exact=True).click()
    page.wait_for_function("document.querySelector('.lv-loss').data[0].visible === true")
    page.locator(".lv-loss").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".lv-heard")).to_contain_text("Step 120: training loss")
    assert "Best version at step 50" in page.locator(".lv-loss").get_attribute("aria-label")


def test_pause_resume_and_their_buttons(visit, running):
    page, run = visit(running.run), running.run
    expect(page.get_by_role("button", name="Stop and keep best")).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_be_hidden()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".lv-head")).to_have_text("Pausing")
    expect(page.get_by_role("button", name="Resume")).to_be_hidden()
    assert run.requested("pause")
    run.answer_request("pause")
    running.say(Paused(step=120))
    run.lease.release()
    expect(page.locator(".lv-head")).to_have_text("Paused")
    expect(page.get_by_role("button", name="Stop and keep best")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".lv-head")).to_have_text("Waiting for its turn")
    assert run.requested("start")
    run.answer_request("start")
    assert run.lease.acquire()
    running.prepare()
    expect(page.locator(".lv-head")).to_have_text("Getting ready")
    running.start(step=100)
    running.steps(101, 104)
    expect(page.locator(".lv-right")).to_have_text("step 104 of 400 · 26%")
    page.wait_for_function(f"{POINTS} === 104")  # the lost steps are gone, none is there twice
    expect(page.locator(".lv-story")).to_contain_text("Went on from step 100.")


def test_stopping_early_ends_with_the_way_to_the_results(visit, running):
    page = visit(running.run)
    running.steps(121, 200)
    running.say(Scoring(step=200, reason="stopped early", best_step=50))
    expect(page.locator(".lv-left")).to_have_text("Answering the test rows")
    running.say(Finished(step=200, reason="stopped early", best_step=50, metrics={"macro_f1": 0.65}, seconds=61))
    running.run.lease.release()
    expect(page.locator(".lv-big")).to_have_text("Stopped early")
    expect(page.locator(".lv")).to_have_attribute("data-state", "done")
    page.get_by_role("button", name="See results").click()
    expect(page.locator("#step-results")).to_be_visible()


def test_a_failure_says_what_to_do(visit, running):
    running.say(
        Failed(
            step=120,
            what="The worker was ended from outside",
            where="step 120, signal 9",
            fix="Resume it.",
            can_resume=True,
        )
    )
    running.run.lease.release()
    page = visit(running.run)
    expect(page.locator(".lv-head")).to_have_text("The worker was ended from outside.")
    expect(page.locator(".lv-body")).to_contain_text("signal 9")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()


def test_hostile_names_and_messages_are_text(visit, home):
    attack = "<img src=x onerror=alert(1)>"
    run = new_run(home, name=attack)
    teller = Teller(run)
    teller.train(60)
    teller.say(Failed(step=60, what=attack, where=attack, fix=attack))
    page = visit(run)
    expect(page.locator("h1.lv-name")).to_have_text(attack)
    expect(page.locator(".lv-head")).to_contain_text(attack)
    expect(page.locator(".lv-story li").first).to_contain_text(attack)
    assert page.locator(".lv img, #train-head img").count() == 0


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 380)])
def test_everyone_can_use_it(visit, running, theme, width):
    page = visit(running.run, theme=theme, width=width)
    _drawn(page, 120)
    assert sideways(page) == 0
    assert barriers(page, "#step-train") == []


def test_the_first_true_word_comes_at_once(visit, home):
    run = new_run(home)
    run.request("start")
    page = visit(run)
    expect(page.locator(".lv-head")).to_have_text("Waiting for its turn")
    assert run.lease.acquire()
    run.answer_request("start")
    Teller(run).prepare()
    expect(page.locator(".lv-body")).to_have_text(re.compile("Embedding the texts"))
    run.lease.release()
