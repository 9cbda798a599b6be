"""Conversations: turns without a word, turns out of order, and conversations in which there is nothing to answer."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from studio.data.doctor.finding import Finding, Patient, dropping
from studio.data.phrases import counted, shortened

_ROLES = {
    **dict.fromkeys(("user", "human", "customer", "client", "prompter", "instruction"), "user"),
    **dict.fromkeys(("assistant", "gpt", "bot", "model", "agent", "chatbot", "ai"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "function", "observation", "function_call", "tool_call", "ipython"), "tool"),
}


@dataclass(frozen=True)
class _Fault:
    """What is said of conversations that cannot be learned from as they are."""

    kind: str
    title: str
    what: str
    why: str


_UNREADABLE = _Fault(
    "chat-unreadable", "Conversations that cannot be read", "cannot be read as a list of turns with a role and a content",
    "Each conversation must be a list as [{\"role\": \"user\", \"content\": \"Hello\"}, …].",
)  # fmt: skip
_EMPTY = _Fault(
    "empty-turns", "Turns without a word", "{have} a turn without a word",
    "The model would learn to say nothing, or to answer to nothing.",
)  # fmt: skip
_ORDER = _Fault(
    "chat-order", "Turns out of order", "{have} turns out of order: one side speaks twice, or system words come late",
    "Chat models are made for turns that alternate; most refuse others.",
)  # fmt: skip
_SILENT = _Fault(
    "no-answer", "Conversations without an answer", "{have} no turn of the assistant",
    "The model learns from what the assistant says; here it says nothing.",
)  # fmt: skip
_STRANGE = _Fault(
    "chat-roles", "Unknown roles", "{have} a role that is none of user, assistant, system and tool",
    "The model cannot tell who speaks.",
)  # fmt: skip


def messages(patient: Patient) -> Iterator[Finding]:
    """One conversation a row, as JSON."""
    column = patient.role("messages", "conversations")
    if not column:
        return
    chats: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    unreadable: list[int] = []
    for row, cell in zip(patient.rows, patient.column(column), strict=True):
        turns = _turns(cell)
        if turns is None:
            unreadable += [row] if cell.strip() else []
        else:
            chats[(row,)] = turns
    if unreadable:
        yield _finding(patient, _UNREADABLE, unreadable, len(unreadable), unreadable[0])
    yield from _faults(patient, chats)


def turns(patient: Patient) -> Iterator[Finding]:
    """One turn a row."""
    names = (patient.role("conversation_id", "conversation"), patient.role("role"), patient.role("content"))
    if not all(names):
        return
    number = patient.role("turn")
    order = list(map(_number, patient.column(number))) if number else [0.0] * len(patient.table)
    rows: dict[str, list[tuple[float, int, str, str]]] = {}
    for place, (chat, role, said) in enumerate(zip(*map(patient.column, names), strict=True)):
        rows.setdefault(chat.strip(), []).append((order[place], patient.rows[place], role, said))
    chats = {}
    for parts in rows.values():
        ordered = sorted(parts, key=lambda part: part[0])
        chats[tuple(row for _, row, _, _ in ordered)] = [(role, said) for _, _, role, said in ordered]
    yield from _faults(patient, chats)


def _turns(cell: str) -> list[tuple[str, str]] | None:
    """(role, content) of each turn; None where the cell holds no such list."""
    try:
        found = json.loads(cell)
    except json.JSONDecodeError:
        return None
    found = found.get("messages", found.get("conversations")) if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(turn, dict) for turn in found):
        return None
    return [_turn(turn) for turn in found]


def _turn(turn: Mapping[str, Any]) -> tuple[str, str]:
    said = turn.get("content", turn.get("value", turn.get("text")))
    if turn.get("tool_calls") or turn.get("function_call"):
        said = said or "(a call)"
    return str(turn.get("role", turn.get("from", ""))), said if isinstance(said, str) else json.dumps(
        said
    ) if said else ""


def _faults(patient: Patient, chats: Mapping[tuple[int, ...], Sequence[tuple[str, str]]]) -> Iterator[Finding]:
    """Every conversation has its first fault only, so that no row is taken out twice."""
    found: dict[_Fault, list[tuple[int, ...]]] = {}
    for rows, turns in chats.items():
        if fault := _fault(turns):
            found.setdefault(fault, []).append(rows)
    for fault, several in found.items():
        yield _finding(patient, fault, [row for rows in several for row in rows], len(several), several[0][0])


def _fault(turns: Sequence[tuple[str, str]]) -> _Fault | None:
    roles = [_ROLES.get(role.strip().casefold(), "") for role, _ in turns]
    if "" in roles:
        return _STRANGE
    if not all(said.strip() for _, said in turns):
        return _EMPTY
    if "assistant" not in roles:
        return _SILENT
    spoken = [role for role in roles if role != "tool"]
    has_tools = len(spoken) < len(roles)
    late = "system" in spoken[1:]
    twice = any(one == two for one, two in pairwise(spoken) if not has_tools or one == "user")
    return _ORDER if late or twice else None


def _finding(patient: Patient, fault: _Fault, rows: Sequence[int], chats: int, first: int) -> Finding:
    what = fault.what.format(have="has" if chats == 1 else "have")
    numbers = tuple(sorted(rows))
    text = f"{counted(chats, 'conversation')} {what}; the first begins in row {first:,}."
    title = f"Remove {counted(chats, 'conversation')}: {fault.title[:1].lower()}{shortened(fault.title[1:], 60)}"
    fix = dropping(fault.kind, title, numbers)
    return Finding(fault.kind, "warning", fault.title, text, fault.why, numbers, patient.share(len(numbers)), fix)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return 0.0


CHECKS = (messages, turns)
