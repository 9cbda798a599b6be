"""Results, Try it, Export and Runs in a real Chromium: what a person sees of a finished run, and can do with it."""

import csv
import dataclasses
import re
import zipfile

import pytest
from finished_run import HOSTILE, HOSTILE_TEMPLATE, FakeAnswering, finished_run, run_without_end, story, tell
from playwright.sync_api import expect

from studio import storage
from studio.evaluation.report import read_report
from studio.ui.studio import Studio

from .pages import at_rest, barriers, go_to, sideways

pytestmark = pytest.mark.browser
LABELS = ["billing", "delivery", HOSTILE, HOSTILE_TEMPLATE]


@pytest.fixture(scope="module")
def studio(home):
    """At rest, and its answers are made up."""
    return dataclasses.replace(Studio.at(home, spare=False), answering=FakeAnswering(LABELS))


@pytest.fixture(scope="module")
def run(home, tmp_path_factory):
    return finished_run(
        home, tmp_path_factory.mktemp("table"), labels=LABELS, rows=400, share_right=0.8, name=f"Tickets {HOSTILE}"
    )


@pytest.fixture(scope="module")
def wide_run(home, tmp_path_factory):
    labels = [f"intent {number:02d}" for number in range(30)]
    return finished_run(
        home, tmp_path_factory.mktemp("wide"), labels=labels, rows=900, share_right=0.7, name="Thirty intents"
    )


def test_a_person_reads_the_report_and_looks_into_a_cell(visit, run):
    page = visit(run, "results")
    report = read_report(run)
    expect(page.get_by_role("heading", name=report.comparison.sentence)).to_be_visible()
    expect(page.get_by_role("heading", name="Accuracy", exact=True)).to_be_visible()
    expect(page.locator("#results-report")).to_contain_text("certainty")
    expect(page.locator("#results-report .rs-ours")).to_have_count(2)
    expect(page.get_by_role("table", name="Confusion matrix")).to_contain_text(HOSTILE)
    expect(page.locator("#results-details")).to_contain_text(HOSTILE_TEMPLATE)

    cell = page.locator(".rs-wrong-cell").first
    truth, answer, rows = (cell.get_attribute("data-truth"), cell.get_attribute("data-answer"), int(cell.inner_text()))
    cell.click()
    title = f"“{report.labels[int(truth)]}”, answered as “{report.labels[int(answer)]}”"
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator("#results-cell tbody tr")).to_have_count(rows)
    expect(cell).to_have_attribute("aria-pressed", "true")


def test_the_label_table_sorts_both_ways(visit, run):
    page = visit(run, "results")
    table = page.locator(".rs-labels")
    shares, numbers = table.locator("tbody tr td:nth-child(4)"), "all => all.map(each => Number(each.dataset.value))"
    sort = table.get_by_role("button", name="F1")
    sort.focus()
    page.keyboard.press("Enter")  # reachable without a mouse
    head = table.locator("th[aria-sort]")
    expect(head).to_have_attribute("aria-sort", "descending")
    values = shares.evaluate_all(numbers)
    assert values == sorted(values, reverse=True)
    sort.click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    values = shares.evaluate_all(numbers)
    assert values == sorted(values)


