"""In Chromium: a role that takes several columns, and texts from right to left, from the table to the settings."""

import csv

import pytest
from playwright.sync_api import expect

from .pages import at_rest, barriers, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ALIGNED = """cell => {
  const range = document.createRange(); range.selectNodeContents(cell);
  const text = range.getBoundingClientRect(), box = cell.getBoundingClientRect();
  return box.right - text.right < text.left - box.left ? 'right' : 'left';
}"""


@pytest.fixture
def marked(tmp_path):
    """A column of 0 and 1 for each label."""
    file = tmp_path / "marked.csv"
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["review", "room", "food", "price"])
        for row in range(90):
            word = ("bed", "soup", "bill", "view", "bread")[row % 5]
            writer.writerow([f"The {word} was not what I hoped for on day {row}", row % 2, row % 3 == 0, row % 5 == 0])
    file.write_text(file.read_text().replace("True", "1").replace("False", "0"))
    return file


def chosen(page):
    return page.locator("#data-column-1 .token")


def test_columns_of_a_role_are_taken_away_and_chosen_again(open_page, url, marked):
    page = open_page(url, width=380, height=800)
    page.locator("#data-upload input[type=file]").set_input_files(marked)
    expect(chosen(page)).to_have_count(3)
    picture = page.locator("#data-picture")
    expect(picture).to_contain_text("3 labels")
    expect(page.locator("#data-column-1 .remove-all")).to_be_hidden()
    box = page.locator("#data-column-1 input")
    box.click()
    box.press("Backspace")
    expect(picture).to_contain_text("2 labels")
    expect(chosen(page)).to_have_text(["room", "food"])
    page.keyboard.press("Escape")
    chosen(page).first.locator(".token-remove").click()
    expect(chosen(page)).to_have_text(["food"])
    expect(picture).to_contain_text("No row has several labels")
    chosen(page).first.locator(".token-remove").click()
    expect(page.locator("#data-reason [role=alert]")).to_contain_text("“Labels” is not chosen")
    expect(page.locator("#data-reason [role=alert]")).to_be_in_viewport()
    expect(picture).to_be_empty()
    expect(page.locator("#data-next")).to_be_disabled()
    box.click()
    page.locator("#data-column-1").get_by_role("option", name="price").click()
    expect(chosen(page)).to_have_text(["price"])
    page.locator("#data-column-1").get_by_role("option", name="room").click()
    expect(picture).to_contain_text("2 labels")
    expect(page.locator("#data-reason [role=alert]")).to_have_count(0)
    expect(page.locator("#data-next")).to_be_enabled()
    at_rest(page)
    assert not sideways(page)
    assert barriers(page, "#data-found") == []


def test_texts_from_right_to_left_begin_at_the_right(open_page, url, tmp_path):
    file = tmp_path / "reviews.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(["النص", "التصنيف", "note"])
        for row in range(90):
            writer.writerow(
                [f"تجربة رقم {row} مع الفندق والخدمة كانت سريعة ولطيفة.", ("جيد", "سيئ")[row % 2], f"n{row % 7}"]
            )
    page = open_page(url)
    page.locator("#data-upload input[type=file]").set_input_files(file)
    cells = page.locator("#data-rows tbody tr").first.locator("td")
    assert [cells.nth(place).evaluate(ALIGNED) for place in (1, 2)] == ["right", "right"]
    reasons = page.locator("#data-reason")
    page.get_by_text("Or read it as").click()
    card = reasons.locator("button").first
    expect(card).to_contain_text("“النص”")
    assert card.evaluate("card => getComputedStyle(card.querySelector('bdi')).display") == "inline"
    lines = card.locator("> span").first.evaluate("line => line.getBoundingClientRect().height")
    assert lines < 30, "the roles stand in one line"
