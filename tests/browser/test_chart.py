"""The chart component in a real Chromium: hostile labels are text, colors follow the theme, a click is told."""

import re

import gradio as gr
import pytest
from playwright.sync_api import expect

from studio.plots.confusion import confusion_matrix
from studio.ui.chart import chart
from studio.ui.routes import routes
from studio.ui.server import styles

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> <b>bold</b>"


@pytest.fixture(scope="module")
def url(home):
    """A page of two charts and nothing else."""

    def clicked(event: gr.SelectData):
        return f"{event.index} {event.value}"

    with gr.Blocks(analytics_enabled=False) as blocks:
        matrix = chart(confusion_matrix([HOSTILE, "2"], [[40, 2], [1, 30]]), elem_id="matrix")
        bars = chart(None, elem_id="bars")
        told = gr.Textbox(elem_id="told")
        show = gr.Button("Show bars")
        matrix.select(clicked, None, told)
        show.click(lambda: confusion_matrix(["1", HOSTILE], [[3, 0], [0, 2]]), None, bars)
    ours = {"routes": routes(home)}
    _, url, _ = blocks.launch(
        prevent_thread_lock=True, quiet=True, css=styles(), ssr_mode=False, run_history=False, app_kwargs=ours
    )
    yield url
    blocks.close(verbose=False)


def test_figures_are_drawn_clicked_and_follow_the_theme(open_page, url):
    page = open_page(url, width=900)
    place = page.locator("#matrix .fs-chart")
    expect(place.locator(".main-svg").first).to_be_attached()
    assert "70 of 73 rows are answered right" in place.get_attribute("aria-label")
    expect(place.locator(".yaxislayer-above")).to_contain_text("<img src=x")
    assert place.locator("img").count() == 0

    heat = "document.querySelector('#matrix .fs-chart').data[0].colorscale[1][1]"
    light = page.evaluate(heat)
    page.evaluate("document.body.classList.add('dark')")
    page.wait_for_function(f"{heat} !== '{light}'")

    box = place.locator(".draglayer .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("#told textarea")).to_have_value(re.compile(r"^\[0, 1\] 2 rows"))

    expect(page.locator("#bars .fs-chart")).to_be_hidden()
    page.get_by_role("button", name="Show bars").click()
    expect(page.locator("#bars .fs-chart .main-svg").first).to_be_attached()
