"""Instruction tuning: what somebody asks for in, a reply out, in the way the examples show."""

from collections.abc import Sequence
from typing import Any

from typing_extensions import override

from studio.data.detect import reading_for
from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.task import Feature, Guess, Setup
from studio.tasks.templates import Message, has_thoughts, reply_ends, template_of
from studio.tasks.writing import CHRF, LENGTH, LOSS, PERPLEXITY, ROUGE_L, WritingTask, conversation_features


class InstructionTuning(WritingTask):
    """An instruction in, a reply out; only the reply is learned."""

    name, title, order = "instruction-tuning", "Instructions and replies", 70
    hub_task = "text-generation"
    help = "Writes replies and documents: learns from requests and good answers to answer as they do."
    inputs, target = ("instruction", "input"), "response"
    optional = ("input",)
    role_titles = {"instruction": "Instruction", "input": "Input", "response": "Response"}
    families = frozenset({"decoder"})
    head = "causal"
    metrics = (PERPLEXITY, LOSS, CHRF, ROUGE_L, LENGTH)
    example = "shop_replies.csv"

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name, ("instruction-response",))
        if found is None:
            return None
        roles = {role: str(found.roles[role]) for role in self.roles if role in found.roles}
        return Guess(dict(roles), found.reason, found.confidence)

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        for role, text in (("instruction", inputs["instruction"]), ("response", target)):
            if text is not None and not text.strip():
                raise StudioError(f"The {role} is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        return Example(row, inputs, None if target is None else target.strip())

    @override
    def conversation(self, example: Example) -> list[Message]:
        return [*_asked(example), {"role": "assistant", "content": example.target or ""}]

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        """As a conversation of one turn, in the model's own chat template where it has one."""
        return conversation_features(setup, [(_asked(example), example.target) for example in examples])

    @override
    def ends(self, setup: Setup) -> tuple[int, ...]:
        return reply_ends(setup.tokenizer)

    @override
    def template(self, tokenizer: Any, examples: Sequence[Example] = ()) -> str:
        return template_of(tokenizer, thinks=any(has_thoughts(example.target or "") for example in examples))


def _asked(example: Example) -> list[Message]:
    texts = [example.inputs["instruction"].strip(), example.inputs.get("input", "").strip()]
    return [{"role": "user", "content": "\n\n".join(text for text in texts if text)}]


TASK = InstructionTuning()
