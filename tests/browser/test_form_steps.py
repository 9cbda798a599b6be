"""Steps 1 to 3 as a person sees them: in Chromium, light and dark, wide and on a phone, with a hostile table."""

import re

import pytest
from playwright.sync_api import Page, expect

from .pages import barriers, sideways

pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="window.hacked=1">'


@pytest.fixture(scope="module")
def studio(studio_at_work):
    return studio_at_work


@pytest.fixture
def opened(open_page, url):
    """Opens the page at its first step."""

    def open_form(theme="light", width=1280) -> Page:
        page = open_page(url, theme=theme, width=width)
        expect(page.locator("#data-examples button").first).to_be_visible()
        return page

    return open_form


def to_settings(page: Page) -> None:
    page.get_by_role("button", name=re.compile("App reviews")).click()
    expect(page.locator("#data-next")).to_be_enabled()
    page.locator("#data-next").click()
    expect(page.locator("#model-cards")).to_contain_text("MiniLM")
    page.locator("#model-next").click()
    expect(page.locator("#settings-plan")).to_contain_text("Expected time")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 380), ("dark", 380)])
def test_the_form_fits_and_is_for_everyone(opened, theme, width):
    page = opened(theme, width)
    expect(page.locator("#data-message")).to_contain_text("What you need")
    assert barriers(page) == []
    page.get_by_role("button", name=re.compile("App reviews")).click()
    expect(page.locator("#data-picture")).to_contain_text("positive")
    assert barriers(page) == []
    assert sideways(page) == 0
    page.locator("#data-next").click()
    expect(page.locator("#model-cards")).to_contain_text("On this machine")
    assert barriers(page) == []
    assert sideways(page) == 0
    page.locator("#model-next").click()
    expect(page.locator("#settings-plan")).to_contain_text("Expected time")
    page.locator("#settings-advanced > button").click()
    expect(page.locator("#set-epochs")).to_be_visible()
    assert barriers(page) == []
    assert sideways(page) == 0
    if width < 500:
        said = page.evaluate("getComputedStyle(document.querySelector('#step-settings-button'), '::after').content")
        assert said == '"Step 3 of 7: Settings"'


@pytest.mark.parametrize("width", [1280, 380])
def test_what_was_brought_is_seen_and_a_file_may_be_dropped_all_over_its_box(opened, tmp_path, width):
    page = opened("light", width)
    inner, outer = (page.locator(f"#data-upload{part}").bounding_box() for part in (" .upload-container", ""))
    assert inner["height"] >= outer["height"] - 2
    page.get_by_role("button", name=re.compile("Library chats")).click()
    expect(page.locator("#data-reading .fs-card")).to_be_in_viewport(ratio=1)
    (tmp_path / "scan.csv").write_bytes(b"%PDF-1.7 x")
    page.locator("#data-upload input[type=file]").set_input_files(str(tmp_path / "scan.csv"))
    expect(page.locator("#data-message [role=alert]")).to_be_in_viewport(ratio=1)


def test_later_steps_are_locked_until_they_make_sense(opened):
    page = opened()
    for name in ("model", "settings", "train", "results", "try_it", "export"):
        expect(page.locator(f"#step-{name}-button")).to_be_disabled()
    page.get_by_role("button", name=re.compile("Spam or not")).click()
    for name in ("model", "settings"):
        expect(page.locator(f"#step-{name}-button")).to_be_enabled()
    expect(page.locator("#step-train-button")).to_be_disabled()


def test_a_reload_brings_the_form_back(opened):
    page = opened()
    to_settings(page)
    page.locator("#settings-effort label", has_text="Thorough").click()
    expect(page.locator("#settings-reasons")).to_contain_text("Suggested")
    page.locator("#settings-advanced > button").click()
    page.locator("#set-patience input").fill("11")
    expect(page.locator("#settings-reasons")).to_contain_text("1 value changed by you")
    page.reload()
    expect(page.locator("#data-reading")).to_contain_text("app_reviews.csv")
    page.locator("#step-settings-button").click()
    expect(page.locator("#settings-reasons")).to_contain_text("Set by you")
    expect(page.locator("#settings-effort input[value=thorough]")).to_be_checked()
    page.locator("#settings-advanced > button").click()
    expect(page.locator("#set-patience input")).to_have_value("11")


def test_an_impossible_value_is_said_in_its_place(opened):
    page = opened()
    to_settings(page)
    page.locator("#settings-advanced > button").click()
    page.locator("#set-dropout input").fill("7")
    expect(page.locator("#settings-plan")).to_contain_text("Dropout cannot be")
    page.locator("#set-dropout input").fill("0.2")
    expect(page.locator("#settings-plan")).to_contain_text("Expected time")


def test_a_hostile_table_is_only_text(opened, tmp_path):
    page = opened()
    cell = '"' + HOSTILE.replace('"', '""') + '"'
    path = tmp_path / "<b>x<b>.csv"
    lines = ['"<b>text</b>","{{value}} ${window.hacked=2}"'] + [
        f'{cell[:-1]} row number {n} here",{cell if n % 2 else "${window.hacked=3}"}' for n in range(60)
    ]
    path.write_text("\n".join(lines) + '\nbroken,row,"<script>window.hacked=4</script>"\n', encoding="utf-8")
    page.locator("#data-upload input[type=file]").set_input_files(str(path))
    expect(page.locator("#data-rows")).to_contain_text(HOSTILE)
    expect(page.locator("#data-rows")).to_contain_text("{{value}} ${window.hacked=2}")
    expect(page.locator("#data-picture")).to_contain_text(HOSTILE)
    page.locator("#data-next").click()
    expect(page.locator("#model-cards")).to_contain_text("MiniLM")
    assert page.evaluate("window.hacked") is None
    assert page.locator("#data-rows img, #data-picture img, #data-reading b").count() == 0


def test_a_broken_file_gets_a_calm_sentence_and_the_page_goes_on(opened, tmp_path):
    page = opened()
    path = tmp_path / "scan.csv"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 4)
    page.locator("#data-upload input[type=file]").set_input_files(str(path))
    expect(page.locator("#data-message [role=alert]")).to_contain_text("PDF")
    expect(page.locator("#step-model-button")).to_be_disabled()
    page.get_by_role("button", name=re.compile("Support tickets")).click()
    expect(page.locator("#data-reading")).to_contain_text("support_tickets.csv")
    expect(page.locator("#data-message [role=alert]")).to_have_count(0)


def test_the_keyboard_alone_gets_to_the_settings(opened):
    page = opened()
    page.locator("#data-examples button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#data-next")).to_be_enabled()
    page.locator("#data-next").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#model-cards input").first).to_be_visible()
    page.locator("#model-next").focus()
    page.keyboard.press("Enter")
    page.locator("#settings-effort input[value=balanced]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#settings-effort input[value=thorough]")).to_be_checked()
    expect(page.locator("#settings-effort input[value=thorough]")).to_be_focused()
