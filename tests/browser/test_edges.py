"""Where things stand on the page: figures under their place on a scale, nothing cut off, nothing that claims to scroll."""

import pytest
from finished_run import finished_run
from live_story import Teller, new_run
from playwright.sync_api import expect

from studio.events import Checked

from .pages import at_rest

pytestmark = pytest.mark.browser

TICKS_OFF = """() => [...document.querySelectorAll('#results-report .fs-card:has(.rs-axis)')].flatMap(card => {
  const track = card.querySelector('.rs-track').getBoundingClientRect();
  return [...card.querySelectorAll('.rs-axis span')].slice(1).map(tick => {
    const box = tick.getBoundingClientRect();
    return Math.abs((box.left + box.right) / 2 - track.left - track.width * parseInt(tick.textContent) / 100);
  });
})"""
STYLE = "([selector, part]) => getComputedStyle(document.querySelector(selector), part).content"


@pytest.mark.parametrize("width", [1280, 390])
def test_each_figure_of_the_scale_stands_under_its_place(visit, home, tmp_path, width):
    page = visit(finished_run(home, tmp_path), "results", width=width)
    expect(page.locator(".rs-axis").first).to_be_visible()
    off = page.evaluate(TICKS_OFF)
    assert len(off) == 8
    assert max(off) < 1.5, "pixels beside the place on the bar"


def test_the_report_names_its_run_and_leads_on(visit, home, tmp_path):
    page = visit(finished_run(home, tmp_path, name="Second <b>try</b>"), "results")
    expect(page.locator("#results-head h1")).to_have_text("Results Second <b>try</b>")
    page.locator("#results-next").click()
    expect(page.locator("#try-head h1")).to_have_text("Try it Second <b>try</b>")


def test_stacked_cards_of_runs_do_not_claim_to_scroll(visit, home, tmp_path):
    page = visit(finished_run(home, tmp_path), "runs", width=390)
    expect(page.locator("#runs-table tr[data-open]")).to_be_visible()
    at_rest(page)
    assert page.locator("#runs-table .rs-scroll[data-wide]").count() == 0


def test_steps_without_a_table_say_why_they_are_locked(visit, home, tmp_path):
    page = visit(finished_run(home, tmp_path), "results")
    assert "once there is a table" in page.evaluate(STYLE, [".fs-steps > .tab-wrapper", "::after"])
    for number in "123":  # without a table none of these is done
        assert page.evaluate(STYLE, [f'.fs-steps [data-tab-id="{number}"]', "::before"]) != '"✓"'


@pytest.mark.parametrize(("left", "zones"), [(3, 0), (2, 2)])
def test_the_curves_agree_about_the_start_and_about_lost_chances(visit, home, left, zones):
    teller = Teller(new_run(home, name="start"), total=100, patience=3)
    teller.prepare()
    teller.start()
    checks = ((0, 0.72, 3), (10, 0.65, 3), (20, 0.64, 2))[: 2 if left == 3 else 3]
    for step, value, chances in checks:
        if step:
            teller.steps(step - 9, step, checks=False)
        teller.say(
            Checked(step=step, epoch=step / 100, loss=1 - value, metrics={"macro_f1": value}, is_best=step == 0, best_step=0,
                    best_value=0.72, chances_left=chances)
        )  # fmt: skip
    page = visit(teller.run)
    page.wait_for_function("document.querySelector('.lv-metric').data && document.querySelector('.lv-loss').data")
    at_rest(page)
    lines = page.evaluate(
        "['loss', 'metric'].map(name => document.querySelector('.lv-' + name).data[name === 'loss' ? 2 : 0].x)"
    )
    assert lines == [[step for step, _, _ in checks]] * 2
    shown = page.evaluate(
        "['loss', 'metric'].flatMap(name => document.querySelector('.lv-' + name).layout.shapes.filter(shape => shape.type === 'rect'))"
    )
    assert len(shown) == zones
    assert all((zone["x0"], zone["x1"]) == (10, 20) for zone in shown)
