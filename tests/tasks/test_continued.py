"""Texts longer than a model reads at once."""

from tokenizers import processors
from worker.tiny_writers import byte_tokenizer

from studio.data.example import Example
from studio.tasks import task_named
from studio.tasks.task import Setup

TEXT = "the quick brown fox jumps over the lazy dog " * 4


def marking():
    """A tokenizer with a mark in front of every text."""
    tokenizer = byte_tokenizer([TEXT] * 10)
    tokenizer.add_special_tokens({"bos_token": "<bos>"})
    mark = ("<bos>", tokenizer.bos_token_id)
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[mark])
    return tokenizer


def test_every_window_begins_with_the_mark_and_every_token_is_learned_once():
    tokenizer = marking()
    example = Example(2, {"text": TEXT}, "")
    features = task_named("language-modeling").encode([example], Setup(tokenizer, (), 16))[0]
    assert len(features) > 2
    assert all(feature["input_ids"][0] == tokenizer.bos_token_id for feature in features)
    assert all(len(feature["input_ids"]) <= 16 for feature in features)
    learned = [label for feature in features for label in feature["labels"] if label != -100]
    assert learned == [*tokenizer(TEXT)["input_ids"][1:], tokenizer.eos_token_id]
    for before, after in zip(features, features[1:], strict=False):
        assert after["input_ids"][1] == before["input_ids"][-1]
        assert after["labels"][:2] == [-100, -100]


def test_the_end_of_a_long_text_is_written_on_behind_the_mark():
    tokenizer = marking()
    task, setup = task_named("language-modeling"), Setup(tokenizer, (), 16, new_tokens=4)
    ((feature,),) = task.encode([Example(2, {"text": TEXT}, None)], setup)
    assert feature["input_ids"] == [tokenizer.bos_token_id, *tokenizer(TEXT)["input_ids"][-11:]]
    ((short,),) = task.encode([Example(2, {"text": "the fox"}, None)], setup)
    assert short["input_ids"] == tokenizer("the fox")["input_ids"]
