"""Step 2 in Chromium, beside a stand-in Hub: search, pick, download with progress, cancel, go on, and to the settings."""

import re

import pytest
from playwright.sync_api import expect
from stand_in_hub import NAME, REVISION, standing_in

from studio.models import reach
from studio.models.presets import preset_named

from .pages import barriers, sideways

pytestmark = pytest.mark.browser


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(reach.Reach, "now", lambda self, wait_s=0.0: True)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with standing_in() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        server.rows = [
            {"id": NAME, "downloads": 1234, "config": {"model_type": "bert"}, "tags": [], "gated": False,
             "safetensors": {"parameters": {"F32": 1}, "total": 4_400_000}, "cardData": {"license": "mit", "language": "en"}},
            {"id": "evil/encoder", "config": {"model_type": "bert"}, "tags": ["custom_code"]},
        ]  # fmt: skip
        yield server


def to_model(page):
    page.get_by_role("button", name=re.compile("App reviews")).click()
    expect(page.locator("#data-next")).to_be_enabled()
    page.locator("#data-next").click()
    expect(page.locator("#model-cards")).to_contain_text("MiniLM")


def test_from_the_search_to_the_settings(hub, open_page, url):
    page = open_page(url)
    to_model(page)
    page.locator("#model-search > button").click()
    page.locator("#model-search-words textarea, #model-search-words input").first.fill("encoder")
    page.locator("#model-search-find").click()
    results = page.locator("#model-search-results")
    expect(results).to_contain_text("evil/encoder")
    expect(results).to_contain_text("program code")
    hub.slow_s = 0.4
    results.locator(f"button[data-choice='{NAME}']").click()
    expect(results).to_contain_text(f"at commit {REVISION[:12]}")
    card = page.locator(f"#model-cards input[data-choice='{NAME}@{REVISION}']")
    expect(card).to_be_checked()
    expect(page.locator("#model-next")).to_be_disabled()
    assert barriers(page) == []
    page.locator("#model-fetch").click()
    expect(page.locator("#model-note progress")).to_be_visible()
    page.locator("#model-cancel").click()
    expect(page.locator("#model-note")).to_contain_text("was cancelled")
    expect(page.locator("#model-fetch")).to_contain_text("are here")
    hub.slow_s = 0.0
    page.locator("#model-fetch").click()
    expect(page.locator("#model-next")).to_be_enabled()
    fetched = page.locator("#model-cards label", has=page.locator(f"input[data-choice='{NAME}@{REVISION}']"))
    expect(fetched).to_contain_text("On this machine")
    expect(page.locator("#model-fetch")).to_be_hidden()
    page.locator("#model-next").click()
    expect(page.locator("#settings-plan")).to_contain_text("Expected time")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_models_of_every_size_are_for_everyone(hub, open_page, url, monkeypatch, theme, width):
    from studio.tasks.text_classification import TextClassification

    monkeypatch.setattr(TextClassification, "families", frozenset({"encoder", "decoder", "encoder-decoder"}))
    page = open_page(url, theme=theme, width=width)
    to_model(page)
    for title in ("Small: for a laptop", "Medium: for a graphics card of 16 GB", "Large: for a graphics card of 80 GB"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    gated = preset_named("google/gemma-3-1b-it")
    page.locator(f"#model-cards input[data-choice='{gated.id}']").check(force=True)
    expect(page.locator("#model-note")).to_contain_text("accept the terms")
    page.locator("#model-search > button").click()
    assert barriers(page) == []
    assert sideways(page) == 0
