import json

import pytest
import torch

from studio.errors import StudioError
from studio.models.heads import HeadFacts, SequenceHead, head_files, head_from

FACTS = HeadFacts("sequence", "mean", True, 16.0, ("no", "yes"), 64, "text-classification")


def test_pooling_leaves_padding_out():
    head = SequenceHead(3, FACTS)
    hidden = torch.tensor([[[3.0, 0, 0], [0, 4.0, 0], [99.0, 99, 99]]])
    pooled = head.pool(hidden, torch.tensor([[1, 1, 0]]))
    expected = torch.tensor([[1.5, 2.0, 0.0]]) / 2.5 * 16
    torch.testing.assert_close(pooled, expected)


def test_the_first_token_where_the_model_was_made_for_it():
    facts = HeadFacts("sequence", "first", False, 1.0, ("no", "yes"), 64, "text-classification")
    hidden = torch.randn(2, 4, 3)
    assert torch.equal(SequenceHead(3, facts).pool(hidden, torch.ones(2, 4)), hidden[:, 0])


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_last_real_token_wherever_the_padding_is(side):
    facts = HeadFacts("sequence", "last", True, 16.0, ("no", "yes"), 64, "text-classification")
    rows = [[[1.0, 0, 0], [3.0, 0, 4.0]], [[0, 2.0, 0]], [[0, 0, 1.0], [1.0, 1.0, 1.0], [0, 6.0, 8.0]]]
    filler, hidden, mask = [99.0, 99, 99], [], []
    for row in rows:
        fill = 3 - len(row)
        hidden.append(row + [filler] * fill if side == "right" else [filler] * fill + row)
        mask.append([1] * len(row) + [0] * fill if side == "right" else [0] * fill + [1] * len(row))
    pooled = SequenceHead(3, facts).pool(torch.tensor(hidden), torch.tensor(mask))
    expected = torch.tensor([[0.6, 0, 0.8], [0, 1.0, 0], [0, 0.6, 0.8]]) * 16
    torch.testing.assert_close(pooled, expected)


def test_sums_of_loss_add_up_over_parts_of_a_batch():
    head = SequenceHead(3, FACTS, label_smoothing=0.1)
    logits, labels = torch.randn(7, 2), torch.randint(0, 2, (7,))
    whole, count = head.loss(logits, labels)
    parts = [head.loss(logits[part], labels[part]) for part in (slice(0, 2), slice(2, 7))]
    assert count == 7 == sum(number for _, number in parts)
    torch.testing.assert_close(whole, parts[0][0] + parts[1][0])
    mean = torch.nn.CrossEntropyLoss(label_smoothing=0.1)(logits, labels)
    torch.testing.assert_close(whole / 7, mean)


def test_a_head_comes_back_from_its_files(tmp_path):
    head = SequenceHead(5, FACTS)
    for name, data in head_files(head):
        (tmp_path / name).write_bytes(data)
    again = head_from(tmp_path)
    assert again.facts == FACTS
    assert torch.equal(again.linear.weight, head.linear.weight)
    assert json.loads((tmp_path / "head.json").read_text())["labels"] == ["no", "yes"]


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"kind": 1}', b"\xff"])
def test_a_damaged_head_is_told_in_words(tmp_path, damage):
    for name, data in head_files(SequenceHead(5, FACTS)):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "head.json").write_bytes(damage)
    with pytest.raises(StudioError, match="head cannot be read"):
        head_from(tmp_path)
