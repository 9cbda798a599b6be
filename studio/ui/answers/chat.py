"""A turn of a conversation: the turns so far, then what the model says."""

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from typing_extensions import override

from studio.ui.answers.json_values import turns
from studio.ui.answers.kind import Kind, Said
from studio.ui.markup import Child, Markup, element
from studio.ui.words import shortened

MOST_TURNS, LONGEST_TURN = 4, 240
"""Of a conversation in a table: the last ones, cut."""
_NAMES = {"user": "You", "assistant": "Model", "system": "Instructions"}
_ROLES = {name: role for role, name in _NAMES.items()}
_SPEAKER = re.compile(rf"\n({'|'.join(_ROLES)}):")


class ChatKind(Kind):
    """Speech bubbles."""

    name = "chat"
    talks = True
    worst_hint = "The rows whose answer is least like the one in the file. A good answer may be worded in another way."
    flawless = "Every test row got the very words of the file."

    @override
    def body(self, said: Said) -> Child:
        return bubbles([*conversation(said.inputs), ("assistant", said.task.show(said.answer.value))])

    @override
    def typed(self, text: str) -> str:
        """A turn a paragraph, each with its speaker; a single request alone stands for itself."""
        told = turns(text)
        if not told or [role for role, _ in told] == ["user"]:
            return told[0][1] if told else text
        return "\n".join(f"{_NAMES.get(role, role)}: {said}" for role, said in told)

    @override
    def chip(self, text: str, most: int) -> str:
        """How the conversation begins, and what is said last: that is what the model will reply to."""
        said = [words for role, words in turns(text) or [("user", text)] if role != "system"]
        if len(said) < 2:
            return shortened(said[0] if said else text, most)
        half = (most - 3) // 2
        return f"{shortened(said[0], half)} … {shortened(said[-1], half)}"

    @override
    def read(self, typed: str) -> str:
        """The other way round: a line that begins with a speaker begins a turn."""
        pieces = _SPEAKER.split(f"\n{typed}")
        if len(pieces) < 3 or pieces[0].strip():
            return typed
        told = zip(pieces[1::2], pieces[2::2], strict=True)
        return json.dumps([{"role": _ROLES[who], "content": said.strip()} for who, said in told], ensure_ascii=False)

    @override
    def question(self, said: Said) -> Markup:
        told = conversation(said.inputs)
        cut = [(role, shortened(text, LONGEST_TURN)) for role, text in told[-MOST_TURNS:]]
        return bubbles(cut, "rs-chat rs-chat-small")


def conversation(inputs: Mapping[str, str]) -> list[tuple[str, str]]:
    """The turns in the inputs; an input that is no conversation is what the user says."""
    found: list[tuple[str, str]] = []
    for text in inputs.values():
        if text.strip():
            found += turns(text) or [("user", text)]
    return found


def bubbles(
    told: Sequence[tuple[str, str]], class_: str = "rs-chat", notes: Mapping[int, str] = MappingProxyType({})
) -> Markup:
    """Turns, each with its speaker; an empty one is said to be empty. `notes`: place of a turn → what is to be said of it."""
    items = [
        element(
            "li",
            element("small", _NAMES.get(role, role)),
            _words(text),
            element("small", notes[place]) if place in notes else None,
            data_role=role,
        )
        for place, (role, text) in enumerate(told)
    ]
    return element("ol", items, class_=class_)


def _words(text: str) -> Markup:
    return element("p", text, dir="auto") if text.strip() else element("p", "no answer", class_="rs-nothing")


KIND = ChatKind()
