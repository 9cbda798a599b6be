"""storage: what the pieces do when nothing fails, damage is found, and leases against real processes."""

import errno
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from studio import storage
from studio.storage import (
    Hold,
    Holder,
    Lease,
    Log,
    Stage,
    disk,
    problems_of,
    remove_folder,
    sweep,
    write_file,
    write_json,
)
from studio.storage import lease as lease_module


def test_make_folder_makes_parents_for_the_owner_only(tmp_path: Path) -> None:
    storage.make_folder(tmp_path / "a" / "b")
    storage.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_written_files_are_for_the_owner_only(tmp_path: Path) -> None:
    write_json(tmp_path / "file.json", {"ä": 1})
    assert json.loads((tmp_path / "file.json").read_text()) == {"ä": 1}
    assert (tmp_path / "file.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "file.json", float("nan"))
    assert json.loads((tmp_path / "file.json").read_text()) == {"ä": 1}


def test_remove_file_says_whether_it_was_there(tmp_path: Path) -> None:
    write_file(tmp_path / "file", b"")
    assert storage.remove_file(tmp_path / "file")
    assert not storage.remove_file(tmp_path / "file")


def test_log_cuts_off_a_torn_tail_of_any_length(tmp_path: Path) -> None:
    file = tmp_path / "log"
    for tail in (b"", b"x", b"x" * 70_000, b"\0" * 200_000):
        file.write_bytes(b"one\n" + tail)
        log = Log(file)
        log.append(b"two\n", durable=True)
        log.close()
        assert file.read_bytes() == b"one\ntwo\n"


def test_stage_gone_when_the_block_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with Stage(tmp_path / "target") as stage:
            stage.write("a", b"a")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_sweep_leaves_what_is_whole(tmp_path: Path) -> None:
    with Stage(tmp_path / "target") as stage:
        stage.write("a", b"a")
    write_file(tmp_path / ".hidden", b"mine")
    (tmp_path / ".stage-other-99999999-2").mkdir()
    (tmp_path / ".trash-other-2").mkdir()
    (tmp_path / ".file.99999999.2.part").write_bytes(b"half")
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "target"]
    assert problems_of(tmp_path / "target") == []


def test_sweep_spares_what_another_live_process_writes(tmp_path: Path) -> None:
    live = os.getppid()
    dead = subprocess.Popen(["true"])
    dead.wait()
    for pid in (live, dead.pid):
        (tmp_path / f".stop.{pid}.2.part").touch()
        (tmp_path / f".stage-step-7-{pid}-2").mkdir()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".stage-step-7-{live}-2", f".stop.{live}.2.part"]


def test_sweep_restores_the_newest_set_aside(tmp_path: Path) -> None:
    for number, content in ((1, b"old"), (2, b"new")):
        with Stage(tmp_path / f".aside-{number:020d}-step-5") as stage:
            stage.write("a", content)
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["step-5"]
    assert (tmp_path / "step-5" / "a").read_bytes() == b"new"


def test_remove_folder(tmp_path: Path) -> None:
    with Stage(tmp_path / "target") as stage:
        stage.write("deep/a", b"a")
    remove_folder(tmp_path / "target")
    assert list(tmp_path.iterdir()) == []


