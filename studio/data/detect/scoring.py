"""Readings as regression: a text, or two, and a number."""

from collections.abc import Iterator

from studio.data.detect.detection import Detection
from studio.data.detect.pairs import best_pair
from studio.data.detect.profile import Column
from studio.data.detect.view import View, quoted

TASK = "text-regression"


def read(view: View) -> Iterator[Detection]:
    """The likeliest column of numbers with the best text, and with the best two."""
    for place, score in enumerate(sorted(view.numbers, key=lambda column: -_fit(column))[:2]):
        fit = _fit(score) - 0.1 * place
        texts = [text for text in view.texts if text is not score and text.words >= 2]
        if fit <= 0 or not texts:
            continue
        pair = best_pair(view, {score.name})
        numbers = f"{quoted(score)} holds numbers from {_bounds(score)}"
        is_pair = pair is not None and (pair.is_named or pair.is_alike)
        if pair is not None:
            reason = (
                f"{numbers}, {quoted(pair.one)} and {quoted(pair.two)} hold texts: foretell the number of two texts."
            )
            roles = {"text": pair.one.name, "text_pair": pair.two.name, "score": score.name}
            yield Detection(TASK, "pair-score", dict(roles), fit if is_pair else fit - 0.3, reason)
        reason = f"{numbers} and {quoted(texts[0])} holds texts: foretell the number of a text."
        roles = {"text": texts[0].name, "score": score.name}
        yield Detection(TASK, "text-score", dict(roles), fit - 0.3 if is_pair else fit, reason)


def _fit(score: Column) -> float:
    """Numbers with a fraction are measured; whole numbers may be grades, groups or counts."""
    named = score.said("score")
    if score.said("id", "date", "answer_start", "turn") > named or score.distinct < 3:
        return 0.0
    if score.numbers - score.integers > 0.3:
        return 0.95 if named > 0.5 else 0.72
    if score.distinct > 10:
        return 0.8 if named > 0.5 else 0.5
    return 0.45 if named > 0.5 else 0.2


def _bounds(score: Column) -> str:
    numbers = sorted((float(value.replace(",", ".")), value) for value in score.values if _is_number(value))
    return f"{numbers[0][1]} to {numbers[-1][1]}" if numbers else "low to high"


def _is_number(value: str) -> bool:
    try:
        float(value.replace(",", "."))
    except ValueError:
        return False
    return True
