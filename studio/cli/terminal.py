"""Output: results to stdout, progress and complaints to stderr, files where they can be written."""

import contextlib
import io
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from studio.errors import StudioError


class Silence(io.TextIOWrapper):
    """An output that nobody reads."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO())


def never_choke() -> None:
    """Letters that the terminal cannot show become question marks instead of a crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(text: str) -> None:
    """A result."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Something that is no result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def check_writable(output: Path, not_over: Path | None = None) -> None:
    """Before anything is computed. `not_over` is the file that is read for it. Raises: StudioError."""
    if not output.parent.is_dir():
        raise unwritable(output, f"there is no folder {output.parent}")
    if output.is_dir():
        raise unwritable(output, "it is a folder")
    if not os.access(output.parent, os.W_OK):
        raise unwritable(output, f"the folder {output.parent} is not yours to write to")
    if not_over is not None and output.exists() and not_over.exists() and output.samefile(not_over):
        raise unwritable(output, "it is the very file that is read")


def hand_over(output: Path) -> None:
    """A file made for its user gets the permissions of any new file of theirs; what is in the data folder is theirs alone."""
    mask = os.umask(0o077)
    os.umask(mask)
    with contextlib.suppress(OSError):  # a disk without permissions
        output.chmod(0o666 & ~mask)


def unwritable(output: Path, why: str) -> StudioError:
    """What is said of a place where nothing can be written."""
    return StudioError(f"The file cannot be written: {why}", where=str(output), fix="Choose another place with -o.")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need to be, the last one as it is."""
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in (head, *rows)]
    return "\n".join(line.rstrip() for line in lines)


def plain(text: str) -> str:
    """Text from a file or a person, without what would steer the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def showable(text: str) -> str:
    """What was typed, with a sign in place of bytes that are no letters in UTF-8."""
    return text.encode(errors="surrogateescape").decode(errors="replace")


def share(value: float) -> str:
    """As in `93.4 %`."""
    return f"{100 * value:.1f} %"


def measured(value: float, unit: str) -> str:
    """As in `93.4 %` for a share, and in `0.842` for a number with no unit."""
    return share(value) if unit == "share" else f"{value:.4g} {unit}".rstrip()


def clock(seconds: float) -> str:
    """As in `0:45`, `6:39` or `2:05:10`."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Bar:
    """A line on the terminal that is written over; in a file or a pipe, lines now and then (none if `quiet`)."""

    def __init__(self, quiet: bool = False) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._quiet = quiet
        self._drawn = ""
        self._next = 0.0

    def show(self, done: float | None, text: str) -> None:
        """`done` is a share from 0 to 1, or None where it is not known."""
        if not self._is_terminal or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 0.1
        filled = round(20 * min(1.0, max(0.0, done or 0.0)))
        bar = f"[{'█' * filled}{'·' * (20 - filled)}] " if done is not None else ""
        line = (bar + plain(text))[: shutil.get_terminal_size().columns - 1]
        if line != self._drawn:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
        self._drawn = line

    def note(self, text: str) -> None:
        """A line that stays."""
        if self._quiet and not self._is_terminal:
            return
        self.clear()
        complain(plain(text))

    def clear(self) -> None:
        """Take the moving line away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        self._drawn, self._next = "", 0.0
