"""What of a question did not fit and was not read, in sentences for people: of one answer, and of many."""

from collections.abc import Sequence

from studio.data.phrases import counted
from studio.tasks.values import Answer


def not_read(messages: int, is_cut: bool) -> str:
    """Of one question: so many messages at its beginning, and whether a text in it was cut. Empty where all was read."""
    told = []
    if messages:
        which, were = ("message", "was") if messages == 1 else (f"{messages:,} messages", "were")
        told.append(f"The first {which} no longer fit and {were} not read.")
    if is_cut:
        told.append("A part of the text did not fit and was not read.")
    return " ".join(told)


def lost(messages: Sequence[int], what: str) -> str:
    """Of many examples, `what` each is, so many messages at their beginnings; empty where none was lost."""
    some = [each for each in messages if each]
    if not some:
        return ""
    return f"Of {counted(len(some), what)} the oldest messages did not fit and were not read, {counted(sum(some), 'message')} in all."


def told_of(answers: Sequence[Answer], what: str) -> str:
    """Of many answers, to `what` each; empty where everything was read."""
    cut = sum(answer.is_cut for answer in answers)
    texts = f"Of {counted(cut, what)} a part of the text did not fit and was not read." if cut else ""
    return " ".join(filter(None, [lost([answer.lost for answer in answers], what), texts]))
