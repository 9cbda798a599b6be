"""Every real file, where there are some, and a few of its variations (`benchmarks/detecting.py` counts all of them)."""

import pytest

from data.detect.answers import FILES
from data.detect.variations import is_right, split_is_right, variations
from data.real import SHARED_DATA
from studio.data.detect import detect
from studio.data.read import read_table

EVERY = 9
"""One of so many variations is tested."""


@pytest.mark.parametrize("name", FILES)
def test_task_and_roles_of_a_real_file(name: str) -> None:
    path, (half, answers) = SHARED_DATA / name, FILES[name]
    if not path.exists():
        pytest.skip("the real file is not beside the checkout")
    wrong = []
    for number, variation in enumerate(variations(read_table(path), half, list(FILES).index(name))):
        if number and (number + len(name)) % EVERY:
            continue
        found = detect(variation.table)
        assert split_is_right(found, variation)
        assert set(variation.extras.values()) <= found.ignored.keys()
        right = is_right(found, variation, answers)
        if number == 0:
            assert right, found
        elif not right:
            wrong.append((variation.kind, found))
    assert len(wrong) <= 1, wrong
    assert all(found.confidence < 0.6 for _, found in wrong), wrong
