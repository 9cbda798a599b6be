"""Readings as instruction tuning: what somebody asks for, and a good reply to it."""

from collections.abc import Iterator
from itertools import permutations

from studio.data.detect.compare import Comparison, compare
from studio.data.detect.detection import Detection, Roles
from studio.data.detect.profile import Column
from studio.data.detect.view import View, quoted

TASK = "instruction-tuning"


def read(view: View) -> Iterator[Detection]:
    """Every ordered pair of text columns that could be asked and replied."""
    texts = [
        column for column in view.usable if column.is_text and column.words >= 1.5 and column.distinct_share > 0.02
    ]
    for asked, reply in permutations(texts[:6], 2):
        fit = _fit(view, asked, reply)
        if fit <= 0:
            continue
        roles: Roles = {"instruction": asked.name}
        given = _input(view, asked, reply)
        if given is not None:
            fit = min(fit, 0.8) if given.said("context") > 0.5 else fit  # rather a question on a text
            roles["input"] = given.name
        roles["response"] = reply.name
        reason = (
            f"{quoted(asked)} holds {'questions' if asked.questions > 0.4 else 'what people ask for'} and "
            f"{quoted(reply)} what is said to it: learn to reply as {quoted(reply)} does."
        )
        yield Detection(TASK, "instruction-response", roles, fit, reason)


def _fit(view: View, asked: Column, reply: Column) -> float:
    asks, replies = asked.said("instruction"), reply.said("response")
    if reply.distinct_share < 0.02 or reply.said("title") > max(0.5, replies) or asked.said("title") > max(0.5, asks):
        return 0.0
    if asked.said("response") > max(0.5, asks) or reply.said("instruction") > max(0.5, replies):
        return 0.0
    if asks > 0.5 and replies > 0.5:
        return (
            0.96
            if asked.said("source") < 0.5 or reply.said("target") < 0.5 or asked.said("instruction") > 0.95
            else 0.88
        )
    if reply.distinct_share < 0.2 or asked.distinct_share < 0.2:
        return 0.0
    both = compare(view, asked, reply)
    if both.are_translations or both.ratio > 0.9:
        return 0.0
    return _unnamed(both, asked, reply) + (0.15 if max(asks, replies) > 0.5 else 0.0)


def _unnamed(both: Comparison, asked: Column, reply: Column) -> float:
    """Replies are longer and made of sentences; what is asked for often ends with a question mark, or with none."""
    if asked.share(lambda value: " " in value or value > "\u3040") < 0.6:
        return 0.0
    if reply.chars < 1.5 * asked.chars or reply.questions > 0.5 or reply.sentences < 0.5:
        return 0.0
    fit = 0.45 + 0.15 * (asked.questions > 0.25) + 0.1 * (asked.sentences < 0.5) - 0.1 * (both.overlap > 0.6)
    return fit + 0.1 * (both.ratio < 0.3) + 0.05 * (asked.place < reply.place)


def _input(view: View, asked: Column, reply: Column) -> Column | None:
    """A third column of texts, under a name like `input`, that the instruction is about."""
    third = [column for column in view.usable if column not in (asked, reply) and column.said("input") > 0.8]
    return next((column for column in third if column.words >= 1.5 and not column.numbers > 0.5), None)
