"""Texts in letters for which the base model has no tokens: to it they are all the same."""

from collections.abc import Iterator

from studio.data.doctor.finding import Finding, Patient
from studio.figures import quantity

_MUCH, _NEARLY_ALL = 0.2, 0.8
"""Shares of the characters."""


def unread(patient: Patient) -> Iterator[Finding]:
    """What the model cannot read at all, as Thai by a model made for English."""
    if patient.unread < _MUCH:
        return
    whole = patient.unread >= _NEARLY_ALL
    text = (
        f"{quantity(patient.unread)} of the letters stand in words for which the base model has no tokens. "
        "It reads each of these words as “unknown”, whichever it is."
    )
    why = f"What it cannot tell apart it cannot learn{'' if whole else ' from'}: choose a model that knows the language, or many languages."
    title = f"The model cannot read {'these texts' if whole else 'much of these texts'}"
    yield Finding("unread", "warning", title, text, why)


CHECKS = (unread,)
