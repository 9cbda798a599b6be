"""Chat: a conversation so far in, the next reply out. Learned from whole conversations, one a cell or one turn a row."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
from typing_extensions import override

from studio.columns import Columns
from studio.data.detect import reading_for
from studio.data.doctor.finding import Patient
from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.task import Conventions, Feature, Guess, Piece, Setup
from studio.tasks.templates import Message, has_thoughts, reply_ends, template_of
from studio.tasks.writing import CHRF, LENGTH, LOSS, PERPLEXITY, ROUGE_L, WritingTask, conversation_features

_SPEAKERS = {
    "assistant": "assistant gpt bot agent model ai chatgpt operator support berater mitarbeiter assistent conseiller "
    "asistente agente assistente medewerker 助手 客服 アシスタント ассистент оператор",
    "system": "system developer 系统 システム",
    "tool": "tool function",
}
_ROLE = {name: role for role, names in _SPEAKERS.items() for name in names.split()}
"""What speakers are called → the role in templates; everybody else asks."""


class Chat(WritingTask):
    """A conversation so far in, the next reply out; all replies of the assistant are learned."""

    name, title, order = "chat", "Chat", 80
    hub_task = "text-generation"
    example_is = "conversation"
    drops_oldest = True
    help = "Answers in conversations: learns from whole ones to reply as the assistant in them does."
    inputs, target = ("messages", "conversation", "turn", "role", "content"), "reply"
    optional = (*inputs, target)
    spread = ("conversation", "turn", "role", "content")
    role_titles = {
        "messages": "Messages",
        "conversation": "Conversation",
        "turn": "Turn",
        "role": "Speaker",
        "content": "Words",
        "reply": "Last reply",
    }
    families = frozenset({"decoder"})
    head = "causal"
    answers_as = "chat"
    metrics = (PERPLEXITY, LOSS, CHRF, ROUGE_L, LENGTH)
    example = "library_chats.csv"

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name, ("messages", "conversations", "turns"))
        if found is None:
            return None
        return Guess({role: str(column) for role, column in found.roles.items()}, found.reason, found.confidence)

    @override
    def patient(self, table: Table, columns: Columns, test: Table | None = None) -> Patient:
        return replace(super().patient(table, columns, test), drops_oldest=True)

    @override
    def asked(self, table: Table) -> Columns:
        guess = self.detect(table)
        return {} if guess is None else {role: guess.columns[role] for role in self.inputs if role in guess.columns}

    @override
    def arrange(self, table: Table, columns: Columns, conventions: Conventions) -> tuple[Table, dict[str, str]]:
        """One conversation a row, as JSON, with its last reply beside it."""
        if "messages" in columns:
            rows, cells = list(table.rows), table.column(str(columns["messages"]))
        elif {"conversation", "role", "content"} <= columns.keys():
            rows, cells = _gathered(table, columns)
        else:
            raise StudioError(
                "The columns of the conversations are not chosen",
                where="Columns",
                fix="Choose the column with the messages, or those with the conversation, the speaker and the words.",
            )
        replies = [str(columns["reply"])] if "reply" in columns else []
        told = table.column(replies[0]) if replies else [_last_reply(cell) for cell in cells]
        both = {"messages": pa.array(cells, pa.large_string()), "reply": pa.array(told, pa.large_string())}
        return replace(table, cells=pa.table(both), rows=tuple(rows)), {"messages": "messages", "reply": "reply"}

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        """`messages` up to the last reply, which is the target; asked, a last reply that is there is to be written anew."""
        messages = messages_of(inputs["messages"], row)
        last = max((place for place, each in enumerate(messages) if each["role"] == "assistant"), default=len(messages))
        if target is not None:
            if not target.strip():
                raise StudioError(
                    "The conversation has no reply to learn from", where=f"row {row}", fix="Delete it, or add one."
                )
            if last < len(messages) and messages[last]["content"] == target.strip():
                messages = messages[:last]
        elif last == len(messages) - 1:
            messages = messages[:last]
        if not any(each["role"] == "user" for each in messages):
            raise StudioError("Nobody asks for a reply in the messages", where=f"row {row}", fix="Delete the row.")
        text = json.dumps(messages, ensure_ascii=False)
        return Example(row, {"messages": text}, None if target is None else target.strip())

    @override
    def conversation(self, example: Example) -> list[Message]:
        messages: list[Message] = json.loads(example.inputs["messages"])
        return [*messages, {"role": "assistant", "content": example.target or ""}]

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        return conversation_features(
            setup, [(json.loads(example.inputs["messages"]), example.target) for example in examples]
        )

    @override
    def reading(self, example: Example, setup: Setup) -> list[Piece]:
        return [piece for feature in self.encode([example], setup)[0] for piece in self.shown(feature, setup)]

    @override
    def ends(self, setup: Setup) -> tuple[int, ...]:
        return reply_ends(setup.tokenizer)

    @override
    def template(self, tokenizer: Any, examples: Sequence[Example] = ()) -> str:
        return template_of(tokenizer, thinks=any(has_thoughts(example.target or "") for example in examples))

    @override
    def text_of(self, example: Example) -> str:
        said = [message["content"] for message in json.loads(example.inputs["messages"])]
        return "\n".join([*said, example.target or ""])


def messages_of(cell: str, row: int) -> list[Message]:
    """A cell as messages: a JSON list in one of the usual forms, or a text that somebody asks. Raises: StudioError."""
    if not cell.strip():
        raise StudioError("The messages are empty", where=f"row {row}", fix="Fill them in, or delete the row.")
    try:
        told = json.loads(cell)
    except ValueError:
        told = None
    if isinstance(told, dict):
        told = told.get("messages", told.get("conversations"))
    if not isinstance(told, list):
        return [{"role": "user", "content": cell.strip()}]
    messages = [_message(each, row) for each in told]
    return _joined(message for message in messages if message["content"] or message["role"] == "assistant")


def _message(told: Any, row: int) -> Message:
    """`{"role", "content"}`, `{"from", "value"}` or `{"speaker", "text"}`; content may be text, parts, or a tool's call."""
    if not isinstance(told, dict):
        raise StudioError(
            "The messages are not a list of who says what", where=f"row {row}", fix='Write {"role": …, "content": …}.'
        )
    who = next((told[name] for name in ("role", "from", "speaker") if name in told), "user")
    said = next((told[name] for name in ("content", "value", "text") if told.get(name) is not None), None)
    if said is None:
        said = json.dumps(told["tool_calls"], ensure_ascii=False) if told.get("tool_calls") else ""
    if isinstance(said, list):
        said = "\n".join(str(part.get("text", "")) if isinstance(part, dict) else str(part) for part in said)
    return {"role": _role(str(who)), "content": str(said).strip()}


