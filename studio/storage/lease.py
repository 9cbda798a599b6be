"""Leases: the right to be the one writer of a folder, held by a live process and never by a dead one.

A process is told apart from a later one with the same number by its start time and the boot of the machine, so
nothing has to expire on one machine. On another machine (a shared disk) only the heartbeat can be judged.
"""

import contextlib
import fcntl
import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from studio.storage.files import remove_file, write_json

STALE_S = 60.0
"""Without a beat for this long, a holder on another machine (or in another container) is taken for dead."""


@dataclass(frozen=True)
class Holder:
    """Who holds a lease: a process, told apart from a later one with the same number by start time and boot."""

    pid: int
    started: str
    boot: str
    beat: float
    """Wall time of the last sign of life, seconds since 1970."""
    host: str = ""
    """Name of the machine or container; process numbers mean nothing outside it."""

    @classmethod
    def me(cls) -> "Holder":
        """The calling process."""
        return cls(os.getpid(), _process_start(os.getpid()), _boot_id(), time.time(), platform.node())

    @property
    def is_me(self) -> bool:
        """Whether this is the calling process."""
        return self.pid == os.getpid() and self.host == platform.node() and self.is_alive

    @property
    def is_here(self) -> bool:
        """Whether it ran on this machine since its last boot, so that its number can be asked for."""
        return self.host in ("", platform.node()) and self.boot == _boot_id()

    @property
    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        if self.host not in ("", platform.node()):
            return abs(time.time() - self.beat) < STALE_S
        return bool(self.started) and self.is_here and _process_start(self.pid) == self.started


class Lease:
    """The right to be the one writer of a folder, held by a live process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holder(self) -> Holder | None:
        """Who holds it, alive or not; None when nobody does or the file is damaged."""
        try:
            value = json.loads(self.path.read_bytes())
            return Holder(
                int(value["pid"]),
                str(value["started"]),
                str(value["boot"]),
                float(value["beat"]),
                str(value.get("host", "")),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    @property
    def is_held(self) -> bool:
        """Whether a live process holds it."""
        holder = self.holder()
        return holder is not None and holder.is_alive

    def acquire(self) -> bool:
        """Take it for this process; False when another live one holds it. A dead one's lease is taken over."""
        with self._alone():
            holder = self.holder()
            if holder is not None and holder.is_alive and not holder.is_me:
                return False
            write_json(self.path, asdict(Holder.me()))
            return True

    def beat(self) -> bool:
        """Renew the sign of life; False, and nothing is written, when this process no longer holds the lease."""
        with self._alone():
            holder = self.holder()
            if holder is None and not self.path.exists():
                return False  # released by another thread a moment ago: it must not come back
            if holder is not None and not holder.is_me:
                return False
            write_json(self.path, asdict(Holder.me()))
            return True

    def release(self) -> None:
        """Give it back, if it is this process's."""
        with self._alone():
            holder = self.holder()
            if holder is not None and holder.is_me:
                remove_file(self.path)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two processes deciding at once must not both win."""
        descriptor = os.open(
            self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _process_start(pid: int) -> str:
    """When a process began, as text to compare; empty when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else f"ticks {fields[19]}"  # clock ticks since boot: no clock change moves them
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return ""
    except (OSError, IndexError):
        return ""
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"time {process.create_time():.1f}"
    except psutil.Error:
        return ""


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"{psutil.boot_time():.0f}"
