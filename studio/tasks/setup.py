"""What a run tells its task."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Setup:
    """What encoding and decoding need to know of a run."""

    tokenizer: Any
    """A fast transformers tokenizer."""
    labels: tuple[str, ...]
    max_length: int
    """Tokens, special ones included."""
    head: str = field(default="", kw_only=True)
    """The kind of head that the model wears (see models.heads), for tasks that know several."""
    today: date | None = field(default=None, kw_only=True)
    """The day that a chat template may name; None is the day it is. A run has one day, so that it can be resumed exactly."""
    thresholds: tuple[float, ...] = ()
    """What `Task.thresholds` chose on the validation rows; empty before that."""
    scaling: tuple[float, float] = (0.0, 1.0)
    """What `Task.scaling` found in the training rows."""
    new_tokens: int = 0
    """Tokens an answer may have; 0 where none are written."""
    prefix: str = ""
    """Words in front of every text that is read (see `Task.told`)."""
    codes: tuple[str, ...] = ()
    """The source's and the target's language, as the tokenizer has them; empty where it has none."""
    inside: bool = False
    """What `Task.inside` found in the training rows."""
    longest: int = 0
    """What `Task.longest` found in the training rows."""
