"""What unfolds says so by an arrow that is drawn, and not by a triangle out of some font, in Chromium."""

import pytest
from playwright.sync_api import expect

from .pages import at_rest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_arrows_are_drawn_and_turn_when_it_opens(open_page, url):
    page = open_page(url)
    page.locator("#data-examples button").first.click()
    box = page.locator("#data-test")
    icon, turn = box.locator("button.label-wrap > .icon"), "each => getComputedStyle(each).transform"
    expect(icon).to_be_visible()
    at_rest(page)
    assert icon.evaluate("each => getComputedStyle(each).fontSize") == "0px"
    closed = icon.evaluate(turn)
    box.locator("button.label-wrap").click()
    at_rest(page)
    assert icon.evaluate(turn) != closed
