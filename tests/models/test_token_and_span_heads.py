"""The loss is that of transformers' own models with the same weights, on the same batch."""

import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering, BertForTokenClassification

from studio.models.heads import HeadFacts, Wearing, head_files, head_from, head_named

LABELS = ("loc", "org", "per")
CONFIG = BertConfig(
    vocab_size=50,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=64,
    max_position_embeddings=64,
    num_labels=7,
)


def facts(kind):
    return HeadFacts(kind, "mean", True, 16.0, LABELS, 64, "some-task")


def batch(rows=5, longest=17, seed=3):
    torch.manual_seed(seed)
    lengths = torch.randint(6, longest + 1, (rows,))
    lengths[0] = longest
    mask = (torch.arange(longest) < lengths[:, None]).long()
    return {
        "input_ids": torch.randint(5, 50, (rows, longest)) * mask,
        "attention_mask": mask,
        "token_type_ids": (torch.arange(longest) >= 4).long() * mask,
    }, lengths


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_token_heads_loss_is_that_of_transformers(smoothing):
    torch.manual_seed(1)
    theirs = BertForTokenClassification(CONFIG).train(False)
    head = head_named("token")(32, facts("token"), label_smoothing=smoothing)
    head.put(theirs.classifier.weight, theirs.classifier.bias)
    model = Wearing(theirs.bert, head).train(False)
    inputs, _ = batch()
    labels = torch.where(
        (torch.rand(5, 17) < 0.6) & (inputs["attention_mask"] == 1), torch.randint(0, 7, (5, 17)), torch.tensor(-100)
    )
    total, units = model.loss(model(**inputs), labels)
    assert units == int((labels != -100).sum())
    if not smoothing:
        assert (total / units).item() == pytest.approx(theirs(**inputs, labels=labels).loss.item(), abs=1e-5)
    logits = theirs(**inputs).logits
    plain = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)(logits.flatten(0, 1), labels.flatten())
    assert (total / units).item() == pytest.approx(plain.item(), abs=1e-5)


def test_the_span_heads_loss_is_that_of_transformers_over_the_context():
    torch.manual_seed(2)
    config = BertConfig(**CONFIG.to_diff_dict() | {"num_labels": 2})
    theirs = BertForQuestionAnswering(config).train(False)
    head = head_named("span")(32, facts("span"))
    head.put(theirs.qa_outputs.weight, theirs.qa_outputs.bias)
    model = Wearing(theirs.bert, head).train(False)
    inputs, _ = batch()
    everywhere = torch.ones_like(inputs["input_ids"])
    labels = torch.tensor([[5, 5], [0, 0], [4, 5], [3, 4], [1, 5]])
    total, rows = model.loss(model(**inputs, answerable=everywhere), labels)
    assert rows == 5
    plain = theirs(**inputs, start_positions=labels[:, 0], end_positions=labels[:, 1]).loss
    assert (total / rows).item() == pytest.approx(plain.item(), abs=1e-5)

    context = inputs["token_type_ids"].clone()
    context[:, 0] = 1
    labels = torch.tensor([[5, 5], [0, 0], [4, 5], [4, 4], [5, 5]])
    total, rows = model.loss(model(**inputs, answerable=context), labels)
    found = theirs(**inputs)
    masked = [logits.masked_fill(context == 0, -1e9) for logits in (found.start_logits, found.end_logits)]
    each = [torch.nn.functional.cross_entropy(one, labels[:, side]) for side, one in enumerate(masked)]
    assert (total / rows).item() == pytest.approx((sum(each) / 2).item(), abs=1e-5)


@pytest.mark.parametrize("kind", ["token", "span"])
def test_what_belongs_to_padding_is_cut_off(kind):
    head = head_named(kind)(8, facts(kind)).train(False)
    width = 8 + (kind == "span")
    with torch.no_grad():
        arrays = head.cut(head(torch.randn(3, 9, width)), torch.tensor([9, 4, 6]).numpy())
    assert [array.shape[0] for array in arrays] == [9, 4, 6]
    assert {array.shape[1] for array in arrays} == {7 if kind == "token" else 2}


def test_only_what_is_learned_is_fitted():
    seen, labels = torch.randn(2, 3, 8), torch.tensor([[1, -100, 0], [-100, -100, 2]])
    vectors, said = head_named("token")(8, facts("token")).units(seen, labels)
    assert said.tolist() == [1, 0, 2]
    assert torch.equal(vectors, torch.stack([seen[0, 0], seen[0, 2], seen[1, 2]]))

    answerable = torch.tensor([[1.0] * 6, [1.0, 0, 0, 1, 1, 1]]).unsqueeze(-1)
    seen = torch.cat([torch.randn(2, 6, 8), answerable], -1)
    vectors, said = head_named("span")(8, facts("span")).units(seen, torch.tensor([[2, 3], [-100, -100]]))
    assert said.tolist() == [[0, 0], [1, 0], [0, 1], [0, 0]]  # of the first row: two that point, and every fourth other
    assert torch.equal(vectors, seen[0, [0, 2, 3, 4], :8])


@pytest.mark.parametrize("kind", ["token", "span"])
def test_a_head_comes_back_from_its_files(tmp_path, kind):
    head = head_named(kind)(8, facts(kind))
    for name, data in head_files(head):
        (tmp_path / name).write_bytes(data)
    again = head_from(tmp_path)
    assert again.facts == facts(kind)
    assert torch.equal(again.linear.weight, head.linear.weight)
