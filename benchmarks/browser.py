"""What the benchmarks with real pages share: a Chromium, pages of their own browser profile, and a free port."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium: STUDIO_CHROMIUM, else found by name, else Playwright's own."""
    found = filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome")))
    program = os.environ.get("STUDIO_CHROMIUM") or next(found, None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def new_page(browser: Browser) -> Page:
    """A page of its own browser profile, so with an empty cache."""
    return browser.new_context(viewport={"width": 1280, "height": 900}).new_page()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
