"""How quickly and how cheaply the live view follows a run: real pages in Chromium, and a crowd of light pollers.

    python benchmarks/live_view.py [--seconds 20]

A simulated worker appends a step five times a second, and a check every 100 steps. Viewers are real pages (1 and 10);
50 viewers are HTTP clients in one more process that ask exactly what a page asks and wait as long as they are told,
since 50 Chromium tabs would measure this machine's cores, not the server. CPU is the server process's own, as a share of one
core; what Gradio burns with nobody looking is the first line. Needs Chromium (STUDIO_CHROMIUM, else found by name).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from browser import chromium, free_port, new_page
from live_view_worker import Worker, long_run, new_run
from playwright.sync_api import Browser, Page

from studio.rundir import Home, RunDir

SERVER = """
import sys, time
from pathlib import Path
from studio.rundir import Home
from studio.ui.server import running
from studio.ui.studio import Studio
with running(Studio.at(Home(Path(sys.argv[1])), spare=False), port=int(sys.argv[2])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
# Notes which steps are on the screen when: after Plotly has drawn, in the next frame.
OBSERVER = """
window.seen = []; window.openedAt = 0;
const hook = setInterval(() => {
  const plot = document.querySelector('.lv-loss');
  if (!plot || !plot.on) return;
  clearInterval(hook);
  let path = '';
  const note = () => requestAnimationFrame(() => {
    const line = plot.querySelectorAll('.scatterlayer .trace path.js-line')[1];
    if (!line || line.getAttribute('d') === path) return;
    path = line.getAttribute('d');
    window.openedAt ||= performance.now();
    window.seen.push([plot.data[1].x.at(-1), Date.now() / 1000]);
  });
  plot.on('plotly_afterplot', note); plot.on('plotly_animated', note); note();
}, 5);
"""


def spent(server: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times = server.cpu_times()
    return times.user + times.system


def cpu_share(server: psutil.Process, seconds: float) -> float:
    """Percent of one core."""
    before, start = spent(server), time.perf_counter()
    time.sleep(seconds)
    return 100 * (spent(server) - before) / (time.perf_counter() - start)


def row(name: str, *cells: str) -> None:
    """One line of the table."""
    print(f"{name:<34}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


def milliseconds(values: list[float], share: float) -> str:
    """A quantile of seconds, in milliseconds."""
    return f"{1000 * sorted(values)[min(len(values) - 1, int(share * len(values)))]:.0f} ms" if values else "-"


def open_page(browser: Browser, url: str, run: RunDir) -> Page:
    """A page that looks at the run and notes what it shows."""
    page = new_page(browser)
    page.add_init_script(OBSERVER)
    page.goto(f"{url}?run={run.id}")
    return page


def latencies(pages: list[Page], worker: Worker) -> list[float]:
    """Event to pixel of every step: from its line being on disk to the frame that shows it."""
    found = []
    for page in pages:
        seen = page.evaluate("window.seen")
        for (before, _), (last, shown) in zip(seen, seen[1:], strict=False):
            found.extend(shown - worker.when[step] for step in range(before + 1, last + 1) if step in worker.when)
    return found


def real_pages(browser: Browser, server: psutil.Process, url: str, home: Home, count: int, seconds: float) -> None:
    """That many pages look at one run."""
    run = new_run(home)
    worker = Worker(run)
    worker.begin()
    worker.next_steps(400)
    pages = []
    for _ in range(count):
        pages.append(open_page(browser, url, run))
        pages[-1].wait_for_function("window.seen.length > 0", timeout=90_000)
    sizes: list[int] = []
    pages[0].on(
        "response",
        lambda answer: (
            sizes.append(int(answer.headers.get("content-length", 0))) if "component_server" in answer.url else None
        ),
    )
    worker.start()
    time.sleep(2)
    for page in pages:
        page.evaluate("window.seen.splice(0, window.seen.length - 1)")
    before, begin = spent(server), time.perf_counter()
    while time.perf_counter() - begin < seconds:
        pages[0].wait_for_timeout(500)
    share = 100 * (spent(server) - before) / (time.perf_counter() - begin)
    found = latencies(pages, worker)
    survived = zoom_survives(pages[0]) if count == 1 else ""
    worker.over.set()
    worker.join()
    median = f"{statistics.median(sizes):.0f} B" if sizes else "-"
    row(
        f"{count} page{'s' if count > 1 else ''} in Chromium",
        milliseconds(found, 0.5),
        milliseconds(found, 0.95),
        f"{share:.0f} %",
        median,
        survived,
    )
    for page in pages:
        page.context.close()


def zoom_survives(page: Page) -> str:
    """Drag a rectangle, let updates come, compare."""
    box = page.locator(".lv-loss").bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 200, steps=5)
    page.mouse.up()
    page.wait_for_timeout(500)
    state = """(() => { const plot = document.querySelector('.lv-loss');
      return [plot.layout.xaxis.range, plot.layout.yaxis.range, plot.data[1].x.length]; })()"""
    before = page.evaluate(state)
    page.wait_for_timeout(5000)
    after = page.evaluate(state)
    return "survives" if before[:2] == after[:2] and after[2] > before[2] + 10 else f"LOST {before} {after}"


def many_viewers(server: psutil.Process, url: str, home: Home, count: int, seconds: float) -> None:
    """That many light viewers look at one run (see live_view_crowd.py)."""
    run = new_run(home)
    worker = Worker(run)
    worker.begin()
    worker.next_steps(2000)
    worker.start()
    command = [
        sys.executable,
        Path(__file__).with_name("live_view_crowd.py"),
        str(count),
        url,
        run.path,
        str(seconds + 8),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    time.sleep(8)
    share = cpu_share(server, seconds - 2)
    result = json.loads(process.communicate(timeout=seconds + 60)[0])
    worker.over.set()
    worker.join()
    median = f"{statistics.median(result['sizes']):.0f} B"
    row(
        f"{count} light viewers ({result['rate']:.0f} polls/s)",
        milliseconds(result["ages"], 0.5),
        milliseconds(result["ages"], 0.95),
        f"{share:.0f} %",
        median,
        "",
    )


def opening(browser: Browser, url: str, home: Home) -> None:
    """From the page's first question about the run to the drawn chart; and the whole way from the address bar."""
    for name, lines in (("4,000 lines, as workers thin it", 4000), ("100,000 lines, nothing thinned", 100_000)):
        run = long_run(home, lines)
        page = new_page(browser)
        page.add_init_script(OBSERVER)
        drawn, whole, answered = [], [], []
        for _ in range(4):  # the first with an empty cache and a story that nobody has read; the others are reloads
            started = time.perf_counter()
            page.goto(f"{url}?run={run.id}")
            page.wait_for_function("window.openedAt > 0", timeout=60_000)
            whole.append(time.perf_counter() - started)
            polls = "performance.getEntriesByType('resource').filter(each => each.name.includes('component_server'))[0]"
            drawn.append(page.evaluate(f"window.openedAt - {polls}.startTime"))
            answered.append(page.evaluate(f"{polls}.responseEnd - {polls}.startTime"))
        points = page.evaluate("document.querySelector('.lv-loss').data[0].x.length")
        page.context.close()
        print(
            f"{name}: first visit {drawn[0]:.0f} ms (answer after {answered[0]:.0f}), a reload {statistics.median(drawn[1:]):.0f} ms "
            f"(answer after {statistics.median(answered[1:]):.0f}); {points} points; from the address bar {whole[0]:.1f} s, "
            f"then {statistics.median(whole[1:]):.1f} s",
            flush=True,
        )


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").prepare()
        started = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(home.path), str(free_port())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            url = started.stdout.readline().strip()
            server = psutil.Process(started.pid)
            print(f"load of this machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            row("", "event to pixel", "95 %", "server CPU", "bytes an update", "zoom")
            time.sleep(3)
            row("nobody looks", "", "", f"{cpu_share(server, 6):.0f} %", "", "")
            with chromium() as browser:
                for count in (1, 10):
                    real_pages(browser, server, url, home, count, options.seconds)
                many_viewers(server, url, home, 50, options.seconds)
                print("\nOpening a run of 100,000 steps:")
                opening(browser, url, home)
        finally:
            started.terminate()
            started.wait(20)


if __name__ == "__main__":
    main()
