"""Conversations: turns without a word, turns out of order, and conversations in which there is nothing to answer."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.data.doctor.finding import Finding, Patient, blank, dropping
from studio.data.doctor.scan import taken
from studio.data.phrases import counted, shortened

_ROLES = {
    **dict.fromkeys(("user", "human", "customer", "client", "prompter", "instruction"), "user"),
    **dict.fromkeys(("assistant", "gpt", "bot", "model", "agent", "chatbot", "ai"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "function", "observation", "function_call", "tool_call", "ipython"), "tool"),
}
_SIDES = ("user", "assistant", "system", "tool")


def _turn_of(side: str) -> str:
    """A turn of that side with something to say, as JSON writes it (RE2). What begins with an escape is looked at closely."""
    names = "|".join(name for name, plain in _ROLES.items() if plain == side)
    empty = r'"\\\x00-\x20\x7f\x{80}-\x{a0}\x{1680}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}\x{3000}'
    said = rf'" *[^{empty}](?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}))*"'
    keys = [rf'"{key}"{_GAP}:{_GAP}' for key in ("(?:role|from)", "(?:content|value|text)")]
    return rf'\{{{_GAP}{keys[0]}"(?i:{names})"{_GAP},{_GAP}{keys[1]}{said}{_GAP}\}}'


def _healthy() -> str:
    """A list of turns that alternate, the assistant's among them, as most tables have it (RE2)."""
    user, assistant, system, then = _turn_of("user"), _turn_of("assistant"), _turn_of("system"), f"{_GAP},{_GAP}"
    chat = f"(?:{user}{then})?{assistant}(?:{then}{user}{then}{assistant})*(?:{then}{user})?"
    return rf"^{_GAP}\[{_GAP}(?:{system}{then})?{chat}{_GAP}\]{_GAP}$"


_GAP = r"[ \t\r\n]*"
_HEALTHY = _healthy()


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
    cells = patient.cells(column)
    healthy = np.asarray(pc.match_substring_regex(cells, _HEALTHY).to_numpy(zero_copy_only=False))
    chats: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    unreadable: list[int] = []
    places = np.flatnonzero(~healthy)
    for place, cell in zip(places.tolist(), taken(cells, places), strict=True):
        turns = _turns(cell)
        if turns is None:
            unreadable += [patient.rows[place]] if cell.strip() else []
        else:
            chats[(patient.rows[place],)] = turns
    if unreadable:
        yield _finding(patient, _UNREADABLE, unreadable, len(unreadable), unreadable[0])
    yield from _faults(patient, chats)


def turns(patient: Patient) -> Iterator[Finding]:
    """One turn a row."""
    names = (patient.role("conversation_id", "conversation"), patient.role("role"), patient.role("content"))
    if not all(names):
        return
    chat, role, content = map(patient.cells, names)
    number = patient.role("turn")
    order = np.array(list(map(_number, patient.column(number)))) if number else np.zeros(len(patient.table))
    codes = pc.dictionary_encode(pc.utf8_trim_whitespace(chat)).indices.to_numpy()
    sorted_places = np.lexsort((order, codes))
    odd = _worth_a_look(codes[sorted_places], _sides(role)[sorted_places], blank(content)[sorted_places])
    places = sorted_places[odd]
    parts = zip(codes[places].tolist(), places.tolist(), taken(role, places), taken(content, places), strict=True)
    chats = {}
    for _, turns in groupby(parts, key=itemgetter(0)):
        said = [(patient.rows[place], (who, what)) for _, place, who, what in turns]
        chats[tuple(row for row, _ in said)] = [turn for _, turn in said]
    yield from _faults(patient, chats)


def _sides(roles: pa.Array) -> np.ndarray:
    """Whose turn each is, as its place in `_SIDES`, int64; -1 for an unknown role."""
    coded = pc.dictionary_encode(roles)
    sides = [_ROLES.get(name.strip().casefold(), "") for name in coded.dictionary.to_pylist()]
    return np.array([_SIDES.index(side) if side else -1 for side in sides], np.int64)[coded.indices.to_numpy()]


def _worth_a_look(chats: np.ndarray, sides: np.ndarray, is_blank: np.ndarray) -> np.ndarray:
    """Whether each turn, in order, is of a conversation that may have a fault, bool."""
    first = np.diff(chats, prepend=-1) != 0
    again = ~first & (sides == np.append(-1, sides[:-1])[: len(sides)])
    late = ~first & (sides == _SIDES.index("system"))
    odd = is_blank | again | late | (sides < 0) | (sides == _SIDES.index("tool"))
    answered = chats[sides == _SIDES.index("assistant")]
    return np.isin(chats, chats[odd]) | ~np.isin(chats, answered)


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
