"""Every kind of answer in a real Chromium: the report and an answer to a test row, readable for everyone, hostile texts as text."""

import dataclasses

import pytest
from kinds import ROWS, Made, MadeAnswering, kind_run
from playwright.sync_api import expect

from studio.tasks import TASKS
from studio.ui.studio import Studio

from .pages import at_rest, barriers, go_to, sideways

pytestmark = pytest.mark.browser


class EveryKind(MadeAnswering):
    """Answers by the task of the run."""

    def ask(self, run, model, texts):
        self.kind = run.config.task.removeprefix("made-")
        return super().ask(run, model, texts)


@pytest.fixture(scope="module")
def studio(home):
    with pytest.MonkeyPatch.context() as patch:
        for kind in ROWS:
            patch.setitem(TASKS, f"made-{kind}", Made(kind))
        yield dataclasses.replace(Studio.at(home, spare=False), answering=EveryKind("text"))


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 380)])
def test_a_report_and_an_answer_of_every_kind(visit, home, kind, theme, width):
    page = visit(kind_run(home, kind), "results", theme=theme, width=width)
    expect(page.get_by_role("heading", name="Worst mistakes")).to_be_visible()
    at_rest(page)
    assert (sideways(page), barriers(page)) == (0, [])
    go_to(page, "try_it")
    part, ask = ("talk", "Send") if kind == "chat" else ("try", "Ask")
    page.locator(f"#{part}-ideas .rs-chip").first.click()  # of its own part: the other's may be there for a moment
    expect(page.locator(f"#{part}-text textarea")).not_to_have_value("")
    page.get_by_role("button", name=ask, exact=True).click()
    expect(page.locator(".rs-answer")).to_have_count(2)
    if kind != "continuation":
        expect(page.locator("#try-whole")).to_contain_text("What the file says, in row")
    at_rest(page)
    assert (sideways(page), barriers(page)) == (0, [])
