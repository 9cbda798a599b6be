"""Spares: warm processes, and that none outlives its server."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from studio.errors import StudioError
from studio.jobs import spare as spare_module
from studio.jobs.launch import LOCAL, worker_environment
from studio.jobs.spare import Spare, Spares
from studio.rundir import RunDir

from .conftest import FakeLauncher, until


@pytest.fixture
def spares(launcher: FakeLauncher) -> Iterator[Spares]:
    spares = Spares(launcher=launcher, rest_s=0.3)
    yield spares
    spares.close()


def warm(spares: Spares) -> Spare:
    spares.keep()
    assert spares._warm is not None
    return spares._warm


def test_one_is_warmed_taken_and_replaced_after_a_rest(spares: Spares) -> None:
    assert spares.take_ready() is None
    first = warm(spares)
    until(lambda: first.is_ready)
    assert spares.take_ready() is first
    spares.keep()
    assert spares._warm is None  # it rests
    time.sleep(0.35)
    second = warm(spares)
    assert second is not first
    first.end()


def test_one_that_still_warms_is_taken_all_the_same(spares: Spares) -> None:
    first = warm(spares)
    assert spares.take() is first
    fresh = spares.take()
    assert fresh.is_alive
    for spare in (first, fresh):
        spare.end()
        assert not spare.is_alive


@pytest.mark.parametrize("how", ["setting", "parameter"])
def test_turned_off(monkeypatch: pytest.MonkeyPatch, launcher: FakeLauncher, how: str) -> None:
    if how == "setting":
        monkeypatch.setenv("STUDIO_SPARE", "0")
    spares = Spares(enabled=how == "setting", launcher=launcher)
    spares.keep()
    assert spares._warm is None
    spare = spares.take()  # what is needed is started all the same
    spare.end()
    spares.close()


def test_close_ends_it(spares: Spares) -> None:
    process = warm(spares).process
    spares.close()
    assert process.poll() is not None
    spares.keep()
    assert spares._warm is None


def test_it_dies_with_its_server(launcher: FakeLauncher, tmp_path: Path) -> None:
    """The server is killed, so that nothing can be closed by it; the spare reads the end of its input."""
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from jobs.conftest import FakeLauncher; from studio.jobs.spare import Spares\n"
        "spares = Spares(launcher=FakeLauncher()); spares.keep()\n"
        "while not spares._warm.is_ready: time.sleep(0.01)\n"
        "sys.stdout.write(f'{spares._warm.process.pid}\\n'); sys.stdout.flush(); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(Path(__file__).parents[1])], stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        spare = psutil.Process(int(server.stdout.readline()))
        server.kill()
    until(lambda: not spare.is_running() or spare.status() == psutil.STATUS_ZOMBIE, 5)


def test_one_that_dies_is_not_tried_again_at_once(spares: Spares, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare_module, "DISCOURAGED_S", 0.5)
    spare = warm(spares)
    spare.process.kill()
    spare.process.wait()
    spares.keep()
    assert spares._warm is None
    spares.keep()
    assert spares._warm is None
    time.sleep(0.55)
    assert warm(spares).is_alive


def test_complaint_of_one_that_died() -> None:
    class Broken(FakeLauncher):
        def spare_command(self) -> list[str]:
            return [sys.executable, "-c", "import sys; sys.exit('no torch here')"]

    spare = Spare(Broken())
    spare.process.wait()
    assert spare.complaint() == "no torch here"
    with pytest.raises(EOFError):
        spare.receive(5)
    spare.end()


def test_no_process_can_be_started() -> None:
    class Nowhere(FakeLauncher):
        def spare_command(self) -> list[str]:
            return ["/nowhere/python"]

    spares = Spares(launcher=Nowhere())
    with pytest.raises(StudioError, match="could not be started"):
        spares.take()
    spares.keep()
    assert spares._warm is None


def test_waits_have_an_end(launcher: FakeLauncher) -> None:
    class Deaf(FakeLauncher):
        def spare_command(self) -> list[str]:
            return [sys.executable, "-c", "import time; time.sleep(60)"]

    spare = Spare(Deaf())
    with pytest.raises(TimeoutError):
        spare.receive(0.1)
    with pytest.raises(TimeoutError):
        spare.send(b"x" * 1_000_000, 0.1)
    spare.process.kill()
    spare.end()


def test_no_secret_reaches_a_worker(monkeypatch: pytest.MonkeyPatch, make_run: Callable[..., RunDir]) -> None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "STUDIO_AUTH", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "canary")
    environment = worker_environment()
    assert "canary" not in environment.values()
    assert environment["TOKENIZERS_PARALLELISM"] == "false"
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment["PATH"] == os.environ["PATH"]


def test_the_command_ends_in_the_run(tmp_path: Path) -> None:
    assert LOCAL.command(tmp_path)[-1] == str(tmp_path)
    assert LOCAL.command(tmp_path)[-3:-1] == ["-m", "studio.worker"]
    assert LOCAL.spare_command()[-1] == "--wait"
