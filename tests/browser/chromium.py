"""Finds a Chromium for the browser tests, or gets one: installed, else Playwright's own, else Debian's package."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


@cache
def chromium() -> str | None:
    """The program to start, or None to let Playwright use its own download."""
    named = os.environ.get("STUDIO_CHROMIUM")
    if named:
        return named
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or (str(MAC) if MAC.exists() else None)


def playwright_has_one() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def main() -> int:
    """Exit code 0 when browser tests can run."""
    if chromium() or playwright_has_one():
        return 0
    print("No Chromium or Chrome found; asking Playwright to download its own …", flush=True)
    if subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0:
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Playwright could not; installing Debian's chromium …", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, stdout=subprocess.DEVNULL)
        chromium.cache_clear()
        if chromium():
            return 0
    print(
        "Browser tests need Chromium. Install it (Debian: apt-get install chromium), or set STUDIO_CHROMIUM to its path."
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
