"""Marks and labels of the live charts stay inside them, wherever the best check is."""

import pytest
from live_story import Teller, new_run

from studio.events import Checked

from .pages import at_rest

pytestmark = pytest.mark.browser

INSIDE = """() => [...document.querySelectorAll('.lv-plot')].flatMap(plot => {
  const frame = plot.getBoundingClientRect(), left = plot.querySelector('.nsewdrag').getBoundingClientRect().left;
  return [...plot.querySelectorAll('.annotation-text-g')].map(each => [each.textContent, each.getBoundingClientRect()])
    .filter(([text, box]) => /best/.test(text) && (box.right > frame.right || box.left < left - 8 || box.bottom > frame.bottom || box.top < frame.top))
    .map(([text]) => text);
})"""
COVERED = """() => {
  const plot = document.querySelector('.lv-metric');
  const label = [...plot.querySelectorAll('.annotation-text-g')].find(each => /before tuning/.test(each.textContent)).getBoundingClientRect();
  return [...plot.querySelectorAll('.points path')].filter(each => {
    const box = each.getBoundingClientRect();
    return box.width && box.right > label.left && box.left < label.right && box.bottom > label.top && box.top < label.bottom;
  }).length;
}"""
RANGE = "document.querySelector('.lv-metric').layout.yaxis.range"


@pytest.mark.parametrize("width", [1280, 380])
@pytest.mark.parametrize(
    "values",
    [(1.0, 1.0, 1.0), (0.5, 0.7, 0.9), (0.9, 0.7, 0.6), (0.8, 0.9, 0.8)],
    ids=["flat", "last", "start", "middle"],
)
def test_flags_and_labels_stay_inside_and_off_the_marks(visit, home, values, width):
    run = new_run(home, name="marks")
    teller = Teller(run, total=100)
    teller.prepare()
    teller.start()
    best = -1.0
    best_step = 0
    for step, value in zip((0, 50, 100), values, strict=True):
        is_best = value >= best
        best, best_step = (value, step) if is_best else (best, best_step)
        if step:
            teller.steps(step - 49, step, checks=False)
        teller.say(
            Checked(step=step, epoch=step / 100, loss=1.3 - value - step / 1000, metrics={"macro_f1": value}, is_best=is_best,
                    best_step=best_step, best_value=best, chances_left=3)
        )  # fmt: skip
    page = visit(run, width=width)
    page.wait_for_function("document.querySelectorAll('.lv-plot .annotation-text-g').length >= 3")
    page.locator(".lv-metric").scroll_into_view_if_needed()
    at_rest(page)
    assert page.evaluate(INSIDE) == []
    assert page.evaluate(COVERED) == 0
    low, high = page.evaluate(RANGE)
    assert low >= 0
    assert high <= 1
