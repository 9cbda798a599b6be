"""The story of a run without its many Step lines, which is all a list or a queue needs; kept until the file grows."""

import threading
from dataclasses import dataclass

from studio.events import Event, from_line
from studio.rundir import RunDir
from studio.story import Story

_STEP = b'"kind":"step"'
_HEAD = 120
"""Bytes of a line in which its kind stands."""


@dataclass(frozen=True)
class _Kept:
    modified: int
    size: int
    story: Story


_KEPT: dict[str, _Kept] = {}
_LOCK = threading.Lock()


def brief(run: RunDir) -> Story:
    """The story so far with only its newest Step, which is parsed; status, checks, time at work are those of the whole.

    Shared between callers, so to be read only. Raises: OSError when the file is there and cannot be read.
    """
    key = str(run.path)
    try:
        facts = run.events_file.stat()
    except FileNotFoundError:
        return Story()
    with _LOCK:
        kept = _KEPT.get(key)
    if kept is not None and (kept.modified, kept.size) == (facts.st_mtime_ns, facts.st_size):
        return kept.story
    story = Story.of(_events(run.events_file.read_bytes()))
    with _LOCK:
        _KEPT[key] = _Kept(facts.st_mtime_ns, facts.st_size, story)
    return story


def forget(run: RunDir) -> None:
    """The run is gone."""
    with _LOCK:
        _KEPT.pop(str(run.path), None)


def _events(data: bytes) -> list[Event]:
    lines = data.rpartition(b"\n")[0].splitlines()
    newest = max((number for number, line in enumerate(lines) if _STEP in line[:_HEAD]), default=-1)
    told = (line for number, line in enumerate(lines) if number == newest or _STEP not in line[:_HEAD])
    return [event for line in told if (event := from_line(line)) is not None]
