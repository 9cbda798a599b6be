"""What a reading process may take of the machine; it binds itself before it looks at a file."""

import contextlib
import json
import resource
import signal
import sys
import time

_MEMORY = resource.RLIMIT_DATA if sys.platform.startswith("linux") else resource.RLIMIT_AS
"""Linux counts private memory and not mapped files; elsewhere what there is."""
_TIMES, _MUCH = 100, 50_000_000
"""A file that unpacks to so many times its size, and to so many bytes, is hardly a table: real ones reach 10 to 50 times."""
_HURRY_S = 7.0
_began: float | None = None


def bind(memory: int, cpu_s: int, began: float) -> None:
    """Memory in bytes, seconds of processor time, no core files; where the system knows no such limit, none. `began`: when
    somebody began to wait for this process."""
    global _began
    _began = began
    for what, most in (
        (_MEMORY, (memory, memory)),
        (resource.RLIMIT_CPU, (cpu_s, cpu_s + 5)),  # at the second number it is killed without a word
        (resource.RLIMIT_CORE, (0, 0)),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, most)


def hurry(packed: int, unpacked: int) -> None:
    """Leave a file that unpacks to so much more than it is `_HURRY_S` in all, on the clock: a busy machine would take minutes for
    the seconds of processor time that any file gets. Nothing in a process that was not bound."""
    if _began is not None and unpacked > max(_MUCH, _TIMES * packed):
        signal.setitimer(signal.ITIMER_REAL, max(0.1, _HURRY_S - (time.time() - _began)))


def lower_memory(memory: int) -> None:
    """Take less than was allowed, and say so to whoever waits. Nothing in a process that was not bound."""
    soft, hard = resource.getrlimit(_MEMORY)
    if soft != resource.RLIM_INFINITY and memory < soft:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(_MEMORY, (memory, hard))
            say({"memory": memory})


def say(told: dict[str, object]) -> None:
    """A line of JSON to whoever waits."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
