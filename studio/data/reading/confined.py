"""Reads a file in a process of its own, with limits of memory and time: whatever a file does there, it does to nobody else."""

import json
import mmap
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import psutil
import pyarrow as pa

from studio.data.reading.limits import Choices, Limits
from studio.data.table import Problem, Reading, RowNumbers, Table
from studio.errors import StudioError

_MODULE = "studio.data.reading.reader"
_PACKAGE_PARENT = str(Path(__file__).parents[3])
_LEAST_MEMORY = 600_000_000
_MEMORY = 8
"""Bytes of memory for a byte of text; 4 and less were seen."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""More would need the memory of all of them."""
_SHARED = 6
"""Seconds on the clock for one of processor time, where others are at work too; what unpacks to very much gets far less
(`bounds.hurry`)."""
_GAVE_UP = "terminate called after throwing"
_START_S = 20.0
"""For a new Python on a busy machine, beyond the time for reading."""


def read_confined(path: Path, name: str, limits: Limits, choices: Choices) -> Table:
    """The table of the file, whose cells are mapped and cost this process next to nothing.

    Raises: StudioError, also when the reading process took too much memory or time, or broke down.
    """
    size = path.stat().st_size
    memory = memory_for(size, limits)
    order = {
        "path": str(path.resolve()), "name": name, "memory": memory, "cpu_s": int(cpu_seconds_for(size, limits)),
        "limits": asdict(limits), "choices": asdict(choices), "began": time.time(),
    }  # fmt: skip
    with _AT_ONCE, tempfile.TemporaryFile() as sink:
        told = _told(order, sink, memory, limits)
        if "what" in told:
            raise StudioError(told["what"], where=told["where"], fix=told["fix"])
        cells = _cells(sink)
    rows: Sequence[int] = range(*told["rows"]) if told["rows"] else range(0)
    if not told["rows"]:
        rows = RowNumbers(cells.column(cells.num_columns - 1).to_numpy())
        cells = cells.select(range(cells.num_columns - 1))
    return Table(cells, rows, _reading(told["reading"]), name)


def memory_for(size: int, limits: Limits) -> int:
    """Bytes of memory that reading a file of `size` bytes may take: never more than half of what is free."""
    wanted = _LEAST_MEMORY + _MEMORY * max(size, limits.most_unpacked // 2)
    return min(wanted, limits.memory_bytes, psutil.virtual_memory().available // 2)


def cpu_seconds_for(size: int, limits: Limits) -> float:
    """Seconds of processor time that reading a file of `size` bytes may take: 8, and 1 for each megabyte."""
    return max(1.0, min(limits.seconds, 8 + size / 1e6))


def _told(order: dict[str, Any], sink: IO[bytes], memory: int, limits: Limits) -> dict[str, Any]:
    """What the reading process says last."""
    with tempfile.TemporaryFile() as complaints, _started(sink, complaints) as process:
        try:
            patience = min(limits.seconds, _SHARED * order["cpu_s"]) + _START_S
            output, _ = process.communicate(json.dumps(order).encode(), timeout=patience)
        except subprocess.TimeoutExpired as error:
            raise _refused("slow", memory) from error
        finally:
            process.kill()
        complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - 4000))
        complaint = complaints.read().decode(errors="replace")
    said: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines(keepends=True) if line.endswith(b"\n")]
    memory = next((each["memory"] for each in reversed(said) if "memory" in each), memory)
    if process.returncode > 0 and "PanicException" not in complaint:
        raise RuntimeError(f"the reading process failed: {complaint}")  # a bug of ours
    if process.returncode or not said or "memory" in said[-1]:
        raise _refused(_end(process.returncode, complaint), memory)
    return said[-1]


def _started(sink: IO[bytes], complaints: IO[bytes]) -> "subprocess.Popen[bytes]":
    paths = [_PACKAGE_PARENT, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # others reserve memory that counts
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE, str(sink.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            pass_fds=[sink.fileno()],
            env=environment,
        )
    except OSError as error:
        raise StudioError(
            f"The file could not be opened: {error.strerror}", fix="Close other programs, then try again."
        ) from error


def _end(code: int, complaint: str) -> str:
    if _GAVE_UP in complaint and "bad_alloc" not in complaint:
        return "damaged"  # a library of C++ ends the process over a file that contradicts itself
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        return "slow"
    return "large" if code < 0 else "damaged"


def _refused(problem: str, memory: int) -> StudioError:
    if problem == "large":
        return StudioError(
            f"Reading the file takes more than {memory / 1e6:.0f} MB of memory",
            fix="It may unpack to far more than it is, or have cells far away from the table: save only the table, as CSV.",
        )
    if problem == "slow":
        return StudioError("The file takes too long to read", fix="Save only the table, as CSV, or upload fewer rows.")
    return StudioError("The file is damaged", fix="Open it in the program it comes from, and save it again, as CSV.")


def _cells(sink: IO[bytes]) -> pa.Table:
    """The table that was written, mapped: its memory is the file's, which has no name and goes with it."""
    mapped = mmap.mmap(sink.fileno(), 0, access=mmap.ACCESS_READ)
    return pa.ipc.open_file(pa.BufferReader(pa.py_buffer(mapped))).read_all()


def _reading(told: dict[str, Any]) -> Reading:
    problems = {
        each: tuple(Problem(**problem) for problem in told[each]) for each in ("repaired", "doubtful", "set_aside")
    }
    return Reading(**{**told, **problems, "notes": tuple(told["notes"]), "sheets": tuple(told["sheets"])})
