"""What tasks share that read a text, or two: checked inputs, and both texts as one piece for the model."""

from collections.abc import Sequence
from typing import Any

from studio.data.example import Example
from studio.errors import StudioError
from studio.tasks.task import Feature, Setup

SECOND = "text_pair"
"""The role of the second text."""


def refuse_blank(inputs: dict[str, str], row: int) -> None:
    """Raises: StudioError for the first text that is empty."""
    for role, text in inputs.items():
        if not text.strip():
            which = "second text" if role == SECOND else "text"
            raise StudioError(f"The {which} is empty", where=f"row {row}", fix="Fill it in, or delete the row.")


def encoded(examples: Sequence[Example], setup: Setup) -> list[Feature]:
    """One feature an example: both texts as one piece (see `tokens_of`)."""
    if not examples:
        return []
    found, cut = tokens_of(
        setup.tokenizer, [example.inputs["text"] for example in examples], seconds(examples), setup.max_length
    )
    features: list[Feature] = [
        {"attention_mask": [1] * len(found["input_ids"][index]), **{name: each[index] for name, each in found.items()}}
        for index in range(len(examples))
    ]
    for feature, is_cut in zip(features, cut, strict=True):
        if is_cut:
            feature["cut"] = True
    return features


def tokens_of(
    tokenizer: Any, texts: Sequence[str], second: Sequence[str] | None, max_length: int
) -> tuple[dict[str, list[list[int]]], list[bool]]:
    """`input_ids` of each row, [CLS] text [SEP], or [CLS] text [SEP] second [SEP] with the parts told apart by
    `token_type_ids` where the tokenizer makes them; the longer text is cut first. And whether a row was cut.

    Tokenizers of decoders may put nothing between two texts: there it is an empty line.
    """
    if second is None:
        found = tokenizer(list(texts), truncation=True, max_length=max_length, padding=False)
        return {"input_ids": found["input_ids"]}, _cut(found, max_length)
    if tokenizer.num_special_tokens_to_add(True) == tokenizer.num_special_tokens_to_add(False):
        second = ["\n\n" + each for each in second]
    found = tokenizer(list(texts), list(second), truncation=True, max_length=max_length, padding=False)
    return {name: found[name] for name in ("input_ids", "token_type_ids") if name in found}, _cut(found, max_length)


def _cut(found: Any, max_length: int) -> list[bool]:
    """Of each row, whether something flowed over; looked for where it can be, since that copies what did."""
    return [len(each.ids) >= max_length and bool(each.overflowing) for each in found.encodings]


def seconds(examples: Sequence[Example]) -> list[str] | None:
    """The second texts; None where there are none."""
    if not any(SECOND in example.inputs for example in examples):
        return None
    return [example.inputs.get(SECOND, "") for example in examples]


def read_together(example: Example) -> str | tuple[str, str]:
    """The text, or both as one piece."""
    text = example.inputs["text"]
    return (text, example.inputs[SECOND]) if SECOND in example.inputs else text
