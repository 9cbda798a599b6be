"""The only file that writes user data: atomic replace, durable append, committed folders, leases.

Every system call that changes the disk goes through `DISK`, so that a test can make any one of them fail
(killed before, killed after, torn, disk full) and look at what is left. What is promised:

- a file written by `write_file` is the old one or the new one, never a mixture;
- a line appended to a `Log` is there whole or not at all, and a torn tail never joins the next line;
- a folder made by `Stage` has its name only when every byte of it is on disk and in its manifest.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from studio.errors import StudioError

MANIFEST = "manifest.json"
_CHUNK = 1 << 20


class Disk:
    """The system calls that change user data. Tests put a failing one in its place."""

    def open(self, path: Path, flags: int) -> int:
        """A file descriptor; new files are for their owner only."""
        return os.open(path, flags | os.O_CLOEXEC, 0o600)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Bytes written, possibly fewer than given."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Wait until what was written is on disk."""
        os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file to `size` bytes."""
        os.ftruncate(descriptor, size)

    def rename(self, old: Path, new: Path) -> None:
        """Atomically give `old` the name `new`."""
        os.replace(old, new)  # noqa: PTH105 - one layer, one spelling

    def remove(self, path: Path) -> None:
        """Remove one file."""
        os.unlink(path)  # noqa: PTH108

    def make_folder(self, path: Path) -> None:
        """Make a folder, for its owner only."""
        os.mkdir(path, 0o700)  # noqa: PTH102


DISK = Disk()


def make_folder(path: Path) -> Path:
    """Make `path` and its parents where they are missing."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):
            DISK.make_folder(folder)
        _sync_folder(folder.parent)
    return missing[0] if missing else path


