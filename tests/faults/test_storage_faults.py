"""Every system call of every kind of write, failed in every way: killed, torn, power lost, disk full, input/output error.

A kill is a `BaseException` after which the disk is frozen, so that no cleanup can run: what is left on disk then is
what a real SIGKILL leaves. A power loss moreover empties every file whose content was not synced.
"""

import errno
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.errors import StudioError
from studio.storage import (
    Log,
    Stage,
    copy_file,
    disk,
    problems_of,
    remove_folder,
    sweep,
    write_file,
)

_REAL = disk.Disk()
OLD, NEW = b"old " * 400, b"new! " * 500


class Killed(BaseException):
    """The process is gone: nothing may catch it."""


class FaultyDisk(disk.Disk):
    """Does what a disk does until call number `at`, then fails in the given way."""

    def __init__(self, fault: str, at: int, root: Path) -> None:
        self.fault, self.at, self.root = fault, at, root
        self.calls: list[str] = []
        self.frozen = False
        self.unsynced: dict[int, int] = {}
        """Inode → the size that is safe on disk, for files with content that a power loss would take."""

    @property
    def hit(self) -> bool:
        return len(self.calls) > self.at

    def _call(self, name: str, act: Callable[[], Any], torn: Callable[[], Any] | None = None) -> Any:
        if self.frozen:
            raise Killed
        self.calls.append(name)
        if len(self.calls) - 1 != self.at:
            if self.fault == "full for good" and self.hit and name in ("open", "write", "make_folder"):
                raise OSError(errno.ENOSPC, "No space left on device")
            return act()
        return act() if self.fault == "short" else self._fail(name, act, torn)

    def _fail(self, name: str, act: Callable[[], Any], torn: Callable[[], Any] | None) -> None:
        if self.fault in ("full", "full for good", "broken"):
            if torn is not None:
                torn()
            if name == "remove_tree":
                return  # removes what it can and never fails
            raise OSError(errno.EIO if self.fault == "broken" else errno.ENOSPC, "it failed")
        if self.fault in ("killed after", "power"):
            act()
        elif self.fault == "torn":
            (torn or act)()
        if self.fault == "power":
            self._lose_unsynced()
        self.frozen = True
        raise Killed

    def _lose_unsynced(self) -> None:
        for path in self.root.rglob("*"):
            if path.is_file() and path.stat().st_ino in self.unsynced:
                safe = self.unsynced[path.stat().st_ino]
                os.truncate(path, safe + (path.stat().st_size - safe) // 2)

    def open(self, path: Path, flags: int) -> int:
        return self._call("open", lambda: _REAL.open(path, flags))

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        self.unsynced.setdefault(os.fstat(descriptor).st_ino, os.fstat(descriptor).st_size)
        half = data[: max(1, len(data) // 2)]
        if self.fault == "short":  # not a fault: the system may always write less than asked
            return self._call("write", lambda: _REAL.write(descriptor, half))
        return self._call("write", lambda: _REAL.write(descriptor, data), lambda: _REAL.write(descriptor, half))

    def sync(self, descriptor: int) -> None:
        self._call("sync", lambda: self.unsynced.pop(os.fstat(descriptor).st_ino, None))

    def truncate(self, descriptor: int, size: int) -> None:
        self._call("truncate", lambda: _REAL.truncate(descriptor, size))

    def rename(self, old: Path, new: Path) -> None:
        self._call("rename", lambda: _REAL.rename(old, new))

    def remove(self, path: Path) -> None:
        self._call("remove", lambda: _REAL.remove(path))

    def remove_tree(self, path: Path) -> None:
        def half() -> None:
            for file in sorted(path.rglob("*"))[:1]:
                file.unlink() if file.is_file() else None

        self._call("remove_tree", lambda: _REAL.remove_tree(path), half)

    def make_folder(self, path: Path) -> None:
        self._call("make_folder", lambda: _REAL.make_folder(path))


FAULTS = ("killed before", "killed after", "torn", "power", "full", "full for good", "broken", "short")


def faulted(
    monkeypatch: pytest.MonkeyPatch, root: Path, fault: str, at: int, act: Callable[[], None]
) -> tuple[FaultyDisk, BaseException | None]:
    """Do `act` on a disk that fails at call `at`; what it raised, if anything."""
    faulty = FaultyDisk(fault, at, root)
    with monkeypatch.context() as patch:
        patch.setattr(disk, "DISK", faulty)
        try:
            act()
        except (Killed, OSError, StudioError) as error:
            return faulty, error
    return faulty, None


def every_call(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str, prepare: Callable[[Path], Callable[[], None]]
) -> Any:
    """Yield (folder, faulty disk, error) for N = 0, 1, 2 … until the fault is no longer reached."""
    for at in itertools.count():
        folder = tmp_path / f"{fault}-{at}".replace(" ", "-")
        folder.mkdir()
        faulty, error = faulted(monkeypatch, folder, fault, at, prepare(folder))
        if not faulty.hit:
            assert error is None
            assert at == len(faulty.calls)
            return
        if fault.startswith("full") and error is not None:
            assert isinstance(error, StudioError), faulty.calls
            assert "full" in error.what
        yield folder, faulty, error


def checkpoint(folder: Path, content: bytes) -> None:
    with Stage(folder / "step-10") as stage:
        stage.write("weights/model.safetensors", content)
        stage.write("state.json", b"{}" + content)
        (stage.path / "library.bin").write_bytes(content)  # a library that writes by itself


def content_of(folder: Path) -> bytes | None:
    """What the committed folder holds; None when there is none. Fails when a damaged one has the name."""
    target = folder / "step-10"
    if not target.exists():
        return None
    assert problems_of(target) == []
    found = {(target / name).read_bytes() for name in ("weights/model.safetensors", "library.bin")}
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize("fault", FAULTS)
def test_new_checkpoint_is_whole_or_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str) -> None:
    cases = 0
    for folder, faulty, error in every_call(
        monkeypatch, tmp_path, fault, lambda folder: lambda: checkpoint(folder, NEW)
    ):
        found = content_of(folder)
        assert found in (None, NEW)
        if error is None:
            assert found == NEW
        elif not faulty.frozen:
            assert [path.name for path in folder.iterdir()] in ([], ["step-10"])  # failed, and tidied up
        sweep(folder)
        assert [path.name for path in folder.iterdir()] == (["step-10"] if found else [])
        assert content_of(folder) == found
        checkpoint(folder, NEW)  # and the next attempt works
        assert content_of(folder) == NEW
        cases += 1
    assert cases >= 18


@pytest.mark.parametrize("fault", FAULTS)
def test_replaced_checkpoint_is_the_old_or_the_new(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str) -> None:
    def prepare(folder: Path) -> Callable[[], None]:
        checkpoint(folder, OLD)
        return lambda: checkpoint(folder, NEW)

    for folder, faulty, error in every_call(monkeypatch, tmp_path, fault, prepare):
        if not faulty.frozen:
            assert content_of(folder) in (OLD, NEW)  # a process that lives on puts the name back at once
        if error is None:
            assert content_of(folder) == NEW
        sweep(folder)
        assert content_of(folder) in (OLD, NEW)
        assert [path.name for path in folder.iterdir()] == ["step-10"]


@pytest.mark.parametrize("fault", FAULTS)
def test_removed_folder_is_whole_or_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str) -> None:
    def prepare(folder: Path) -> Callable[[], None]:
        checkpoint(folder, OLD)
        return lambda: remove_folder(folder / "step-10")

    for folder, _faulty, error in every_call(monkeypatch, tmp_path, fault, prepare):
        assert content_of(folder) in (None, OLD)
        sweep(folder)
        assert content_of(folder) in (None, OLD)
        if error is None:
            assert list(folder.iterdir()) == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", ["write", "copy"])
def test_file_is_the_old_or_the_new(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str, way: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(NEW)

    def prepare(folder: Path) -> Callable[[], None]:
        write_file(folder / "file", OLD)
        return lambda: write_file(folder / "file", NEW) if way == "write" else copy_file(source, folder / "file")

    cases = 0
    for folder, faulty, error in every_call(monkeypatch, tmp_path, fault, prepare):
        assert (folder / "file").read_bytes() in (OLD, NEW)
        if error is None:
            assert (folder / "file").read_bytes() == NEW
        if not faulty.frozen and faulty.fault != "broken":
            assert [path.name for path in folder.iterdir()] == ["file"]
        sweep(folder)
        assert [path.name for path in folder.iterdir()] == ["file"]
        cases += 1
    assert cases >= 5


@pytest.mark.parametrize("fault", FAULTS)
def test_log_keeps_whole_lines_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str) -> None:
    said = [b'{"seq": 1}\n', b'{"seq": 2, "long": "' + b"x" * 300 + b'"}\n', b'{"seq": 3}\n']
    acknowledged: list[bytes] = []

    def prepare(folder: Path) -> Callable[[], None]:
        (folder / "events.jsonl").write_bytes(said[0] + b'{"torn')
        acknowledged[:] = said[:1]

        def act() -> None:
            log = Log(folder / "events.jsonl")
            try:
                for line in said[1:]:
                    log.append(line, durable=True)
                    acknowledged.append(line)
            finally:
                log.close()

        return act

    cases = 0
    for folder, _faulty, error in every_call(monkeypatch, tmp_path, fault, prepare):
        log = Log(folder / "events.jsonl")
        log.append(b"next\n", durable=False)
        log.close()
        lines = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
        assert lines[-1] == b"next\n"
        assert lines[: len(acknowledged)] == acknowledged  # nothing that was acknowledged is lost
        assert lines[:-1] == said[: len(lines) - 1]  # and nothing stands there in pieces
        assert error is not None or len(acknowledged) == 3
        cases += 1
    assert cases >= 5


def test_log_goes_on_after_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A failed append that could not even be taken back does not join the next line."""
    log = Log(tmp_path / "events.jsonl")
    log.append(b"one\n", durable=False)

    class Full(disk.Disk):
        def write(self, descriptor: int, data: bytes | memoryview) -> int:
            if len(data) > 2:
                return super().write(descriptor, data[:2])
            raise OSError(errno.ENOSPC, "No space left on device")

        def truncate(self, descriptor: int, size: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "DISK", Full())
        with pytest.raises(StudioError, match="disk is full"):
            log.append(b"two\n", durable=False)
    assert (tmp_path / "events.jsonl").read_bytes() == b"one\ntw"
    log.append(b"three\n", durable=True)
    log.close()
    assert (tmp_path / "events.jsonl").read_bytes() == b"one\nthree\n"


@pytest.mark.parametrize("sabotage", ["no sync", "early rename"])
def test_the_detector_finds_seeded_bugs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sabotage: str) -> None:
    """A checkpoint that is not synced, or named before it is whole, must not pass these tests."""

    def act(folder: Path) -> None:
        if sabotage == "early rename":
            disk.DISK.make_folder(folder / "step-10")
            for name in ("manifest.json", "state.json"):
                disk.write_new(folder / "step-10" / name, b"{}")
        else:
            with monkeypatch.context() as patch:
                patch.setattr(disk, "sync", lambda path: None)
                patch.setattr(FaultyDisk, "sync", lambda self, descriptor: None)
                checkpoint(folder, NEW)

    found = 0
    for folder, _faulty, _error in every_call(monkeypatch, tmp_path, "power", lambda folder: lambda: act(folder)):
        found += (folder / "step-10").exists() and problems_of(folder / "step-10") != []
    assert found > 0
