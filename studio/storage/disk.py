"""The system calls that change user data, in one place, so that a test can make any one of them fail."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from studio.errors import StudioError

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

    def remove_tree(self, path: Path) -> None:
        """Remove a folder nobody reads any more, as far as that goes; what stays is swept later."""
        shutil.rmtree(path, ignore_errors=True)

    def make_folder(self, path: Path) -> None:
        """Make a folder, for its owner only."""
        os.mkdir(path, 0o700)  # noqa: PTH102


DISK = Disk()
"""Looked up anew for each call (`disk.DISK`), so that the one put in its place is used everywhere."""


def make_folder(path: Path) -> Path:
    """Make `path` and its parents where they are missing."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):
            DISK.make_folder(folder)
        sync(folder.parent)
    return missing[0] if missing else path


def write_new(path: Path, data: bytes) -> None:
    """A file that was not there before, with its content on disk; its name may not be yet."""
    descriptor = DISK.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        write_all(descriptor, data)
        DISK.sync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """All of `data`, in as many writes as it takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[DISK.write(descriptor, rest[:_CHUNK]) :]


def sync(path: Path) -> None:
    """Wait until the names in a folder, or the content of a file that a library wrote, are on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        DISK.sync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def tidied(unfinished: Path, target: Path) -> Iterator[None]:
    """When the block fails, what it left goes too. Raises: StudioError in place of an error that says the disk is full."""
    try:
        yield
    except BaseException as error:
        with contextlib.suppress(OSError):
            DISK.remove_tree(unfinished) if unfinished.is_dir() else DISK.remove(unfinished)
        refuse_if_full(error, target.name)
        raise


def refuse_if_full(error: BaseException, where: str) -> None:
    """Raises: StudioError when `error` means that the disk is full; else nothing happens."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise StudioError(
            "The disk is full", where=where, fix="Free some space and try again; what was saved before is intact."
        ) from error
