import random

import numpy as np
import pytest
import torch
from safetensors import SafetensorError

from studio.errors import StudioError
from studio.worker import checkpoint


def save(folder, step, **changes):
    weights = {"a": torch.full((3, 2), float(step)), "b": torch.arange(4.0)}
    values = {"progress": {"step": step, "note": "ü"}, "weights": weights, "moments": {"a|step": torch.tensor(1.0)}}
    values |= {"best": None, **changes}
    checkpoint.save(folder, step, **values)


def steps_saved(folder):
    return sorted(int(path.name.removeprefix("step-")) for path in folder.glob("step-*"))


def test_what_is_saved_comes_back(tmp_path):
    save(tmp_path, 5, best={"a": torch.zeros(3, 2)})
    found = checkpoint.newest(tmp_path, print)
    assert found is not None
    assert (found.step, found.progress) == (5, {"step": 5, "note": "ü"})
    assert torch.equal(found.weights["a"], torch.full((3, 2), 5.0))
    assert torch.equal(found.moments["a|step"], torch.tensor(1.0))
    assert found.best is not None


def test_the_newest_two_are_kept(tmp_path):
    for step in (1, 2, 3, 10):
        save(tmp_path, step)
    assert steps_saved(tmp_path) == [3, 10]


def test_saving_the_same_step_again_replaces_it(tmp_path):
    save(tmp_path, 2)
    save(tmp_path, 2, progress={"step": 2, "note": "later"})
    found = checkpoint.newest(tmp_path, print)
    assert found is not None
    assert found.progress["note"] == "later"


def test_damaged_ones_are_put_aside_and_told(tmp_path):
    save(tmp_path, 1)
    save(tmp_path, 2)
    (tmp_path / "step-2" / "weights.safetensors").write_bytes(b"nothing")
    said: list[str] = []
    found = checkpoint.newest(tmp_path, said.append)
    assert found is not None
    assert found.step == 1
    assert len(said) == 1
    assert "step 2" in said[0]
    assert steps_saved(tmp_path) == [1]
    assert [path.name.startswith("damaged-step-2") for path in tmp_path.iterdir()].count(True) == 1


def test_nothing_there_is_no_checkpoint(tmp_path):
    assert checkpoint.newest(tmp_path / "missing", print) is None


def test_random_numbers_go_on_where_they_were():
    state = checkpoint.random_state()
    before = torch.rand(3), np.random.rand(3), random.random()
    torch.rand(7), np.random.rand(2), random.random()
    checkpoint.restore_random(state)
    assert torch.equal(torch.rand(3), before[0])
    assert np.array_equal(np.random.rand(3), before[1])
    assert random.random() == before[2]


def test_a_full_disk_is_told_in_words_and_leaves_the_one_before(tmp_path, monkeypatch):
    save(tmp_path, 1)

    def full(*_: object) -> None:
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(StudioError, match="disk is full"):
        save(tmp_path, 2)
    assert steps_saved(tmp_path) == [1]


def test_an_optimizer_goes_on_to_the_bit():
    def steps(model: torch.nn.Module, optimizer: torch.optim.Optimizer, count: int) -> None:
        for number in range(count):
            model(torch.full((2, 4), number + 1.0)).square().sum().backward()
            optimizer.step()
            optimizer.zero_grad()

    torch.manual_seed(0)
    one = torch.nn.Linear(4, 3)
    optimizer = torch.optim.AdamW(one.parameters(), lr=0.1, fused=True)
    steps(one, optimizer, 3)
    other = torch.nn.Linear(4, 3)
    other.load_state_dict(one.state_dict())
    resumed = torch.optim.AdamW(other.parameters(), lr=0.1, fused=True)
    moments = checkpoint.moments_of(optimizer, dict(one.named_parameters()))
    checkpoint.restore_moments(resumed, dict(other.named_parameters()), moments)
    steps(one, optimizer, 3)
    steps(other, resumed, 3)
    assert torch.equal(one.weight, other.weight)
