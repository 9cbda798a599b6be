"""Scripts that run from right to left, and words longer than a phone is wide, in Chromium."""

import csv

import pytest
from finished_run import finished_run
from playwright.sync_api import expect

from studio import storage
from studio.evaluation.report import read_report
from studio.tasks.read_rows import Reading, ReadRow
from studio.tasks.task import Piece
from studio.ui.views.read_rows import what_is_read

from .pages import at_rest, go_to, sideways

pytestmark = pytest.mark.browser
QUESTION, REPLY = "هل الدراجة متوفرة؟", "نعم، الدراجة متوفرة."
GAPS = """cell => {
  const text = document.createRange(); text.selectNodeContents(cell);
  const [own, frame, style] = [text.getBoundingClientRect(), cell.getBoundingClientRect(), getComputedStyle(cell)];
  return [own.left - frame.left - parseFloat(style.paddingLeft), frame.right - parseFloat(style.paddingRight) - own.right];
}"""
"""Pixels between an element's words and its left and right end."""
PLACES = """place => [...place.querySelectorAll('span, mark')].map(each => each.getBoundingClientRect()).map(box => [box.left, box.right])"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "replies.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["السؤال", "الجواب"])
        writer.writerows((f"{QUESTION} {number}", f"{REPLY} {number}") for number in range(40))
    return path


def test_texts_stand_at_their_own_end_and_sentences_about_them_at_the_left(open_page, url, table):
    page = open_page(url)
    page.locator("#data-upload input[type=file]").set_input_files(str(table))
    cell = page.locator("#data-view .fs-grid tbody td:last-child, .fs-grid tbody td:last-child").first
    expect(cell).to_contain_text("الدراجة")
    at_rest(page)
    left, right = cell.evaluate(GAPS)
    assert left > 40 > 2 > abs(right)
    told = page.locator("#data-reason .fs-pick span").filter(has_text="“السؤال” ").first
    assert told.evaluate("each => getComputedStyle(each).direction") == "ltr"


def test_lines_that_a_model_reads_begin_where_their_script_begins(open_page, url):
    pieces = (
        Piece("<|im_start|>", False, True),
        Piece("user\n", False),
        Piece(QUESTION, False),
        Piece("\n", False),
        Piece(REPLY, True),
    )
    row = ReadRow(2, pieces, tokens=9, learned=4, is_cut=False)
    page = open_page(url)
    place = page.locator("#data-examples")
    expect(place).to_be_visible()
    place.evaluate("(each, told) => { each.innerHTML = told; }", str(what_is_read(Reading((row,), 1, 0, 96))))
    read = place.locator(".fs-read[role=group]")
    frame = read.bounding_box()
    (mark, user, question, *_, reply), end = read.evaluate(PLACES), frame["x"] + frame["width"]
    assert mark[0] < user[0] < frame["x"] + 200
    assert end - question[1] < 20
    assert end - reply[1] < 20


def test_what_is_typed_begins_where_its_script_begins(visit, home, tmp_path):
    page = visit(finished_run(home, tmp_path), "try_it")
    box = page.locator("#try-text textarea")
    expect(box).to_be_visible()
    style = "each => [getComputedStyle(each).unicodeBidi, getComputedStyle(each).textAlign]"
    assert box.evaluate(style) == ["plaintext", "start"]


def test_on_a_phone_a_word_without_end_stays_in_its_card(visit, home, tmp_path):
    run = finished_run(home, tmp_path)
    report = read_report(run)
    told = report.model_copy(update={"notes": [*report.notes, "Counted: " + "nrefs:1|case:mixed|" * 12]})
    storage.write_file(run.report, told.model_dump_json().encode())
    page = visit(run, "results", width=380)
    card = page.locator(".rs-sentence")
    expect(card).to_contain_text("nrefs")
    at_rest(page)
    over = "card => Math.max(...[...card.querySelectorAll('h2, p, li')].map(each => { const words = document.createRange(); words.selectNodeContents(each); return words.getBoundingClientRect().right; })) - card.getBoundingClientRect().right"
    assert card.evaluate(over) < 0
    go_to(page, "export")
    cells = page.locator("#export-card-text td")
    expect(cells.first).to_be_visible()
    heights = "all => Math.max(...all.slice(1, 2).map(each => each.getBoundingClientRect().height))"
    assert cells.evaluate_all(heights) < 60, "a figure stands on one line"
    assert sideways(page) == 0
