"""Readings as classification: a text, or two, and the group that it belongs to."""

from collections import Counter
from collections.abc import Iterator

from studio.data.detect.detection import Detection
from studio.data.detect.pairs import Pair, best_pair
from studio.data.detect.profile import Column
from studio.data.detect.tagging import is_tagging
from studio.data.detect.view import View, is_named_label, label_score, quoted, says_yes_or_no, text_score

TASK = "text-classification"
_NEARLY = 0.8
"""A second candidate with this share of the best one's score makes the choice unsure."""
_OF_PAIRS = """
    entailment neutral contradiction entails contradicts not_entailment supports refutes supported refuted duplicate
    not_duplicate paraphrase relevant irrelevant not_relevant agree disagree discuss unrelated
    correct incorrect partially_correct helpful unhelpful not_helpful"""
_PAIR_LABELS = frozenset(_OF_PAIRS.split())


def read(view: View) -> Iterator[Detection]:
    """The best text with each of the likeliest labels, then two texts with the label."""
    for place, label in enumerate(view.labels[:3]):
        texts = [text for text in view.texts if text is not label]
        if not texts:
            continue
        yield _single(view, texts, label, place)
        pair = best_pair(view, {label.name})
        if pair is not None:
            yield _double(pair, label, place)


def _single(view: View, texts: list[Column], label: Column, place: int) -> Detection:
    text = texts[0]
    roles = {"text": text.name, "label": label.name}
    if label.distinct == 1:
        reason = f"{quoted(label)} is named like a label, but holds one value only; {quoted(text)} holds the texts."
        return Detection(TASK, "text-label", dict(roles), 0.2, reason)
    others = [other for other in view.labels if other is not label and other is not text and other.distinct > 1]
    unsure = any(label_score(other) > _NEARLY * label_score(label) for other in others)
    unsure |= len(texts) > 1 and text_score(texts[1]) > _NEARLY * text_score(text)
    fit = 0.95 - 0.25 * unsure - 0.25 * (not is_named_label(label)) - 0.05 * place
    if label.name in view.separators or (label in view.marks and len(view.marks) > 2):
        fit = min(fit, 0.6)
    unused = [other for other in view.long_texts if other is not text and other is not label]
    if unused and not is_named_label(label) and all(other.said("title", "notes") < 0.5 for other in unused):
        fit -= 0.15
    if label.distinct_share > 0.5:
        fit = min(fit, 0.55)
    tags = Counter(tag for value in label.values for tag in value.split())
    if is_tagging(tags) and (text.words < 2 or tags.total() > len(label.values)):
        fit = min(fit, 0.3)
    if is_of_pairs(label) and len(view.long_texts) > 1:
        fit = min(fit, 0.5)
    reason = (
        f"{quoted(label)} holds {label.distinct} different values and {quoted(text)} holds "
        f"{'sentences' if text.words >= 4 else 'texts'}: sort {quoted(text)} into {label.distinct} groups."
    )
    return Detection(TASK, "text-label", dict(roles), fit, reason)


def _double(pair: Pair, label: Column, place: int) -> Detection:
    named = pair.is_named + is_of_pairs(label)
    fit = 0.96 if named or (pair.is_answered and says_yes_or_no(label)) else 0.6 if pair.is_alike else 0.4
    if not is_named_label(label) and named < 2:
        fit -= 0.15
    if label.distinct == 1 or label.distinct > 20:
        fit = min(fit, 0.3)
    reason = (
        f"{quoted(pair.one)} and {quoted(pair.two)} hold texts and {quoted(label)} holds {label.distinct} different "
        f"values: tell how the two texts go together."
    )
    roles = {"text": pair.one.name, "text_pair": pair.two.name, "label": label.name}
    return Detection(TASK, "pair-label", dict(roles), fit - 0.05 * place, reason)


def is_of_pairs(label: Column) -> bool:
    """Whether name or values speak of two texts, as "entailment" does."""
    values = {"_".join(value.casefold().split()) for value in label.values}
    speaks = label.said("pair_label") > 0.7 and label.said("label") < 1
    return speaks or (bool(values) and values <= _PAIR_LABELS)
