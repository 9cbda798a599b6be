"""A file that comes in pieces, over hours if it must: what has come outlives a crash, and only the whole has its name."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from studio.storage import disk

UNFINISHED = ".incomplete"


class Part:
    """The beginning of a file. `target` is its name when it is whole."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(target.name + UNFINISHED)

    @property
    def size(self) -> int:
        """Bytes that have come; -1 where there is no beginning."""
        return self.path.stat().st_size if self.path.is_file() else -1

    @contextlib.contextmanager
    def filling(self, *, anew: bool = False) -> Iterator[Callable[[bytes], None]]:
        """Append pieces with what it gives; `anew` throws away what has come."""
        disk.make_folder(self.target.parent)
        descriptor = disk.DISK.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            if anew:
                disk.DISK.truncate(descriptor, 0)
            yield lambda piece: disk.write_all(descriptor, piece)
        finally:
            os.close(descriptor)

    def drop(self) -> None:
        """Throw away what has come."""
        with contextlib.suppress(FileNotFoundError):
            disk.DISK.remove(self.path)

    def finish(self) -> Path:
        """Give it its name, when every byte is on disk."""
        disk.sync(self.path)
        disk.DISK.rename(self.path, self.target)
        disk.sync(self.target.parent)
        return self.target


def link_or_move(path: Path, place: Path) -> None:
    """A second name for a file where the disk can do that, else another one."""
    disk.make_folder(place.parent)
    try:
        place.hardlink_to(path)
    except OSError:
        disk.DISK.rename(path, place)


def discard(folder: Path) -> None:
    """Remove a folder that nobody needs any more, as far as that goes."""
    disk.DISK.remove_tree(folder)