def _role(who: str) -> str:
    return _ROLE.get(who.strip().casefold(), "user")


def _joined(messages: Iterable[Message]) -> list[Message]:
    """Turns of one speaker in a row as one: templates want them to take turns."""
    found: list[Message] = []
    for message in messages:
        if found and found[-1]["role"] == message["role"]:
            both = "\n".join(text for text in (found[-1]["content"], message["content"]) if text)
            found[-1] = {"role": message["role"], "content": both}
        else:
            found.append(message)
    return found


def _last_reply(cell: str) -> str:
    try:
        messages = messages_of(cell, 0)
    except StudioError:
        return ""
    return next((each["content"] for each in reversed(messages) if each["role"] == "assistant"), "")


def _gathered(table: Table, columns: Columns) -> tuple[list[int], list[str]]:
    """Conversations of one turn a row: the row of each one's first turn, and its messages as JSON."""
    names = [str(columns[role]) for role in ("conversation", "role", "content")]
    turns = table.column(str(columns["turn"])) if "turn" in columns else [""] * len(table)
    found: dict[str, list[tuple[float, int, Message]]] = {}
    first: dict[str, int] = {}
    for place, (row, which, who, said, turn) in enumerate(
        zip(table.rows, *(table.column(name) for name in names), turns, strict=True)
    ):
        first.setdefault(which, row)
        found.setdefault(which, []).append((_number(turn), place, {"role": _role(who), "content": said.strip()}))
    cells = [
        json.dumps([message for _, _, message in sorted(told, key=lambda each: each[:2])], ensure_ascii=False)
        for told in found.values()
    ]
    return list(first.values()), cells


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


TASK = Chat()
