"""The chart component in a real Chromium: hostile labels are text, colors follow the theme, a click is told."""

import re
import subprocess
import sys

import pytest
from chromium import chromium
from playwright.sync_api import expect, sync_playwright

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> <b>bold</b>"
SERVER = f"""
import sys, tempfile
from pathlib import Path
import gradio as gr
from studio.plots.confusion import confusion_matrix
from studio.rundir import Home
from studio.ui.chart import chart
from studio.ui.routes import routes
from studio.ui.server import styles
hostile = {HOSTILE!r}
with gr.Blocks(analytics_enabled=False) as blocks:
    matrix = chart(confusion_matrix([hostile, "2"], [[40, 2], [1, 30]]), elem_id="matrix")
    bars = chart(None, elem_id="bars")
    told = gr.Textbox(elem_id="told")
    show = gr.Button("Show bars")
    def clicked(event: gr.SelectData):
        return f"{{event.index}} {{event.value}}"
    matrix.select(clicked, None, told)
    show.click(lambda: confusion_matrix(["1", hostile], [[3, 0], [0, 2]]), None, bars)
with tempfile.TemporaryDirectory() as folder:
    _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, css=styles(), ssr_mode=False, run_history=False,
                              app_kwargs={{"routes": routes(Home(Path(folder)).prepare())}})
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def url():
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    address = process.stdout.readline().strip()
    assert address.startswith("http"), "the server did not start"
    yield address
    process.kill()
    process.communicate()


def test_figures_are_drawn_clicked_and_follow_the_theme(url):
    troubles = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 900, "height": 900})
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        page.goto(f"{url}?__theme=light")
        place = page.locator("#matrix .fs-chart")
        expect(place.locator(".main-svg").first).to_be_attached(timeout=30_000)
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
        expect(page.locator("#told textarea")).to_have_value(re.compile(r"^\[0, 1\] 2 rows"), timeout=20_000)

        expect(page.locator("#bars .fs-chart")).to_be_hidden()
        page.get_by_role("button", name="Show bars").click()
        expect(page.locator("#bars .fs-chart .main-svg").first).to_be_attached(timeout=20_000)
        browser.close()
    assert troubles == []
