"""A module of this package asked in a process of its own, where something of a stranger's is at work: no more than so much
time, and never many of them at once."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PACKAGE_PARENT = str(Path(__file__).parents[2])
_AT_ONCE = threading.BoundedSemaphore(2)
"""More would need the memory of all of them."""


def asked(module: str, order: Mapping[str, Any], patience: float, **environment: str) -> Any | None:
    """What the module writes as JSON when it reads the order, which has the time as `began` with it.

    None where it breaks down, or does not end in `patience` seconds on the clock. The module binds itself.
    """
    paths = [_PACKAGE_PARENT, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    with _AT_ONCE:
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", module],
                input=json.dumps({**order, "began": time.time()}).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=patience,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))} | environment,
                check=True,
            )
            return json.loads(done.stdout)
        except (subprocess.SubprocessError, OSError, ValueError):
            return None
