"""Pages under watch, and what every test may ask of one: is it at rest, is it for everyone, does it fit."""

import re
from contextlib import contextmanager
from urllib.parse import urlencode

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect

HARMLESS = ("AbortError", "errored out")
"""Gradio says so itself when a reload cuts off its own requests."""
RESTLESS_MS = 60_000
REST = """([quiet, most]) => new Promise((done, fail) => {
  const begun = performance.now(), moved = new Map();
  let since = begun;
  const told = node => `${node.nodeName}#${node.id || ''}.${node.className || ''} in #${node.closest('[id]')?.id}`;
  const saw = (what, node) => {
    since = performance.now();
    const name = `${what} ${told(node.closest ? node : node.parentElement || document.body)}`;
    moved.set(name, (moved.get(name) || 0) + 1);
  };
  new MutationObserver(all => all.forEach(each => saw(each.attributeName || each.type, each.target)))
    .observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  const moves = each => each.playState === 'running' && each.effect.getComputedTiming().endTime !== Infinity;
  const look = () => {
    document.getAnimations().filter(moves).forEach(each => saw('animated', each.effect.target));
    const now = performance.now();
    if (now - since >= quiet) done();
    else if (now - begun > most) fail(`not at rest after ${most} ms: ${JSON.stringify([...moved].slice(-20))}`);
    else setTimeout(look, 20);
  };
  look();
})"""


@contextmanager
def watched(chrome):
    """Gives a function that opens pages, each in a fresh browser profile.

    At the end: no script failed, none of a stranger ran, no dialog came, and nothing was asked of anybody but the server.
    """
    pages, troubles = [], []

    def open_page(url, *, theme="light", width=1280, height=900, has_touch=False, server_stays=True, **query):
        context = chrome.new_context(viewport={"width": width, "height": height}, has_touch=has_touch)
        pages.append(page := context.new_page())
        page.set_default_timeout(30_000)
        cut_off = () if server_stays else ("Failed to fetch", "network error")
        page.on(
            "pageerror",
            lambda error: None if any(word in str(error) for word in cut_off) else troubles.append(str(error)),
        )
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        if server_stays:  # else each request that is cut off is told in words of its own
            page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        ours = (url, "data:", "blob:")
        page.on("request", lambda asked: None if asked.url.startswith(ours) else troubles.append(asked.url))
        page.goto(f"{url}?{urlencode({'__theme': theme, **query})}")
        return page

    try:
        yield open_page
        strangers = [page.url for page in pages if hacked(page)]
    finally:
        for page in pages:
            page.context.close()
    troubles = [said for said in troubles if not any(word in said for word in HARMLESS)]
    assert (strangers, troubles) == ([], []), (strangers, troubles)


def hacked(page, tries=5):
    """Whether something of a stranger ran or was drawn on it."""
    try:
        return page.evaluate("Boolean(window.hacked || document.querySelector(`img[src='x']`))")
    except Error:  # a page whose server has come back loads itself anew, whenever it learns of that
        if not tries:
            raise
        page.wait_for_load_state()
        return hacked(page, tries - 1)


def go_to(page, step):
    """Open a step by its tab."""
    page.locator(f"#step-{step}-button:visible").first.click()


def passes(page, number, tries=4):
    """On the settings: order so many passes over the rows, and no more."""
    page.locator("#settings-advanced > button").click()
    epochs, plan = page.locator("#set-epochs input[type=number]"), page.locator("#settings-plan")
    for left in reversed(
        range(tries)
    ):  # faster than any hand: the effort's answer on its way may still put its own there
        epochs.fill(str(number))
        epochs.press("Tab")
        try:
            expect(plan).to_contain_text(re.compile(rf"up to {number} pass(es)? of"), timeout=10_000)
        except AssertionError:
            if not left:
                raise
        else:
            return


def at_rest(page, quiet_ms=250):
    """Wait until the page has drawn what it had to draw: nothing of it changed and nothing moved for so long.

    A page that never rests fails the test with what moved on it.
    """
    page.evaluate(REST, [quiet_ms, RESTLESS_MS])


def barriers(page, context=None):
    """Violations axe-core calls serious or critical."""
    found = Axe().run(page, context=context).response["violations"]
    return [
        (each["id"], [node["html"][:160] for node in each["nodes"]][:3])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def sideways(page):
    """By how many pixels the page is wider than its window."""
    return max(0, page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"])
