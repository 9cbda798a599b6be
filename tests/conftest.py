"""What tests share: where real data lies, and a data folder of their own."""

from pathlib import Path

import pytest

from studio.rundir import Home

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
"""Real labeled data beside the checkout, where there is some."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").prepare()