def write_file(path: Path, data: bytes) -> None:
    """Replace `path` atomically and durably. Raises: StudioError when the disk is full."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}.part")
    try:
        _write_new(beside, data)
        DISK.rename(beside, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(beside)  # noqa: PTH108 - tidying after a failure must not fail again
        raise _in_words(error, path) from error
    _sync_folder(path.parent)


def write_json(path: Path, value: Any) -> None:
    """`write_file` for anything JSON can hold; refuses NaN, which JSON cannot."""
    write_file(path, json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode())


def copy_file(source: Path, target: Path) -> None:
    """Copy a file of any size into the data folder, atomically and durably."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.{time.monotonic_ns()}.part")
    try:
        descriptor = DISK.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            with source.open("rb") as readable:
                while chunk := readable.read(_CHUNK):
                    _write_all(descriptor, chunk)
            DISK.sync(descriptor)
        finally:
            os.close(descriptor)
        DISK.rename(beside, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(beside)  # noqa: PTH108
        raise _in_words(error, target) from error
    _sync_folder(target.parent)


def remove_file(path: Path) -> bool:
    """Remove a file; False when it was not there."""
    try:
        DISK.remove(path)
    except FileNotFoundError:
        return False
    return True


def remove_folder(path: Path) -> None:
    """Remove a folder so that a crash on the way leaves all of it or none: renamed out of sight first."""
    trash = path.with_name(f".trash-{path.name}-{time.monotonic_ns()}")
    DISK.rename(path, trash)
    _sync_folder(path.parent)
    shutil.rmtree(trash, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what interrupted writes left in `folder`: unnamed stages, trash, parts. Call only while nobody writes."""
    for leftover in folder.glob(".*"):
        if leftover.name.startswith((".trash-", ".stage-")):
            shutil.rmtree(leftover, ignore_errors=True)
        elif leftover.name.endswith(".part"):
            with contextlib.suppress(OSError):
                leftover.unlink()


class Log:
    """An append-only file of lines with one writer. Opening it cuts off a torn last line."""

    def __init__(self, path: Path) -> None:
        self._descriptor = DISK.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        size = os.fstat(self._descriptor).st_size
        whole = _end_of_last_line(path, size)
        if whole != size:
            DISK.truncate(self._descriptor, whole)
        self._end = whole

    def append(self, line: bytes, *, durable: bool) -> None:
        """Add one line (with its newline); `durable` waits for the disk. A failed append leaves no half line."""
        try:
            _write_all(self._descriptor, line)
        except BaseException as error:
            with contextlib.suppress(OSError):
                DISK.truncate(self._descriptor, self._end)
            raise _in_words(error, None) from error
        self._end += len(line)
        if durable:
            DISK.sync(self._descriptor)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


class Stage:
    """A folder in the making: fill it, then `commit`, and it appears under its name, whole and hashed.

    `with Stage(target) as stage: stage.write("a.bin", data)`; leaving the block without an error commits.
    Libraries that write files themselves may write into `stage.path`.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f".stage-{target.name}-{os.getpid()}-{time.monotonic_ns()}")

    def __enter__(self) -> Self:
        make_folder(self.path)
        return self

    def write(self, name: str, data: bytes) -> None:
        """One file of the folder, durable."""
        place = self.path / name
        make_folder(place.parent)
        try:
            _write_new(place, data)
        except BaseException as error:
            raise _in_words(error, self.target / name) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is None:
            try:
                self._commit()
            except BaseException as problem:
                shutil.rmtree(self.path, ignore_errors=True)
                raise _in_words(problem, self.target) from problem
        else:
            shutil.rmtree(self.path, ignore_errors=True)

    def _commit(self) -> None:
        files = {}
        for file in sorted(path for path in self.path.rglob("*") if path.is_file()):
            descriptor = os.open(file, os.O_RDONLY)
            try:
                DISK.sync(descriptor)
            finally:
                os.close(descriptor)
            files[file.relative_to(self.path).as_posix()] = {
                "bytes": file.stat().st_size,
                "sha256": sha256(file),
            }
        _write_new(self.path / MANIFEST, json.dumps({"version": 1, "files": files}, indent=1).encode())
        for folder in [*(path for path in self.path.rglob("*") if path.is_dir()), self.path]:
            _sync_folder(folder)
        if self.target.exists():
            remove_folder(self.target)
        DISK.rename(self.path, self.target)
        _sync_folder(self.target.parent)


def problems_of(folder: Path) -> list[str]:
    """What differs between a committed folder and its manifest; empty when every byte is as it was."""
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        expected = {str(name): (int(facts["bytes"]), str(facts["sha256"])) for name, facts in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [f"{MANIFEST} is missing or damaged"]
    problems = []
    for name, (size, digest) in expected.items():
        file = folder / name
        if not file.is_file():
            problems.append(f"{name} is missing")
        elif file.stat().st_size != size:
            problems.append(f"{name} has {file.stat().st_size} bytes where {size} were written")
        elif sha256(file) != digest:
            problems.append(f"{name} differs from what was written")
    return problems


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as readable:
        return hashlib.file_digest(readable, "sha256").hexdigest()


@dataclass(frozen=True)
class Holder:
    """Who holds a lease: a process, told apart from a later one with the same number by start time and boot."""

    pid: int
    started: str
    boot: str
    beat: float
    """Wall time of the last sign of life, seconds since 1970. For people; liveness is asked of the system."""

    @classmethod
    def me(cls) -> "Holder":
        """The calling process."""
        return cls(os.getpid(), _process_start(os.getpid()), _boot_id(), time.time())

    @property
    def is_alive(self) -> bool:
        """Whether that very process still runs on this machine."""
        return bool(self.started) and self.boot == _boot_id() and _process_start(self.pid) == self.started


class Lease:
    """The right to be the one writer of a folder, held by a live process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holder(self) -> Holder | None:
        """Who holds it, alive or not; None when nobody does or the file is damaged."""
        try:
            value = json.loads(self.path.read_bytes())
            return Holder(int(value["pid"]), str(value["started"]), str(value["boot"]), float(value["beat"]))
        except (OSError, ValueError, KeyError, TypeError):
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
            if holder is not None and holder.is_alive and holder.pid != os.getpid():
                return False
            write_json(self.path, asdict(Holder.me()))
            return True

    def beat(self) -> None:
        """Renew the sign of life."""
        write_json(self.path, asdict(Holder.me()))

    def release(self) -> None:
        """Give it back, if it is this process's."""
        with self._alone():
            holder = self.holder()
            if holder is not None and holder.pid == os.getpid():
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


def _write_new(path: Path, data: bytes) -> None:
    descriptor = DISK.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        _write_all(descriptor, data)
        DISK.sync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[DISK.write(descriptor, rest[:_CHUNK]) :]


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        DISK.sync(descriptor)
    finally:
        os.close(descriptor)


def _end_of_last_line(path: Path, size: int) -> int:
    with path.open("rb") as readable:
        while size > 0:
            start = max(0, size - 65536)
            readable.seek(start)
            found = readable.read(size - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            size = start
    return 0


def _in_words(error: BaseException, path: Path | None) -> BaseException:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = path.name if path else "the run's log"
        return StudioError(
            "The disk is full",
            where=where,
            fix="Free some space and try again; what was saved before is intact.",
        )
    return error
