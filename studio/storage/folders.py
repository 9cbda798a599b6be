"""Committed folders: they have their name only when every byte is on disk and in their manifest."""

import contextlib
import json
import os
import re
import time
from pathlib import Path, PurePosixPath
from typing import Self

import psutil

from studio.storage import disk
from studio.storage.files import sha256

MANIFEST = "manifest.json"


class Stage:
    """A folder in the making: fill it, then leave the block, and it appears under its name, whole and hashed.

    `with Stage(target) as stage: stage.write("a.bin", data)`; leaving the block without an error commits.
    Libraries that write files themselves may write into `stage.path`. A folder of that name is replaced.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f".stage-{target.name}-{os.getpid()}-{time.monotonic_ns()}")

    def __enter__(self) -> Self:
        with disk.tidied(self.path, self.target):
            disk.make_folder(self.path)
        return self

    def write(self, name: str, data: bytes) -> None:
        """One file of the folder, durable. Raises: StudioError when the disk is full."""
        place = self.path / name
        try:
            disk.make_folder(place.parent)
            disk.write_new(place, data)
        except BaseException as error:
            disk.refuse_if_full(error, f"{self.target.name}/{name}")
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is None:
            with disk.tidied(self.path, self.target):
                self._commit()
        else:
            with contextlib.suppress(OSError):
                disk.DISK.remove_tree(self.path)

    def _commit(self) -> None:
        files = {}
        for file in sorted(path for path in self.path.rglob("*") if path.is_file()):
            disk.sync(file)
            files[file.relative_to(self.path).as_posix()] = {"bytes": file.stat().st_size, "sha256": sha256(file)}
        disk.write_new(self.path / MANIFEST, json.dumps({"version": 1, "files": files}, indent=1).encode())
        for folder in [*(path for path in self.path.rglob("*") if path.is_dir()), self.path]:
            disk.sync(folder)
        if self.target.exists():
            self._replace()
        else:
            disk.DISK.rename(self.path, self.target)
            disk.sync(self.target.parent)

    def _replace(self) -> None:
        """Swap the old folder for the new one; between the two renames the old one waits where `sweep` finds it."""
        aside = self.target.with_name(f".aside-{time.time_ns():020d}-{self.target.name}")
        disk.DISK.rename(self.target, aside)
        try:
            disk.DISK.rename(self.path, self.target)
        except BaseException:
            disk.DISK.rename(aside, self.target)
            raise
        disk.sync(self.target.parent)
        disk.DISK.remove_tree(aside)


def remove_folder(path: Path) -> None:
    """Remove a folder so that a crash on the way leaves all of it or none: renamed out of sight first."""
    trash = path.with_name(f".trash-{path.name}-{time.monotonic_ns()}")
    try:
        disk.DISK.rename(path, trash)
        disk.sync(path.parent)
    except OSError as error:
        disk.refuse_if_full(error, path.name)
        raise
    disk.DISK.remove_tree(trash)


def sweep(folder: Path) -> None:
    """Tidy up what interrupted writes left in `folder`: unnamed stages, trash, parts. For its one writer only.

    A committed folder that was being replaced when the power went gets its name back. What another live process has
    in the making (a request that the page is writing) stays.
    """
    for aside in sorted(folder.glob(".aside-*"), reverse=True):  # the newest first: it is the one to restore
        target = folder / aside.name.removeprefix(".aside-").partition("-")[2]
        if target.exists():
            disk.DISK.remove_tree(aside)
        else:
            disk.DISK.rename(aside, target)
    for leftover in folder.glob(".*"):
        if _is_in_the_making(leftover.name):
            continue
        if leftover.name.startswith((".trash-", ".stage-")):
            disk.DISK.remove_tree(leftover)
        elif leftover.name.endswith(".part"):
            with contextlib.suppress(OSError):
                disk.DISK.remove(leftover)


def _is_in_the_making(name: str) -> bool:
    """Whether another live process made it: `.stage-NAME-PROCESS-TIME` or `.NAME.PROCESS.TIME.part`."""
    made = re.fullmatch(r"\.stage-.*-(\d+)-\d+|\..*\.(\d+)\.\d+\.part", name)
    pid = int(made[1] or made[2]) if made else os.getpid()
    return pid != os.getpid() and psutil.pid_exists(pid)


def problems_of(folder: Path) -> list[str]:
    """What differs between a committed folder and its manifest; empty when every byte is as it was.

    Files that came later are no problem: a run folder goes on growing beside its frozen data.
    """
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        expected = {str(name): (int(facts["bytes"]), str(facts["sha256"])) for name, facts in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [f"{MANIFEST} is missing or damaged"]
    if not expected:
        return [f"{MANIFEST} names no file"]
    return [problem for name, facts in expected.items() if (problem := _problem_of(folder, name, *facts))]


def _problem_of(folder: Path, name: str, size: int, digest: str) -> str:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        return f"{name[:80]!r} leads out of the folder"
    file = folder / name
    try:
        if not file.is_file():
            return f"{name} is missing"
        if file.stat().st_size != size:
            return f"{name} has {file.stat().st_size} bytes where {size} were written"
        return "" if sha256(file) == digest else f"{name} differs from what was written"
    except (OSError, ValueError):
        return f"{name} cannot be read"
