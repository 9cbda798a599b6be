"""In Chromium: choosing a column for the split says at once what it does, and a file taken away leaves the start."""

import csv

import pytest
from playwright.sync_api import expect

from .pages import at_rest, barriers, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_split_is_said_and_the_file_can_be_taken_away(open_page, url, tmp_path):
    with (tmp_path / "tickets.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ticket", "topic", "customer"])
        for row in range(120):
            word = ("parcel", "invoice", "password", "lamp")[row % 4]
            topic = ("billing", "delivery", "account")[row % 3]
            writer.writerow([f"my {word} is not there, number {row * 7}", topic, f"c{row % 17 if row > 60 else 0}"])
    page = open_page(url, width=380, height=800)
    page.locator("#data-upload input[type=file]").set_input_files(tmp_path / "tickets.csv")
    expect(page.locator("#data-dealt")).to_contain_text("rows to learn from")
    before = page.locator("#data-dealt").inner_text()
    page.get_by_text("Which rows train, and which test").click()
    page.locator("#data-split-group input").click()
    page.get_by_role("option", name="customer", exact=True).click()
    expect(page.locator("#data-dealt")).not_to_have_text(before)
    expect(page.locator("#data-dealt")).to_contain_text("to watch")
    at_rest(page)
    assert not sideways(page)
    assert barriers(page, "#data-dealt") == []
    page.locator("#data-split-part input").click()
    page.get_by_role("option", name="topic", exact=True).click()
    expect(page.locator("#data-dealt")).to_contain_text("cannot decide the split")
    expect(page.locator("#data-split-group input")).to_have_value("customer")
    expect(page.locator("#data-split-part input")).to_have_value("none: rows are dealt out by chance")
    page.locator(
        "#data-upload button[aria-label=Clear], #data-upload button[aria-label='Remove this file']"
    ).first.click()
    expect(page.locator("#data-message")).to_contain_text("What you need")
    expect(page.locator("#data-rows")).to_be_hidden()
