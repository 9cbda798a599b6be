"""Readings as regression: a text, or two, and a number."""

from collections.abc import Iterator

from studio.data.detect.detection import Detection
from studio.data.detect.pairs import best_pair
from studio.data.detect.profile import Column
from studio.data.detect.view import View, quoted
from studio.data.masking import all_cited, cited
from studio.figures import quantity

TASK = "text-regression"
_NEARLY_ALL, _SOME = 0.95, 0.55
"""A column with fewer numbers than this share is not surely one to learn numbers from."""


def read(view: View) -> Iterator[Detection]:
    """The likeliest column of numbers with the best text, and with the best two."""
    for place, score in enumerate(sorted(view.numbers, key=lambda column: -_fit(column))[:2]):
        fit = _fit(score) - 0.1 * place
        texts = [text for text in view.texts if text is not score and text.words >= 2]
        if fit <= 0 or not texts:
            continue
        pair = best_pair(view, {score.name})
        numbers = f"{quoted(score)} holds numbers from {_bounds(score)}"
        left_out = _left_out(score)
        is_pair = pair is not None and (pair.is_named or pair.is_alike)
        if pair is not None:
            reason = (
                f"{numbers}, {quoted(pair.one)} and {quoted(pair.two)} hold texts: foretell the number of two texts."
                f"{left_out}"
            )
            roles = {"text": pair.one.name, "text_pair": pair.two.name, "score": score.name}
            yield Detection(TASK, "pair-score", dict(roles), fit if is_pair else fit - 0.3, reason)
        reason = f"{numbers} and {quoted(texts[0])} holds texts: foretell the number of a text.{left_out}"
        roles = {"text": texts[0].name, "score": score.name}
        yield Detection(TASK, "text-score", dict(roles), fit - 0.3 if is_pair else fit, reason)


def _fit(score: Column) -> float:
    """Numbers with a fraction are measured; whole numbers may be grades, groups or counts.

    Where many cells are none, somebody has to say so.
    """
    fit = _fit_of_numbers(score)
    return fit if score.numbers >= _NEARLY_ALL else min(fit, _SOME)


def _fit_of_numbers(score: Column) -> float:
    named = score.said("score")
    if score.said("id", "date", "answer_start", "turn") > named or score.distinct < 3:
        return 0.0
    if score.numbers - score.integers > 0.3:
        return 0.95 if named > 0.5 else 0.72
    if score.distinct > 10:
        return 0.8 if named > 0.5 else 0.5
    return 0.45 if named > 0.5 else 0.2


def _bounds(score: Column) -> str:
    numbers = sorted(score.numerals, key=lambda each: float(each[1]))
    return f"{numbers[0][0]} to {numbers[-1][0]}"


def _left_out(score: Column) -> str:
    """What becomes of the rows whose cell is no number; nothing where there is none."""
    numbers = {value for value, _ in score.numerals}
    others = dict.fromkeys(value for value in score.values if value not in numbers)
    if not others:
        return ""
    said = all_cited([cited(value, 30) for value in others], 3)
    return (
        f" {quantity(1 - score.numbers)} of its cells are no numbers, as {said}: these rows are left out, unless they are "
        "corrected."
    )