def test_every_kind_of_damage_is_found(tmp_path: Path) -> None:
    """Truncated at every 1 %, random bits flipped, files gone, swapped, or turned into folders; the manifest too."""
    target = tmp_path / "step-1"
    content = {"model.safetensors": os.urandom(5000), "optimizer.safetensors": os.urandom(5000), "state.json": b"{}"}

    def whole() -> None:
        with Stage(target) as stage:
            for name, data in content.items():
                stage.write(name, data)

    whole()
    assert problems_of(target) == []
    dice = random.Random(1)
    for name in (*content, storage.MANIFEST):
        data = (target / name).read_bytes()
        cuts = {len(data) * percent // 100 for percent in range(100)} - {len(data)}
        damaged = [data[:cut] for cut in sorted(cuts)]
        for _ in range(100):
            place = dice.randrange(len(data))
            damaged.append(data[:place] + bytes([data[place] ^ 1 << dice.randrange(8)]) + data[place + 1 :])
        for bad in damaged:
            (target / name).write_bytes(bad)
            if not problems_of(target):  # a flip in the manifest's own white space or version changes nothing
                assert name == storage.MANIFEST
                assert json.loads(bad)["files"] == json.loads(data)["files"]
        (target / name).unlink()
        assert problems_of(target)
        (target / name).mkdir()
        assert problems_of(target)
        (target / name).rmdir()
        whole()
    first, second = target / "model.safetensors", target / "optimizer.safetensors"
    first.rename(tmp_path / "x")
    second.rename(first)
    (tmp_path / "x").rename(second)
    assert len(problems_of(target)) == 2


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"files": []}', '{"files": {}}', '{"files": {"a": 1}}', "[" * 100_000, '{"files": {"a": {}}}']
    + [
        json.dumps({"files": {name: {"bytes": 0, "sha256": "0"}}})
        for name in ("../outside", "/etc/passwd", "a\0b", "a" * 300)
    ],
)
def test_hostile_manifest_is_refused(tmp_path: Path, manifest: str) -> None:
    (tmp_path / storage.MANIFEST).write_text(manifest)
    assert problems_of(tmp_path)


# Leases


HOLD = """
import sys, time
from pathlib import Path
from studio.storage import Lease
print(Lease(Path(sys.argv[1])).acquire(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def lease(tmp_path: Path) -> Lease:
    return Lease(tmp_path / "lease.json")


@pytest.fixture
def other(lease: Lease) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lease."""
    with subprocess.Popen([sys.executable, "-c", HOLD, lease.path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"True\n"
        yield process
        process.kill()


def test_lease_is_taken_renewed_and_given_back(lease: Lease) -> None:
    assert not lease.is_held
    assert lease.acquire()
    assert lease.acquire()  # again by the same process
    holder = lease.holder()
    assert holder is not None
    assert (holder.pid, holder.is_me, holder.is_alive) == (os.getpid(), True, True)
    time.sleep(0.01)
    assert lease.beat()
    renewed = lease.holder()
    assert renewed is not None
    assert renewed.beat > holder.beat
    lease.release()
    assert not lease.is_held
    assert not lease.beat()  # a late beat does not bring it back
    assert lease.holder() is None


def test_live_process_keeps_its_lease(lease: Lease, other: subprocess.Popen[bytes]) -> None:
    assert lease.is_held
    assert not lease.acquire()
    assert not lease.beat()
    lease.release()
    holder = lease.holder()
    assert holder is not None
    assert holder.pid == other.pid


def test_killed_process_loses_its_lease(lease: Lease, other: subprocess.Popen[bytes]) -> None:
    other.kill()
    deadline = time.monotonic() + 5
    while lease.is_held and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not lease.is_held  # a zombie that nobody has waited for yet is dead too
    assert lease.acquire()
    assert lease.is_held


def test_recycled_pid_is_not_the_holder(lease: Lease, other: subprocess.Popen[bytes]) -> None:
    holder = lease.holder()
    assert holder is not None
    for changed in (replace(holder, started="ticks 1"), replace(holder, boot="another boot")):
        write_json(lease.path, asdict(changed))
        assert not lease.is_held
    assert lease.acquire()
    mine = lease.holder()
    assert mine is not None
    assert mine.pid == os.getpid()


def test_own_pid_of_an_earlier_boot_is_not_me(lease: Lease) -> None:
    write_json(lease.path, asdict(replace(Holder.me(), boot="another boot")))
    assert not lease.is_held
    lease.release()
    assert lease.path.exists()  # not ours to give back
    assert lease.acquire()


def test_holder_on_another_machine_is_judged_by_its_beat(lease: Lease) -> None:
    elsewhere = replace(Holder.me(), host="elsewhere", boot="its boot", pid=1)
    write_json(lease.path, asdict(elsewhere))
    assert lease.is_held
    assert not lease.acquire()
    write_json(lease.path, asdict(replace(elsewhere, beat=time.time() - lease_module.STALE_S - 1)))
    assert not lease.is_held
    assert lease.acquire()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"pid": "x"}', b"\xff", b'{"pid": 1}', b"9" * 5000])
def test_damaged_lease_is_free(lease: Lease, content: bytes) -> None:
    lease.path.write_bytes(content)
    assert lease.holder() is None
    assert not lease.is_held
    assert lease.acquire()


RACE = """
import sys, time
from pathlib import Path
from studio.storage import Lease
lease, go = Lease(Path(sys.argv[1])), Path(sys.argv[2])
print("there", flush=True)
while not go.exists():
    pass
print(lease.acquire(), flush=True)
sys.stdin.read()
"""


def test_of_many_at_once_one_wins(lease: Lease, tmp_path: Path) -> None:
    for _ in range(3):
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", RACE, lease.path, tmp_path / "go"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for _ in range(4)
        ]
        try:
            outs = [racer.stdout for racer in racers]
            assert all(out is not None and out.readline() == b"there\n" for out in outs)
            (tmp_path / "go").touch()
            answers = [out.readline() for out in outs if out is not None]
            assert sorted(answers) == [b"False\n"] * 3 + [b"True\n"]
        finally:
            for racer in racers:
                racer.kill()
                racer.communicate()
        (tmp_path / "go").unlink()


