"""From a broken file to a run of the mended table, in Chromium: read, overruled, mended, undone, a wrong label corrected, started."""

import csv
import re

import pytest
from playwright.sync_api import expect

from studio.assets import ASSETS
from studio.jobs import actions

from .pages import barriers, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FLIPPED = 17
"""The row of the broken file that says something wrong."""


@pytest.fixture(scope="module")
def studio(studio_at_work):
    return studio_at_work


@pytest.fixture
def broken(tmp_path):
    """The bundled messages, as a spreadsheet of an old machine might give them: semicolons, Windows-1252, a title, gaps."""
    with (ASSETS / "examples" / "spam_or_not.csv").open(encoding="utf-8", newline="") as file:
        _, *told = csv.reader(file)
    rows = [(text.replace("\n", " ").replace(";", ","), label) for text, label in told[:160]]
    rows = [(text.encode("cp1252", "ignore").decode("cp1252"), label) for text, label in rows]
    text, label = rows[FLIPPED - 3]
    rows[FLIPPED - 3] = text, next(other for _, other in rows if other != label)
    rows[30] = rows[30][0], f" {rows[30][1].upper()}"
    rows += [rows[3], ("café déjà vu", ""), ("only one cell",)]
    lines = [
        "Messages of may",
        "text;label",
        *(";".join(f'"{cell}"' if ";" in cell else cell for cell in row) for row in rows),
    ]
    path = tmp_path / "may.csv"
    path.write_bytes("\r\n".join(line.replace('"', "'") for line in lines).encode("cp1252"))
    return path


def test_another_reading_is_one_click_away_and_stays(open_page, url, tmp_path):
    lines = [f"Please cancel my order {n},I have cancelled it for you,{'ab'[n % 2]},{'xyz'[n % 3]}" for n in range(60)]
    path = tmp_path / "replies.csv"
    path.write_text("\n".join(["instruction,response,category,intent", *lines]), encoding="utf-8")
    page = open_page(url, width=380, height=800)
    page.locator("#data-upload input[type=file]").set_input_files(str(path))
    reason, label = page.locator("#data-reason"), page.locator("#data-column-1 input")
    expect(reason).to_contain_text("Not sure (55 %). “category” holds 2 different values")
    expect(label).to_have_value("category")
    reason.get_by_role("button", name=re.compile("Label: intent")).click()
    expect(label).to_have_value("intent")
    expect(reason.get_by_role("button", name=re.compile("Label: category"))).to_have_count(1)
    expect(page.locator("#data-picture")).to_contain_text("3 labels")
    assert barriers(page) == []
    assert sideways(page) == 0
    page.reload()
    expect(label).to_have_value("intent")


def test_a_broken_file_is_read_mended_and_trained_on(studio, open_page, url, broken):  # noqa: PLR0915 - one path
    page = open_page(url)
    page.locator("#data-upload input[type=file]").set_input_files(str(broken))
    reading, doctor = page.locator("#data-reading"), page.locator("#data-doctor")
    expect(reading).to_contain_text("separated by semicolons, header in line 2")
    expect(reading).to_contain_text("Windows-1252")
    expect(doctor).to_contain_text("Health of this table")

    # a guess is overruled, and taken back
    page.locator("#data-reread > button").click()
    encoding = page.locator("#data-reread-encoding input")
    encoding.click()
    page.get_by_role("option", name="Mac Roman").click()
    expect(reading).to_contain_text("Mac Roman")
    encoding.click()
    page.get_by_role("option", name="Windows-1252", exact=True).click()
    expect(reading).to_contain_text("Windows-1252")

    # a finding is mended, undone, and mended again
    spelling = doctor.get_by_role("button", name=re.compile("Spell them alike"))
    spelling.click()
    undo = doctor.get_by_role("button", name="Undo")
    expect(undo).to_have_count(1)
    expect(spelling).to_have_count(0)
    undo.click()
    expect(undo).to_have_count(0)
    spelling.click()
    expect(undo).to_have_count(1)
    repeated = doctor.get_by_role("button", name=re.compile("Remove 1 repeated row"))
    repeated.click()
    expect(undo).to_have_count(2)

    # a wrong label is found and corrected
    page.locator("#data-inspect-look").click()
    found = page.locator("#data-inspected")
    expect(found).to_contain_text("What to expect before training", timeout=240_000)
    wrong = found.locator("li", has_text=f"Row {FLIPPED} says")
    expect(wrong).to_have_count(1)
    assert barriers(page) == []
    assert sideways(page) == 0
    page.reload()
    expect(wrong).to_have_count(1)  # what was found is there again
    wrong.get_by_role("button", name=re.compile("Relabel as")).click()
    expect(doctor).to_contain_text("Doubted labels: 1 cell rewritten")
    expect(wrong).to_have_count(0)

    # the run is of the mended table
    page.locator("#data-next").click()
    page.locator("#model-next").click()
    expect(page.locator("#settings-plan")).to_contain_text("Expected time")
    page.locator("#settings-start").click()
    page.wait_for_url(re.compile(r"[?&]run=[a-z0-9]{20}"))
    run = studio.home.run(re.search(r"run=([a-z0-9]{20})", page.url)[1])
    actions.pause(run)
    source = run.config.source
    assert [edit.kind for edit in source.edits] == ["label-spellings", "repeated-rows", "label-errors"]
    assert source.edits[2].cells["label"].keys() == {FLIPPED}
    assert source.read_as == {"encoding": "Windows-1252"}
