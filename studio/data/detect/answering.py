"""Readings as question answering: the answer is a stretch of the context, which is what gives it away."""

from collections.abc import Iterator
from itertools import permutations

from studio.data.detect.detection import Detection, Roles
from studio.data.detect.profile import Column
from studio.data.detect.view import View, quoted
from studio.figures import quantity

TASK = "question-answering"
_LOOKED_AT = 200
_FEW_ANSWERS = 0.2
"""Fewer different values than this share of the rows are labels."""
_LONGER = 3.0
"""A context is longer than its answers by this factor at least, as the median goes."""


def read(view: View) -> Iterator[Detection]:
    """The best pair of context and answer with a question to them."""
    columns = [column for column in view.columns if column.filled and (column.is_text or column.said("answer") > 0.5)]
    best: tuple[float, Column, Column, float, Column | None] | None = None
    for context, answer in permutations(columns[:12], 2):
        if not context.is_text or context.words < 12 or context.chars < _LONGER * max(1.0, answer.chars):
            continue
        if answer.name in view.aside and answer.said("answer") < 0.5:
            continue
        inside = _inside(context, answer)
        if inside < 0.7:
            continue
        start = _start(view, context, answer)
        if start is None and answer.said("answer") < 0.5 and answer.distinct_share < _FEW_ANSWERS:
            continue  # a label that texts happen to name
        score = inside + answer.said("answer") + 0.5 * context.said("context") + 1.5 * (start is not None)
        score += 0.3 * answer.distinct_share - 0.6 * answer.said("title") - 0.4 * answer.said("question")
        if best is None or score > best[0]:
            best = score, context, answer, inside, start
    if best is not None:
        _, context, answer, inside, start = best
        yield from _with_question(view, (context, answer, start), inside)


def _with_question(view: View, found: tuple[Column, Column, Column | None], inside: float) -> Iterator[Detection]:
    context, answer, start = found
    questions = [
        column
        for column in view.usable
        if column.is_text and column not in (context, answer) and column.words >= 2 and _can_ask(column)
    ]
    if not questions:
        return
    question = max(questions, key=lambda column: (column.said("question") + 1.5 * column.questions, column.distinct))
    asked = question.questions > 0.4 or question.said("question") > 0.5
    named = answer.said("answer") > 0.5 or context.said("context") > 0.5
    fit = 0.97 if asked and (start is not None or named) else 0.85 if asked else 0.6 if start is not None else 0.4
    roles: Roles = {"context": context.name, "question": question.name, "answer": answer.name}
    if start is not None:
        roles["answer_start"] = start.name
    title = _title(view, {*roles.values()})
    if title is not None:
        roles["title"] = title.name
    share = "always" if inside > 0.99 else f"in {quantity(inside)} of the rows"
    reason = (
        f"What {quoted(answer)} holds stands in {quoted(context)} {share}, and {quoted(question)} holds "
        f"{'questions' if asked else 'texts'}: find the answer to a question in a text."
    )
    yield Detection(TASK, "context-question-answer", roles, fit, reason)


def _can_ask(column: Column) -> bool:
    """Questions differ; the same few may be asked of every text, as of forms, where they are called questions."""
    return column.distinct_share > 0.2 or column.said("question") > 0.5


def _inside(context: Column, answer: Column) -> float:
    """Share of the answers that stand in their context; an empty one is a question without answer."""
    rows = [(text, said) for text, said in zip(context.cells, answer.cells, strict=True) if text and said][:_LOOKED_AT]
    return sum(said.casefold() in text.casefold() for text, said in rows) / len(rows) if rows else 0.0


def _start(view: View, context: Column, answer: Column) -> Column | None:
    """The column of numbers that says where in the context the answer starts."""
    for column in view.columns:
        if column.integers < 1 or column in (context, answer):
            continue
        rows = list(zip(column.cells, context.cells, answer.cells, strict=True))[:_LOOKED_AT]
        told = [(int(start), text, said) for start, text, said in rows if start and text and said]
        near = sum(start >= 0 and said in text[max(0, start - 2) : start + len(said) + 2] for start, text, said in told)
        if told and near >= 0.8 * len(told):
            return column
    return None


def _title(view: View, taken: set[str | tuple[str, ...]]) -> Column | None:
    titles = [column for column in view.columns if column.name not in taken and column.said("title") > 0.5]
    return next((column for column in titles if column.filled and column.words < 20), None)
