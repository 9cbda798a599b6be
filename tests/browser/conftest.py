"""One Chromium for all tests of this folder, the page served in this process or by `studio serve`, and runs to look at."""

import signal
import socket
import subprocess
import sys
import time

import pytest
from live_story import Teller, new_run
from playwright.sync_api import expect, sync_playwright

from studio.rundir import Home
from studio.ui.server import running as serving
from studio.ui.studio import Studio

from .chromium import chromium
from .pages import go_to, watched

expect.set_options(timeout=30_000)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


def pytest_itemcollected(item):
    """Warnings are errors, in the threads of the served page too; but those of Gradio's own code are not ours to mend."""
    item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio"))


@pytest.fixture(scope="package")
def chrome():
    """Ends with this folder's tests: as long as Playwright lives, asyncio lets no other test run a loop of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chrome):
    """Opens pages, each in a fresh browser profile; at the end nothing may have gone wrong on any of them."""
    with watched(chrome) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("browser") / "home").prepare()


@pytest.fixture(scope="module")
def studio(home):
    """At rest: nobody starts workers in it."""
    return Studio.at(home, spare=False)


@pytest.fixture(scope="module")
def studio_at_work(home):
    """One that starts workers, as `studio serve` has it."""
    studio = Studio.at(home, spare=False)
    studio.start()
    yield studio
    studio.close()


@pytest.fixture(scope="module")
def url(studio):
    """Where this process serves that studio."""
    with serving(studio, port=free_port()) as url:
        yield url


@pytest.fixture
def visit(url, open_page):
    """Opens a run where the page itself goes with it (Train or Results), or at the step that is named."""

    def open_run(run, step="", **how):
        page = open_page(url, run=run.id, **how)
        landed = page.locator(":is(#step-train-button, #step-results-button)[aria-selected=true]")
        expect(landed.first).to_be_attached()
        if step:
            go_to(page, step)
        return page

    return open_run


@pytest.fixture
def running(home):
    """A run at step 120 whose live worker is this process, and its story teller."""
    run = new_run(home, name="support tickets")
    assert run.lease.acquire()
    teller = Teller(run, peak=50)
    teller.train(120)
    yield teller
    run.lease.release()


@pytest.fixture(scope="module")
def server(home):
    served = Server(home)
    yield served
    served.end()


class Server:
    """`studio serve` in a process of its own, as a user starts it; it can be killed and started again."""

    def __init__(self, home):
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.start()

    def start(self):
        command = [sys.executable, "-c", "import sys; from studio.cli import main; sys.exit(main())"]
        arguments = ["serve", "--port", str(self.port), "--home", str(self.home.path)]
        self.process = subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL, start_new_session=True)
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, "the server ended at its start"
            time.sleep(0.1)
        raise AssertionError("the server did not answer within a minute")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
