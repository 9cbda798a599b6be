"""Every family of tasks in a real Chromium with real workers and tiny models: from the bundled example to an answer in Try it."""

import csv
import re

import pytest
from playwright.sync_api import expect
from worker.tiny import make_model
from worker.tiny_writers import CHAT, byte_tokenizer, make_decoder, make_encoder_decoder, make_masked

from studio.assets import ASSETS
from studio.data.read import Limits
from studio.jobs.answering import Answering
from studio.jobs.spare import Spares
from studio.jobs.supervisor import Supervisor
from studio.ui.studio import Studio

from .pages import at_rest, barriers, go_to, passes, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TRAINED = 600_000
"""Milliseconds a small run may take on a slow and busy machine."""
ANSWERED = 120_000
FAMILIES = {
    "entities": ("Names in messages", "tiny-encoder"),
    "question answering": ("Questions about leaflets", "tiny-encoder"),
    "several labels": ("Hotel reviews", "tiny-encoder"),
    "pairs and numbers": ("Sentence pairs", "tiny-encoder"),
    "text to text": ("Travel phrases", "tiny-encoder-decoder"),
    "replies": ("Bike shop replies", "tiny-decoder"),
    "chat": ("Library chats", "tiny-decoder"),
    "filling gaps": ("Trail notes", "tiny-masked"),
}
"""Family → bundled example, base model."""
WRITES = ("text to text", "replies", "chat", "filling gaps")


@pytest.fixture(scope="module")
def studio(home):
    """At work, with tiny base models on offer and a warm worker as soon as one was taken."""
    offered = home.models / "offered"
    texts = [cell for name in ("travel_phrases", "trail_notes") for cell in _cells(name)]
    make_model(offered / "tiny-encoder")
    make_masked(offered / "tiny-masked", texts)
    make_encoder_decoder(offered / "tiny-encoder-decoder", byte_tokenizer(texts, closes=True), width=32, layers=1)
    make_decoder(offered / "tiny-decoder", byte_tokenizer(texts, template=CHAT), kind="llama", width=32, layers=1)
    spares = Spares(rest_s=0.0)
    studio = Studio(home, Supervisor(home, spares=spares), Answering(spares), spares, Limits())
    studio.start()
    yield studio
    studio.close()


def _cells(name):
    with (ASSETS / "examples" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


@pytest.mark.parametrize("family", FAMILIES)
def test_from_the_example_to_an_answer(url, open_page, family):
    page = open_page(url)
    order(page, *FAMILIES[family])
    if family in WRITES:
        shows_what_is_read(page)
    page.locator("#settings-start").click()
    page.wait_for_url(re.compile(r"[?&]run=[a-z0-9]{20}"))
    expect(page.locator("#train-results")).to_be_visible(timeout=TRAINED)
    samples = page.locator("#live .lv-samples")
    expect(samples).to_be_visible(visible=family in WRITES)
    if family in WRITES:
        assert samples.locator("li").count() == 4
    go_to(page, "try_it")
    if family == "chat":
        talks(page)
    else:
        answers(page)
    at_rest(page)
    assert (sideways(page), barriers(page, "#try-whole")) == (0, [])


def order(page, example, model):
    """From the start to the settings, with one pass over the rows only."""
    page.get_by_role("button", name=re.compile(example)).click()
    expect(page.locator("#data-next")).to_be_enabled()
    page.locator("#data-next").click()
    page.locator("#model-cards").get_by_text(model, exact=True).click()
    page.locator("#model-next").click()
    page.locator("#settings-effort").get_by_text("Quick", exact=True).click()
    passes(page, 1)


def shows_what_is_read(page):
    rows = page.locator("#settings-reading .fs-read-rows li")
    expect(page.locator("#settings-reading")).to_contain_text("What the model will read")
    if not rows.count():
        page.locator("#settings-measure").click()
    expect(rows).to_have_count(3, timeout=ANSWERED)
    assert rows.first.locator("mark").count() > 0


def answers(page):
    """A test row is picked and asked: both models' answers stand side by side."""
    page.locator("#try-ideas .rs-chip").first.click()
    expect(page.locator("#try-text textarea")).not_to_have_value("")
    page.locator("#try-ask").click()
    said = page.locator("#try-answer .rs-answer")
    expect(said).to_have_count(2, timeout=ANSWERED)
    expect(said.first).to_contain_text("Tuned model")


def talks(page):
    """Two turns, each model with replies of its own, then from the beginning; and a row of the file."""
    log, box = page.locator("#talk-log"), page.locator("#talk-text textarea")
    turns = log.locator(".rs-answer[data-ours] li")
    expect(page.locator("#try-one")).to_be_hidden()
    for number, said in enumerate(("Are you open on <b>Sunday</b>?", "And on Monday?"), 1):
        box.fill(said)
        box.press("Enter")
        expect(log.locator("[data-role=assistant]")).to_have_count(2 * number, timeout=ANSWERED)
        expect(box).to_have_value("")
    expect(turns).to_have_count(4)
    expect(turns.first).to_contain_text("Are you open on <b>Sunday</b>?")
    page.locator("#talk-again").click()
    expect(log.locator("li")).to_have_count(0)
    page.locator("#talk-ideas .rs-chip").first.click()
    expect(box).not_to_have_value("")
    page.locator("#talk-send").click()
    expect(log).to_contain_text("What the file says, in row", timeout=ANSWERED)
