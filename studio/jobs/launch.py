"""How a worker is started: a run folder becomes a command. One machine, many graphics cards, a cluster differ by this alone."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import studio
from studio import storage

_PACKAGE_PARENT = str(Path(studio.__file__).resolve().parents[1])
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL|AUTH", re.IGNORECASE)


class Launcher(Protocol):
    """Turns a run folder into the command line of its worker; the command ends in that folder."""

    def command(self, run: Path) -> list[str]:
        """Trains the run, or goes on with it."""

    def spare_command(self) -> list[str]:
        """Imports everything, says `ready`, and waits for one line with a duty."""

    def environment(self) -> dict[str, str]:
        """The worker's whole environment."""


class Local:
    """Workers are processes of this machine."""

    def command(self, run: Path) -> list[str]:
        """`python -m studio.worker RUN_DIR`."""
        return [*_python(), str(run)]

    def spare_command(self) -> list[str]:
        """`python -m studio.worker --wait`."""
        return [*_python(), "--wait"]

    def environment(self) -> dict[str, str]:
        """This process's own, without anything that looks like a secret, and with what training wants."""
        return worker_environment()


LOCAL: Launcher = Local()


def worker_environment() -> dict[str, str]:
    """What every process that holds a model gets: no secrets, no way to the Hub, no busy waiting."""
    kept = {name: value for name, value in os.environ.items() if not _SECRET.search(name)}
    paths = [_PACKAGE_PARENT, *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
    return kept | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "PYTHONUNBUFFERED": "1",
        "OMP_WAIT_POLICY": "PASSIVE",  # waiting threads that spin cost a factor of 20 when someone else wants a core
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def start_worker(launcher: Launcher, run: Path, log: Path) -> subprocess.Popen[bytes]:
    """A worker for that run, in a session of its own so that it outlives this process; its output goes to `log`.

    Raises: OSError when the system refuses.
    """
    output = storage.open_output(log)
    try:
        return subprocess.Popen(
            launcher.command(run),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=launcher.environment(),
            start_new_session=True,
        )
    finally:
        os.close(output)


def _python() -> list[str]:
    return [sys.executable, "-P", "-m", "studio.worker"]  # -P: nothing is imported from the current folder