def test_beats_from_a_thread_do_not_outlive_the_release(lease: Lease) -> None:
    assert lease.acquire()
    going = threading.Event()

    def beating() -> None:
        while not going.is_set():
            lease.beat()

    thread = threading.Thread(target=beating)
    thread.start()
    time.sleep(0.05)
    lease.release()
    time.sleep(0.05)
    going.set()
    thread.join()
    assert not lease.path.exists()


# Holds


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline, "it never became so"
        time.sleep(0.005)


def beat_of(lease: Lease) -> float:
    holder = lease.holder()
    assert holder is not None
    return holder.beat


def elsewhere() -> dict[str, object]:
    """A live holder on another machine."""
    return asdict(replace(Holder.me(), host="elsewhere", boot="its boot", pid=1))


def test_a_hold_beats_by_itself_and_tells_the_progress(lease: Lease) -> None:
    assert lease.acquire()
    begun = beat_of(lease)
    with Hold(lease, every_s=0.01) as hold:
        until(lambda: beat_of(lease) > begun)
        hold.progress = 123.0
        until(lambda: (holder := lease.holder()) is not None and holder.progress == 123.0)
        assert hold.is_ours()
    assert not lease.path.exists()
    assert not hold._thread.is_alive()


def test_a_hold_that_lost_its_lease_says_so_and_leaves_it_alone(lease: Lease) -> None:
    assert lease.acquire()
    with Hold(lease, every_s=0.01) as hold:
        with lease._alone():
            write_json(lease.path, elsewhere())
        until(lambda: hold.is_lost)
        assert not hold.is_ours()
    holder = lease.holder()
    assert holder is not None
    assert holder.host == "elsewhere"


def test_who_stood_still_looks_before_it_goes_on(lease: Lease) -> None:
    """As a machine that slept: others took the lease meanwhile, and no beat has noticed yet."""
    assert lease.acquire()
    with Hold(lease, every_s=3600) as hold:
        write_json(lease.path, elsewhere())
        assert hold.is_ours()  # the last beat was just now
        hold._beaten -= lease_module.STALE_S
        assert not hold.is_ours()


def test_a_full_disk_takes_no_lease_away(lease: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(disk.Disk):
        tried = 0

        def write(self, descriptor: int, data: bytes | memoryview) -> int:
            self.tried += 1
            raise OSError(errno.ENOSPC, "No space left on device")

    assert lease.acquire()
    with Hold(lease, every_s=0.01) as hold:
        with monkeypatch.context() as patch:
            patch.setattr(disk, "DISK", full := Full())
            until(lambda: full.tried > 2)
        assert hold.is_ours()
        now = time.time()
        until(lambda: beat_of(lease) > now)


def test_a_hold_on_a_folder_that_is_gone_is_lost(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    lease = Lease(tmp_path / "run" / "lease.json")
    assert lease.acquire()
    with Hold(lease, every_s=0.01) as hold:
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        until(lambda: hold.is_lost)
    assert not (tmp_path / "run").exists()
