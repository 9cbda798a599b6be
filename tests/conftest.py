"""What tests share: where real data lies, and a data folder of their own."""

import gc
import os
from pathlib import Path

import pytest

# Before torch is loaded, and for every process that tests start: models this small are many times slower with several
# threads, above all where the threads of two test processes wait for each other busily.
os.environ.update({"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"})

from studio.rundir import Home

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
"""Real labeled data beside the checkout, where there is some."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").prepare()


@pytest.fixture(autouse=True, scope="module")
def little_to_search() -> None:
    """What is there already is not searched for garbage again: workers in this process search often, and it grows and grows."""
    gc.collect()
    gc.freeze()
