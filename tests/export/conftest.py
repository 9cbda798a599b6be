from pathlib import Path

import pytest

from studio.rundir import Home, RunDir

from .finished import make_finished_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    return make_finished_run(Home(tmp_path_factory.mktemp("home")).prepare())


@pytest.fixture
def fresh(tmp_path: Path) -> RunDir:
    """One that a test may damage."""
    return make_finished_run(Home(tmp_path / "home").prepare())
