"""Readings as chat: whole conversations in a cell, or one turn a row."""

from collections.abc import Iterator
from typing import Any

from studio.data.detect.detection import Detection, Roles
from studio.data.detect.profile import Column
from studio.data.detect.tagging import run_column
from studio.data.detect.view import View, quoted

TASK = "chat"
_SPEAKERS = """
    user assistant system human gpt bot agent customer client model ai chatgpt tool function operator visitor support
    kunde berater mitarbeiter nutzer benutzer assistent client conseiller utilisateur usuario asistente cliente agente utente
    assistente gebruiker klant medewerker 用户 助手 客服 系统 ユーザー アシスタント пользователь ассистент клиент оператор"""
_ROLES = frozenset(_SPEAKERS.split())
_SHAPES = (("role", "content", "messages"), ("from", "value", "conversations"), ("speaker", "text", "messages"))


def read(view: View) -> Iterator[Detection]:
    """Conversations as JSON, then one turn a row."""
    for column in view.columns:
        layout = next((layout for who, what, layout in _SHAPES if _is_chat(column.json, who, what)), None)
        if layout is not None:
            reason = (
                f"{quoted(column)} holds whole conversations, each a list of who says what: learn to reply in them."
            )
            yield Detection(TASK, layout, {"messages": column.name}, 0.98, reason)
    yield from _turns(view)


def _is_chat(cells: tuple[Any, ...], who: str, what: str) -> bool:
    lists = [value for value in cells if isinstance(value, list) and value]
    fitting = sum(
        all(isinstance(turn, dict) and who in turn and (what in turn or "tool_calls" in turn) for turn in turns)
        for turns in lists
    )
    return bool(lists) and fitting >= 0.9 * len(lists)


def _turns(view: View) -> Iterator[Detection]:
    """Few speakers in turn, their words, and a number that keeps conversations together."""
    for role in view.columns:
        speakers = {value.casefold() for value in role.values}
        if not 1 <= len(speakers) <= 6 or role.filled_share < 0.9:
            continue
        known = len(speakers & _ROLES) / len(speakers)
        if known < 0.5 and (role.said("role") < 0.8 or len(speakers) < 2):
            continue
        texts = [text for text in view.texts if text is not role and text.words >= 2]
        if not texts:
            continue
        content = max(texts, key=lambda column: column.words + 5 * column.said("content"))
        conversation = run_column(view, {role.name, content.name}, ("conversation",))
        if conversation is None or not _takes_turns(role):
            continue
        turn = _turn(view, conversation, {role.name, content.name})
        roles: Roles = {"conversation": conversation.name}
        roles |= {"turn": turn.name} if turn is not None else {}
        roles |= {"role": role.name, "content": content.name}
        reason = (
            f"{quoted(content)} holds what is said, {quoted(role)} who says it, and {quoted(conversation)} keeps "
            f"conversations together: learn to reply in them."
        )
        yield Detection(TASK, "turns", roles, 0.97 if known == 1 and len(speakers) > 1 else 0.7, reason)


def _takes_turns(role: Column) -> bool:
    """Whether the speaker changes from row to row more often than not."""
    changes = sum(one != two for one, two in zip(role.run, role.run[1:], strict=False))
    return changes >= 0.5 * (len(role.run) - 1)


def _turn(view: View, conversation: Column, taken: set[str]) -> Column | None:
    """The column of numbers that counts up within a conversation."""
    for column in view.columns:
        if column.name in taken or column is conversation or column.integers < 1 or not all(column.run):
            continue
        numbers, groups = [int(value) for value in column.run], conversation.run
        steps = [two - one for one, two, a, b in zip(numbers, numbers[1:], groups, groups[1:], strict=False) if a == b]
        starts = [two for two, a, b in zip(numbers[1:], groups, groups[1:], strict=False) if a != b]
        if steps and min(steps) >= 0 and sum(steps) and (not starts or len(set(starts)) == 1):
            return column
    return None
