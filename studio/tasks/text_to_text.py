"""Text to text: a text in, another one out, as a translation, a summary or a correction."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from typing_extensions import override

from studio.config import RunConfig
from studio.data.detect import reading_for
from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks import translation
from studio.tasks.marks import broken, marks_of
from studio.tasks.task import Feature, Guess, Method, Piece, Setup
from studio.tasks.translation import with_prefix
from studio.tasks.writing import BLEU, CHRF, LENGTH, LOSS, PERPLEXITY, ROUGE_1, ROUGE_2, ROUGE_L, WritingTask, pieces


class TextToText(WritingTask):
    """A text in, another one out."""

    name, title, order = "text-to-text", "Text to text", 60
    hub_task = "text-generation"
    help = "Translates, summarizes or rewrites: learns from pairs of texts to write the second from the first."
    inputs, target = ("source",), "target"
    role_titles = {"source": "Source", "target": "Target"}
    families = frozenset({"encoder-decoder"})
    head = "encoder-decoder"
    methods: ClassVar[tuple[Method, ...]] = ("whole", "lora", "qlora")
    metrics = (CHRF, BLEU, ROUGE_1, ROUGE_2, ROUGE_L, LENGTH, PERPLEXITY, LOSS)
    baselines = ("copy", "nearest")
    example = "travel_phrases.csv"

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name, ("translation", "summary", "source-target"))
        if found is None:
            return None
        return Guess({role: str(found.roles[role]) for role in self.roles}, found.reason, found.confidence)

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        for role, text in (("source", inputs["source"]), ("target", target)):
            if text is not None and not text.strip():
                raise StudioError(f"The {role} is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        return Example(row, inputs, None if target is None else target.strip())

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        if not examples:
            return []
        marks = marks_of(setup.tokenizer)
        asked = [with_prefix(setup.prefix, broken(example.inputs["source"], marks)) for example in examples]
        sources = setup.tokenizer(asked)["input_ids"]
        targets = setup.tokenizer(text_target=[broken(example.target or "", marks) for example in examples])[
            "input_ids"
        ]
        start, _ = self.begins(setup)
        features: list[list[Feature]] = []
        for example, source, wanted in zip(examples, sources, targets, strict=True):
            if wanted[-1:] == [start]:  # stands in front of what is written, not behind it
                wanted = wanted[:-1]
            ids = shortened(source, setup.max_length, setup.tokenizer)
            feature: Feature = {"input_ids": ids, "attention_mask": [1] * len(ids)}
            if example.target is not None:
                feature["labels"] = wanted[: setup.max_length]  # without its end where it is cut: that is not one
            if len(source) > setup.max_length or len(feature.get("labels", wanted)) < len(wanted):
                feature["cut"] = True
            features.append([feature])
        return features

    @override
    def ends(self, setup: Setup) -> tuple[int, ...]:
        return (setup.tokenizer.eos_token_id,) if setup.tokenizer.eos_token_id is not None else ()

    @override
    def told(self, setup: Setup, examples: Sequence[Example], config: RunConfig, kind: str) -> tuple[Setup, str]:
        found = translation.told(examples, config.languages, setup.tokenizer, kind)
        translation.speak(setup.tokenizer, found.codes)
        return replace(setup, prefix=found.prefix, codes=found.codes), found.in_words

    @override
    def begins(self, setup: Setup) -> tuple[int, int]:
        return translation.begins(setup.tokenizer, setup.codes)

    @override
    def text_of(self, example: Example) -> str:
        return max(example.inputs["source"], example.target or "", key=len)

    @override
    def texts_read(self, example: Example) -> tuple[str | tuple[str, str], ...]:
        return example.inputs["source"], example.target or ""

    @override
    def reading(self, example: Example, setup: Setup) -> list[Piece]:
        feature = self.encode([example], setup)[0][0]
        wanted = feature.get("labels", [])
        return [
            *pieces(feature["input_ids"], [False] * len(feature["input_ids"]), setup.tokenizer),
            *pieces(wanted, [True] * len(wanted), setup.tokenizer),
        ]


def shortened(ids: list[int], limit: int, tokenizer: Any) -> list[int]:
    """At most `limit` tokens, closing special tokens kept."""
    if len(ids) <= limit:
        return ids
    special = {*tokenizer.all_special_ids}
    closing = next((count for count, token in enumerate(reversed(ids)) if token not in special), 0)
    return [*ids[: limit - closing], *ids[len(ids) - closing :]]


TASK = TextToText()
