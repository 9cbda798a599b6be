"""Leases: the right to be the one writer of a folder, held by a live process and never by a dead one.

A process is told apart from a later one with the same number by its start time and the boot of the machine, so
nothing has to expire on one machine. On another machine (a shared disk) only the heartbeat can be judged.
A heart that beats says nothing of progress, so the holder also notes when it last got something done.
"""

import contextlib
import fcntl
import json
import os
import platform
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import psutil

from studio.errors import StudioError
from studio.storage.files import remove_file, write_json

STALE_S = 60.0
"""Without a beat for this long, a holder on another machine (or in another container) is taken for dead."""
BEAT_S = 5.0


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
    progress: float = 0.0
    """Wall time when it last got something done, seconds since 1970; 0 where nobody says."""

    @classmethod
    def me(cls) -> "Holder":
        """The calling process."""
        now = time.time()
        return cls(os.getpid(), _process_start(os.getpid()), _boot_id(), now, platform.node(), now)

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
                float(value.get("progress", 0.0)),
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

    def beat(self, progress: float = 0.0) -> bool:
        """Renew the sign of life; False, and nothing is written, when this process no longer holds the lease.

        `progress` is the wall time when something was last done.
        """
        with self._alone():
            holder = self.holder()
            if holder is None and not self.path.exists():
                return False  # released by another thread a moment ago: it must not come back
            if holder is not None and not holder.is_me:
                return False
            write_json(self.path, asdict(replace(Holder.me(), progress=progress)))
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


class Hold:
    """A lease that this process took, kept fresh by a thread of its own for as long as the block lasts.

    However long a single call takes, the holder is seen to live; and it learns when the lease is no longer its own.
    """

    def __init__(self, lease: Lease, *, every_s: float = BEAT_S) -> None:
        self.lease, self._every_s = lease, every_s
        self.progress = self._beaten = time.time()
        """Wall times: when the holder last got something done, as it says itself; and of the last beat."""
        self.is_lost = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="lease", daemon=True)
        self._thread.start()

    def is_ours(self) -> bool:
        """Whether the lease is still this process's; asked before anything is written.

        Looked up anew when the last beat is old: the process, or the whole machine, stood still.
        """
        if abs(time.time() - self._beaten) > STALE_S / 2:
            self._beat()
        return not self.is_lost

    def end(self) -> None:
        """No more beats; the lease is given back, if it is still this process's."""
        self._ended.set()
        self._thread.join()
        if not self.is_lost:
            self.lease.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _beat_on(self) -> None:
        while not self.is_lost and not self._ended.wait(self._every_s):
            self._beat()

    def _beat(self) -> None:
        try:
            if self.lease.beat(self.progress):
                self._beaten = time.time()
            else:
                self.is_lost = True
        except (OSError, StudioError):  # a full disk, or one out of reach for a while, takes no lease away
            self.is_lost = self._is_folder_gone()

    def _is_folder_gone(self) -> bool:
        """Gone for certain; `Path.is_dir` would fail, or say so too, of a disk that is out of reach."""
        try:
            self.lease.path.parent.stat()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return False


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
