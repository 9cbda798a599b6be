"""What tasks hand out: answers, guesses at columns, pieces of what a model reads, and the metrics they measure."""

from dataclasses import dataclass, field
from typing import Literal

from studio.columns import Columns


@dataclass(frozen=True)
class Piece:
    """A stretch of what the model reads of a row, for people to see."""

    text: str
    is_learned: bool
    is_special: bool = False
    """Whether it stands for no text of its own: a beginning, an end, a turn."""


@dataclass(frozen=True)
class Answer:
    """What a model says of one example, in the form in which the task writes its targets."""

    value: str
    confidence: dict[str, float] = field(default_factory=dict)
    """Label → probability: where one label is answered, they sum to 1; empty for tasks without labels."""
    losses: tuple[float, int] = (0.0, 0)
    """How surprised the model is by the row's target: nats, and over how many tokens; only where answers are written."""
    guessed: int = 0
    """How many of those tokens were among the five that the model held likeliest."""
    lost: int = 0
    """Messages at the beginning of the conversation that no longer fit and were not read."""
    is_cut: bool = False
    """Whether a text that was asked did not fit and was read in part."""
    added: tuple[tuple[int, int], ...] = ()
    """Where in the value words of the model's own begin and end, where the rest is the text that was asked."""


@dataclass(frozen=True)
class Guess:
    """Which columns play which roles, with the reason in words and a confidence from 0 (no idea) to 1."""

    columns: Columns
    reason: str
    confidence: float


@dataclass(frozen=True)
class Metric:
    """A number of the report. `best` says which direction is better; values are from 0 to 1 where `unit` is `share`; it is
    empty for a number by itself. `wanted` is the value it should have, where neither more nor less is better."""

    name: str
    title: str
    help: str
    best: Literal["max", "min"] = "max"
    unit: str = "share"
    wanted: float | None = None
