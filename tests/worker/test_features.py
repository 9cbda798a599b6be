import numpy as np
import pytest
import torch

from studio.data.example import Example
from studio.errors import StudioError
from studio.models.heads import head_named
from studio.models.load import load_base
from studio.tasks import task_named
from studio.tasks.task import Setup
from studio.worker.features import encode, read_part
from studio.worker.prepare import cut_off
from worker.tiny import rows

TASK = task_named("text-classification")
CPU = torch.device("cpu")


@pytest.fixture
def setup(tiny_model) -> Setup:
    return Setup(load_base(tiny_model)[1], ("account", "billing", "delivery"), 64)


def test_a_batch_is_what_the_tokenizer_would_have_made(setup):
    examples = rows(40)
    encoded, _ = encode(TASK, examples, setup, CPU)
    chosen = np.array([7, 3, 31])
    batch = encoded.batch(chosen)
    theirs = setup.tokenizer([examples[row].inputs["text"] for row in chosen], padding=True, return_tensors="pt")
    assert torch.equal(batch["input_ids"], theirs["input_ids"])
    assert torch.equal(batch["attention_mask"], theirs["attention_mask"])
    assert [setup.labels[number] for number in encoded.labels_of(chosen)] == [examples[row].target for row in chosen]


def test_asked_rows_may_have_labels_nobody_knows(setup):
    strange = [Example(2, {"text": "my card"}, "a label never seen")]
    encoded, features = encode(TASK, strange, setup, CPU, asked=True)
    assert encoded.labels_of(np.array([0])).tolist() == [-100]
    assert "labels" not in features[0][0]


def test_rows_changed_after_the_start_are_refused(new_run):
    run = new_run()
    assert len(read_part(run, "train")) == 96
    data = bytearray(run.part("train").read_bytes())
    data[100] ^= 1
    run.part("train").write_bytes(data)
    with pytest.raises(StudioError, match="train rows of this run cannot be read"):
        read_part(run, "train")


def test_a_text_in_several_windows_is_not_cut_off(setup):
    """Ten windows of one text used to be told as ten texts that were cut off."""
    long = "my card is lost and I want a new one " * 60
    for name, target, counted in (("text-classification", "account", 1), ("token-classification", "[]", 0)):
        task = task_named(name)
        encoded, _ = encode(task, [Example(2, {"text": long}, target)], setup, CPU, head_named(task.head).layout)
        assert encoded.reaching(setup.max_length) >= 1
        assert cut_off(task, encoded, setup.max_length) == counted
