"""What a page asks for while it opens: what was announced, each file once, and nothing twice."""

import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from .pages import at_rest

pytestmark = pytest.mark.browser
ASKED = "performance.getEntriesByType('resource').map(each => new URL(each.name).pathname)"


def test_every_file_was_announced_and_is_asked_for_once(url, open_page):
    """Fails when another Gradio is built in another way: then `studio.ui.frontend` must learn to read it."""
    page = open_page(url)
    expect(page.get_by_role("button", name=re.compile("Spam or not"))).to_be_visible()
    at_rest(page)
    told = page.evaluate("fetch('./').then(answer => answer.text())")
    announced = re.findall(r'<link rel="(?:modulepreload|preload" as="style)" crossorigin href="\./([^"]+)">', told)
    asked = Counter(path.lstrip("/") for path in page.evaluate(ASKED) if path.startswith("/assets/"))
    assert len(announced) > 50
    assert asked == Counter(announced)


def test_a_page_that_opens_with_a_run_loads_the_charts_once(visit, running):
    page = visit(running.run, "train")
    expect(page.locator(".lv-loss .main-svg").first).to_be_attached()
    sent = page.evaluate(
        "performance.getEntriesByType('resource').filter(each => each.transferSize).map(each => each.name)"
    )
    assert [name.endswith("/studio/plotly.js") for name in sent].count(True) == 1
    assert page.locator("script[src*='plotly.js']").count() == 1
