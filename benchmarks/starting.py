"""How long a person waits: for the server, for the page, and from the click on Start to the first training step.

    python benchmarks/starting.py [--tables FILE …] [--linger 0 30]

One server (`studio serve`, as a user starts it) and real Chromium pages, each with an empty cache. For every table (the
bundled examples, and the files of `--tables`) the path is clicked as a person does: upload, model, settings, a while of
reading (`--linger`, seconds), Start. The first training step is the first `step` event of the run's story; its own time
is compared with the click's. The run is stopped then. Needs Chromium (STUDIO_CHROMIUM, else found by name).
"""

import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from browser import chromium, free_port, new_page
from playwright.sync_api import Browser, expect

from studio.assets import ASSETS
from studio.events import Finished, Preparing, Step
from studio.jobs import actions
from studio.rundir import Home, RunDir

SPARE_S = 25.0
"""The spare worker warms itself this long at most, on a slow machine: a person has brought no table yet."""
USABLE = """document.querySelector('#data-upload input[type=file]')
  && [...document.querySelectorAll('#data-examples *')].some(each => each.textContent.includes('Spam or not') && each.offsetHeight)"""
expect.set_options(timeout=60_000)


def serve(home: Home) -> tuple[subprocess.Popen[bytes], str, float]:
    """The server, its address, and seconds until it answered."""
    port = free_port()
    began = time.perf_counter()
    command = [sys.executable, "-c", "import sys; from studio.cli import main; sys.exit(main())"]
    arguments = ["serve", "--port", str(port), "--home", str(home.path)]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL)
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process, f"http://127.0.0.1:{port}/", time.perf_counter() - began
        time.sleep(0.02)


def opening(browser: Browser, url: str) -> tuple[float, float]:
    """Seconds until the first step can be used: with an empty cache, and at a reload."""
    page = new_page(browser)
    page.wait_for_timeout(1500)  # a new window is busy with itself
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.wait_for_function(USABLE)  # looks in every frame; `expect` rests between two looks
        seconds.append(time.perf_counter() - began)
    page.context.close()
    return seconds[0], seconds[1]


def first(run: RunDir, kind: type, timeout_s: float = 300.0) -> float:
    """When the run's first event of that kind was said, seconds since 1970."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        for event in run.events():
            if isinstance(event, kind):
                return event.time
        time.sleep(0.05)
    raise SystemExit(f"no {kind.__name__} within {timeout_s} s: {run.events()[-2:]}")


def start(browser: Browser, url: str, home: Home, table: Path, linger_s: float) -> tuple[float, float, float]:
    """Seconds from the click to the first event, to the first words on the page, and to the first training step."""
    page = new_page(browser)
    page.goto(url)
    page.locator("#data-upload input[type=file]").set_input_files(table)
    expect(page.locator("#data-reading")).to_contain_text("Read as")
    page.locator("#data-next").click()
    expect(page.locator("#model-cards")).to_contain_text("MiniLM")
    page.locator("#model-next").click()
    expect(page.locator("#settings-plan")).to_contain_text("rows are learned from")
    page.wait_for_timeout(1000 * linger_s + 500)
    clicked = time.time()
    page.locator("#settings-start").click()
    expect(page.locator("#live .lv-head")).to_be_visible()
    expect(page.locator("#live .lv-head")).not_to_have_text("Opening the run")
    words = time.time() - clicked
    page.wait_for_url(re.compile(r"[?&]run=[a-z0-9]{20}"))
    run = home.run(re.search(r"run=([a-z0-9]{20})", page.url)[1])
    found = first(run, Preparing) - clicked, words, first(run, Step) - clicked
    page.context.close()
    actions.stop(run)
    first(run, Finished, 600)
    return found


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tables", type=Path, nargs="*", default=[])
    parser.add_argument("--linger", type=float, nargs="*", default=[0.0, 30.0])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").prepare()
        print(f"load of this machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        server, url, seconds = serve(home)
        try:
            print(f"the server answers after {seconds:.1f} s", flush=True)
            with chromium() as browser:
                pages(browser, url, options.rounds)
                runs(browser, url, home, [*sorted(ASSETS.glob("examples/*.csv")), *options.tables], options.linger)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


def pages(browser: Browser, url: str, rounds: int) -> None:
    """The page as soon as the server answers, and once everything is warm."""
    print("the page at once: {:.2f} s, a reload {:.2f} s".format(*opening(browser, url)), flush=True)
    time.sleep(SPARE_S)
    opened = [opening(browser, url) for _ in range(2 * rounds)]
    for name, values in zip(("empty cache", "a reload"), zip(*opened, strict=True), strict=True):
        print(f"the page, {name}: median {statistics.median(values):.2f} s, most {max(values):.2f} s", flush=True)


def runs(browser: Browser, url: str, home: Home, tables: list[Path], lingers: list[float]) -> None:
    """A run of every table, after every while of reading."""
    print(f"{'from the click, seconds':<36}{'lingered':>10}{'first event':>14}{'words':>8}{'first step':>12}")
    for table in tables:
        for linger in lingers:
            time.sleep(SPARE_S)
            event, words, step = start(browser, url, home, table, linger)
            print(f"{table.name:<36}{linger:>10.0f}{event:>14.2f}{words:>8.2f}{step:>12.2f}", flush=True)


if __name__ == "__main__":
    main()
