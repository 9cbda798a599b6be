"""Two clicks whose answers overlap, as gradio really carries them: neither undoes the other."""

import re
import threading
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import pytest
from playwright.sync_api import expect

from studio.ui import uploads
from studio.ui.binding import Row, bind_row
from studio.ui.session import Session
from studio.ui.sessions import Sessions

from .conftest import free_port
from .pages import at_rest, go_to

pytestmark = pytest.mark.browser


def test_a_click_while_another_is_at_work_stays(open_page):
    begun, ended = threading.Event(), threading.Event()

    def slow(studio, session):
        begun.set()
        assert ended.wait(60)
        return replace(session, draft="d" * 20)

    def quick(studio, session):
        return replace(session, run="a" * 20)

    studio = SimpleNamespace(sessions=Sessions())
    with gr.Blocks() as blocks:
        session, said = gr.BrowserState(Session().to_json()), gr.Textbox(elem_id="said")
        for name, handler in (("slow", slow), ("quick", quick)):
            button = gr.Button(name, elem_id=name)
            bind_row(studio, Row(None, handler, [session], [session]), button.click)
        session.change(lambda now: f"{now['draft']} {now['run']}", [session], [said])
    _app, url, _public = blocks.launch(prevent_thread_lock=True, server_port=free_port(), quiet=True)
    try:
        page = open_page(url)
        page.locator("#slow").click()
        assert begun.wait(30)
        page.locator("#quick").click()
        expect(page.locator("#said textarea")).to_have_value(" " + "a" * 20)
        ended.set()
        expect(page.locator("#said textarea")).to_have_value("d" * 20 + " " + "a" * 20)
    finally:
        ended.set()
        blocks.close()


def test_while_a_file_is_read_nothing_of_the_table_before_it_can_be_started(url, open_page, monkeypatch, tmp_path):
    """People click on: what they saw on the settings was once the table before, and what was trained the one that came."""
    second = tmp_path / "shop.csv"
    rows = [f"parcel {n} never came,{('late', 'lost')[n % 2]}" for n in range(60)]
    second.write_text("\n".join(["complaint,kind", *rows]))
    begun, ended, keep = threading.Event(), threading.Event(), uploads.keep

    def slow(*asked):
        begun.set()
        assert ended.wait(60)
        return keep(*asked)

    page = open_page(url)
    page.get_by_role("button", name=re.compile("Spam or not")).click()
    expect(page.locator("#data-next")).to_be_enabled()
    monkeypatch.setattr(uploads, "keep", slow)
    try:
        page.locator("#data-upload input[type=file]").set_input_files(second)
        assert begun.wait(30)
        expect(page.locator("#data-message")).to_contain_text("Reading the file")
        expect(page.locator("#data-next")).to_have_count(0)
        expect(page.locator("#step-settings-button:visible").first).to_be_disabled()
        go_to(page, "runs")
    finally:
        ended.set()
    expect(page.locator("#data-rows")).to_contain_text("parcel 0 never came")
    expect(page.locator("#data-next")).to_be_enabled()
    expect(page.locator("#data-rows")).to_be_visible()


def test_a_page_that_waits_asks_again(url, open_page):
    """Gradio's client leaves an answer where it is that came as its stream was closed; the next question fetches it."""
    page = open_page(url)
    at_rest(page)
    with page.expect_response(lambda answer: "/queue/join" in answer.url, timeout=15_000) as joined:
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i class=progress-text></i>')")
    assert joined.value.ok
    page.evaluate("document.querySelector('i.progress-text').remove()")
    at_rest(page)
