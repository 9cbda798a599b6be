"""What a reading process may take of the machine; it binds itself before it looks at a file."""

import contextlib
import json
import resource
import sys

_MEMORY = resource.RLIMIT_DATA if sys.platform.startswith("linux") else resource.RLIMIT_AS
"""Linux counts private memory and not mapped files; elsewhere what there is."""


def bind(memory: int, cpu_s: int) -> None:
    """Memory in bytes, seconds of processor time, no core files; where the system knows no such limit, none."""
    for what, most in (
        (_MEMORY, (memory, memory)),
        (resource.RLIMIT_CPU, (cpu_s, cpu_s + 5)),  # at the second number it is killed without a word
        (resource.RLIMIT_CORE, (0, 0)),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, most)


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