def test_mistakes_are_downloaded(visit, run, tmp_path):
    page = visit(run, "results")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Mistakes as CSV").click()
    assert waiting.value.suggested_filename.endswith("-mistakes.csv")
    waiting.value.save_as(tmp_path / "mistakes.csv")
    with (tmp_path / "mistakes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    report = read_report(run)
    assert len(rows) == sum(sum(row) - row[place] for place, row in enumerate(report.confusion))


def test_many_labels_are_a_list_and_a_map(visit, wide_run):
    page = visit(wide_run, "results")
    expect(page.locator("#results-heatmap .main-svg").first).to_be_visible()
    page.locator(".rs-pair").first.click()
    expect(page.locator("#results-cell tbody tr").first).to_be_visible()
    before = page.locator("#results-cell h3").inner_text()
    plot = page.locator("#results-heatmap .nsewdrag")
    box = plot.bounding_box()
    cell = box["width"] / 30, box["height"] / 30
    plot.click(position={"x": cell[0] * 29.5, "y": cell[1] * 29.5})  # the last diagonal field
    expect(page.locator("#results-cell h3")).to_have_text("“intent 29”, answered right")
    assert before != "“intent 29”, answered right"


def test_a_report_appears_by_itself_when_training_ends(visit, home, tmp_path):
    done = finished_run(home, tmp_path, name="Was under way")
    report, events = done.report.read_bytes(), done.events_file.read_bytes()
    done.report.unlink()
    done.events_file.unlink()
    done.request("start")
    page = visit(done, "results")
    expect(page.locator("#results-report")).to_contain_text("This run waits for its turn.")
    storage.write_file(done.events_file, events)
    storage.write_file(done.report, report)
    expect(page.locator("#results-report .rs-sentence")).to_be_visible()


def test_asking_both_models_and_a_whole_table(visit, run, tmp_path):
    page = visit(run, "try_it")
    page.locator(".rs-chip").first.click()
    expect(page.locator("#try-text textarea")).not_to_have_value("")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="Tuned model")).to_be_visible()
    expect(page.get_by_role("heading", name="Before tuning")).to_be_visible()
    expect(page.locator("#try-answer .rs-confidences").first.locator("li")).to_have_count(4)

    path = tmp_path / "ask.csv"
    path.write_text(
        "id,ticket\n" + "".join(f"{number},=my parcel {number}\n" for number in range(150)), encoding="utf-8"
    )
    page.set_input_files("#try-file input[type=file]", str(path))
    expect(page.locator("#try-file-told")).to_contain_text("150 rows")
    expect(page.locator("#try-column input")).to_have_value("ticket")
    page.get_by_role("button", name="Answer all rows").click()
    announced = page.wait_for_function(
        "() => [...document.querySelectorAll('[role=status][aria-live]')].map((each) => each.textContent.trim())"
        ".find((text) => text === 'Done' || text.startsWith('common.'))"
    )
    assert announced.json_value() == "Done"  # to screen readers, in words and not as gradio's key
    link = page.get_by_role("link", name="Download as CSV")
    expect(link).to_be_visible()
    with page.expect_download() as waiting:
        link.click()
    assert waiting.value.suggested_filename.endswith("-predictions.csv")
    waiting.value.save_as(tmp_path / "predictions.csv")
    lines = (tmp_path / "predictions.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 151
    assert lines[0] == "id,ticket,answer,confidence"
    assert lines[1].startswith("0,'=my parcel 0,")


def test_the_zip_is_built_and_comes_by_itself(visit, run, tmp_path):
    page = visit(run, "export")
    expect(page.locator("#export-formats")).to_contain_text("model.safetensors")
    expect(page.locator("#export-card-text")).to_contain_text(HOSTILE)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("Prepare and download")).click()
    waiting.value.save_as(tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip") as package:
        assert package.testzip() is None
        assert {"README.md", "predict.py", "train.json", "model.safetensors"} <= {
            name.partition("/")[2] for name in package.namelist()
        }
    expect(page.get_by_role("link", name=re.compile(r"Download \("))).to_be_visible()
    page.get_by_role("button", name="Copy the commands to use the model").click()
    expect(page.get_by_text(re.compile(r"Copied|Selected: press Ctrl\+C"))).to_be_visible()


def test_runs_are_compared_opened_and_deleted(visit, home, run, wide_run, tmp_path):
    page = visit(run, "runs")
    table = page.locator("#runs-table")
    compare = page.get_by_role("button", name="Compare two")
    expect(compare).to_be_disabled()
    for each in (run, wide_run):
        table.locator(f"input[data-choose='{each.id}']").check()
    doomed = run_without_end(home, tmp_path, name="Doomed")
    tell(doomed, story(0.8, {})[:40])
    expect(table).to_contain_text("Doomed")  # the list draws itself anew; the ticks stay with their runs
    for each in (run, wide_run):
        expect(table.locator(f"input[data-choose='{each.id}']")).to_be_checked()
    compare.click()
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(page.locator("#runs-curves .main-svg").first).to_be_visible()

    page.get_by_role("button", name="Delete Doomed").click()
    question = page.get_by_role("alert").filter(has_text="Delete “Doomed”? Its model and report are lost.")
    expect(question).to_be_visible()
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    question.get_by_role("button", name="Keep").click()
    expect(question).to_have_count(0)
    page.get_by_role("button", name="Delete Doomed").click()
    question.get_by_role("button", name="Delete").click()
    expect(table).not_to_contain_text("Doomed")
    assert not doomed.path.exists()

    page.get_by_role("button", name="Open Thirty intents").click()
    expect(page.locator("#results-heatmap .main-svg").first).to_be_visible()
    expect(page).to_have_url(re.compile(wide_run.id))


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 380)])
def test_every_step_fits_and_is_for_everyone(visit, run, theme, width):
    page = visit(run, theme=theme, width=width)
    for step, ready in (
        ("results", ".rs-matrix"),
        ("try_it", ".rs-chip"),
        ("export", ".rs-files"),
        ("runs", ".rs-runs"),
    ):
        go_to(page, step)
        expect(page.locator(ready).first).to_be_visible()
        at_rest(page)
        assert sideways(page) == 0, step
        assert barriers(page) == [], step


def test_on_a_phone_a_wide_table_says_that_it_scrolls(visit, run):
    page = visit(run, "results", width=380)
    frame = page.get_by_role("region", name="Confusion matrix")
    expect(frame).to_have_attribute("data-cut", "")
    hint = "(each) => getComputedStyle(each, '::after').content"
    assert "Scroll sideways" in frame.evaluate(hint)
    frame.evaluate("(each) => { each.scrollLeft = each.scrollWidth; }")
    expect(frame).not_to_have_attribute("data-cut", "")
    expect(frame).to_have_attribute("data-wide", "")


def test_on_a_phone_the_names_of_files_and_runs_are_whole(visit, run, wide_run):
    page = visit(run, "export", width=380)
    line = page.locator(".rs-files tr").first
    expect(line).to_be_visible()
    name, size = line.locator("th").bounding_box(), line.locator("td").last.bounding_box()
    assert name["x"] + name["width"] <= size["x"]  # the name first, its size at the right
    page = visit(run, "runs", width=380)
    first = page.locator("#runs-table tbody tr").first
    name, tick = (first.locator(part).bounding_box() for part in ("th", "input"))
    assert name["y"] < tick["y"], "a run begins with its name"
    for each in (run, wide_run):
        page.locator(f"input[data-choose='{each.id}']").check()
    page.get_by_role("button", name="Compare two").click()
    head = page.locator(".rs-compare thead th").first
    expect(head).to_be_visible()
    assert head.evaluate("(each) => each.scrollWidth <= each.clientWidth")
