"""What tasks share that read a text, or two: checked inputs, and both texts as one piece for the model."""

from collections.abc import Sequence

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
    """One feature an example: [CLS] text [SEP], or [CLS] text [SEP] second [SEP] with the parts told apart by
    `token_type_ids` where the tokenizer makes them; the longer text is cut first."""
    if not examples:
        return []
    texts = [example.inputs["text"] for example in examples]
    second = seconds(examples)
    found = setup.tokenizer(texts, second, truncation=True, max_length=setup.max_length, padding=False)
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if second and "token_type_ids" in found else [])]
    return [{name: found[name][index] for name in names} for index in range(len(examples))]


def seconds(examples: Sequence[Example]) -> list[str] | None:
    """The second texts; None where there are none."""
    if not any(SECOND in example.inputs for example in examples):
        return None
    return [example.inputs.get(SECOND, "") for example in examples]
