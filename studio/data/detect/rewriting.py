"""Readings as text to text: a translation, a summary, or any text made from another."""

from collections.abc import Iterator
from itertools import combinations

from studio.data.detect.compare import Comparison, compare, is_named_like_title
from studio.data.detect.detection import Detection
from studio.data.detect.profile import Column
from studio.data.detect.view import View, quoted

TASK = "text-to-text"
_LONG = 200
"""Median characters of a text that is worth a summary."""


def read(view: View) -> Iterator[Detection]:
    """Every pair of text columns, as what it looks like most."""
    texts = [
        column for column in view.usable if column.is_text and column.words >= 1.5 and column.distinct_share > 0.3
    ][:6]
    for one, two in combinations(texts, 2):
        both = compare(view, one, two)
        yield from _translation(both)
        yield from _summary(both, len(texts))
        yield from _other(both)


def _translation(both: Comparison) -> Iterator[Detection]:
    one, two = both.one, both.two
    named = one.said("language") > 0.7 and two.said("language") > 0.7
    if not (both.are_translations or (named and both.ratio > 0.4)) or both.ratio < 0.2:
        return
    says = {column.name: column.said("target") - column.said("source") for column in (one, two)}
    directed = abs(says[one.name] - says[two.name]) > 0.5
    if directed and says[one.name] > says[two.name]:
        one, two = two, one
    fit = 0.96 if directed or (named and both.are_translations) else 0.8
    languages = dict(zip((both.one.name, both.two.name), both.languages, strict=True))
    told = [f"{quoted(column)} holds {languages[column.name] or 'texts'}" for column in (one, two)]
    reason = f"{' and '.join(told)}: translate {quoted(one)} into {quoted(two)}."
    yield Detection(TASK, "translation", {"source": one.name, "target": two.name}, fit, reason)
    if not directed:
        reason = f"{' and '.join(reversed(told))}: translate {quoted(two)} into {quoted(one)}."
        yield Detection(TASK, "translation", {"source": two.name, "target": one.name}, fit - 0.2, reason)


def _summary(both: Comparison, columns: int) -> Iterator[Detection]:
    long, short = both.longer, both.shorter
    if both.are_translations or both.ratio > 0.7 or short.questions > 0.3:
        return
    named = short.said("summary") > 0.5 and short.said("summary") >= short.said("text")
    documents = long.said("document", "source") > 0.5
    if named:
        fit = 0.96 if documents else 0.85
    elif long.chars < _LONG or both.overlap < 0.3:
        return
    else:
        likely = short.sentences > 0.4 and long.sentences > 0.7 and both.overlap > 0.4
        fit = (0.7 if likely else 0.4) + 0.1 * documents - 0.2 * (short.said("text") > 0.8)
    if is_named_like_title(short) or (columns > 2 and short.sentences < 0.3):
        fit = min(fit, 0.4)
    times = max(2, round(1 / max(both.ratio, 0.01)))
    reason = (
        f"{quoted(long)} holds long texts and {quoted(short)} texts about {times} times shorter that share their words: "
        f"write {quoted(short)} from {quoted(long)}."
    )
    yield Detection(TASK, "summary", {"source": long.name, "target": short.name}, fit, reason)


def _other(both: Comparison) -> Iterator[Detection]:
    one, two = both.one, both.two
    if two.said("source") > one.said("source") or one.said("target") > two.said("target"):
        one, two = two, one
    named = min(one.said("source"), two.said("target")) > 0.5
    if not named and (both.overlap < 0.5 or both.ratio < 0.5 or _is_odd(one) or _is_odd(two)):
        return
    reason = f"{quoted(one)} and {quoted(two)} hold texts that go together: write {quoted(two)} from {quoted(one)}."
    fit = 0.9 if named else 0.5
    yield Detection(TASK, "source-target", {"source": one.name, "target": two.name}, fit, reason)


def _is_odd(column: Column) -> bool:
    return column.sentences < 0.2 and column.words < 3
