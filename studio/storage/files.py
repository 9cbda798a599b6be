"""Single files: replaced atomically, copied, removed, appended to line by line."""

import contextlib
import hashlib
import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

from typing_extensions import override

from studio.storage import disk

_CHUNK = 1 << 20


def write_file(path: Path, data: bytes) -> None:
    """Replace `path` atomically and durably. Raises: StudioError when the disk is full."""
    beside = _beside(path)
    with disk.tidied(beside, path):
        disk.write_new(beside, data)
        disk.DISK.rename(beside, path)
        disk.sync(path.parent)


def write_json(path: Path, value: Any) -> None:
    """`write_file` for anything JSON can hold; refuses NaN, which JSON cannot."""
    write_file(path, json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode())


def copy_file(source: Path, target: Path) -> None:
    """Copy a file of any size into the data folder, atomically and durably."""
    beside = _beside(target)
    with disk.tidied(beside, target):
        descriptor = disk.DISK.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            with source.open("rb") as readable:
                while chunk := readable.read(_CHUNK):
                    disk.write_all(descriptor, chunk)
            disk.DISK.sync(descriptor)
        finally:
            os.close(descriptor)
        disk.DISK.rename(beside, target)
        disk.sync(target.parent)


def write_with(path: Path, fill: Callable[[BinaryIO], None]) -> None:
    """`write_file` for content too large for memory: `fill` writes it into a file that can also seek, as zip needs.

    Raises: StudioError when the disk is full, and what `fill` raises; then the old file is as it was.
    """
    beside = _beside(path)
    with disk.tidied(beside, path):
        with io.BufferedWriter(_Growing(beside), _CHUNK) as file:
            fill(cast(BinaryIO, file))
            file.flush()
            disk.DISK.sync(file.fileno())
        disk.DISK.rename(beside, path)
        disk.sync(path.parent)


class _Growing(io.RawIOBase):
    """A new file whose every byte goes through `DISK`."""

    def __init__(self, path: Path) -> None:
        self._descriptor = disk.DISK.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)

    @override
    def write(self, data: Any) -> int:
        return disk.DISK.write(self._descriptor, data)

    @override
    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return os.lseek(self._descriptor, offset, whence)

    @override
    def seekable(self) -> bool:
        return True

    @override
    def writable(self) -> bool:
        return True

    @override
    def fileno(self) -> int:
        return self._descriptor

    @override
    def close(self) -> None:
        if not self.closed:
            super().close()
            os.close(self._descriptor)


def remove_file(path: Path) -> bool:
    """Remove a file; False when it was not there."""
    try:
        disk.DISK.remove(path)
    except FileNotFoundError:
        return False
    return True


def open_output(path: Path) -> int:
    """A descriptor for a process's output, appended to what is there; for people, so neither durable nor whole."""
    return disk.DISK.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as readable:
        return hashlib.file_digest(readable, "sha256").hexdigest()


class Log:
    """An append-only file of lines with one writer. Opening it cuts off a torn last line."""

    def __init__(self, path: Path) -> None:
        is_new = not path.exists()
        self._name = path.name
        self._descriptor = -1
        try:
            self._descriptor = disk.DISK.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            if is_new:
                disk.sync(path.parent)  # a durable line in a file without a name would be lost all the same
            self._end = _end_of_last_line(path, os.fstat(self._descriptor).st_size)
            self._cut()
        except BaseException as error:
            self.close()
            disk.refuse_if_full(error, path.name)
            raise

    def append(self, line: bytes, *, durable: bool) -> None:
        """Add one line (with its newline); `durable` waits for the disk. After an error the line is not there.

        Raises: StudioError when the disk is full.
        """
        self._cut()  # what an earlier failure could not take back must not join this line
        try:
            disk.write_all(self._descriptor, line)
            if durable:
                disk.DISK.sync(self._descriptor)
        except BaseException as error:
            with contextlib.suppress(OSError):
                self._cut()
            disk.refuse_if_full(error, self._name)
            raise
        self._end += len(line)

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def _cut(self) -> None:
        """Take back what stands after the last whole line."""
        if os.fstat(self._descriptor).st_size > self._end:
            disk.DISK.truncate(self._descriptor, self._end)


def _beside(path: Path) -> Path:
    """Where the new content of `path` grows until it is whole; `sweep` knows the form."""
    return path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}.part")


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
