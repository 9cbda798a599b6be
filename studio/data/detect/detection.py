"""What was detected: a reading of a table as data for one task, how sure it is, and why, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Part = Literal["train", "validation", "test"]
Roles = dict[str, str | tuple[str, ...]]


NAMES = {
    "text-classification": "sorting texts into groups",
    "multi-label-classification": "several labels for each text",
    "text-regression": "a number for each text, as a score or likeness",
    "token-classification": "finding names in texts",
    "question-answering": "answering questions from a text",
    "text-to-text": "translating, summarising or rewriting texts",
    "instruction-tuning": "writing replies to instructions",
    "chat": "conversations",
    "language-modeling": "continuing texts",
}
"""Every task that can be detected, as people say it."""

SURE, LIKELY = 0.9, 0.6
"""From these confidences on a reading is very sure and fairly sure. A very sure one is taken without asking."""

WORTH_SAYING = 0.5
"""Another reading below this confidence is hardly one."""


def sureness(confidence: float) -> str:
    """As in "very sure (95 %)"; the page and the command line say it with these words."""
    word = "very sure" if confidence >= SURE else "fairly sure" if confidence >= LIKELY else "not sure"
    return f"{word} ({100 * confidence:.0f} %)"


@dataclass(frozen=True)
class SplitColumn:
    """The column that says which part a row belongs to."""

    column: str
    parts: dict[str, Part]
    """Each of its values → the part that it names."""


@dataclass(frozen=True)
class Detection:
    """One way to read a table. The package's docstring lists tasks, layouts and roles."""

    task: str
    """Empty when nothing fits."""
    layout: str
    roles: Roles
    """Role → column, or columns where a role takes several."""
    confidence: float
    """From 0 to 1: the chance, as far as names and contents tell, that task and roles are what a person would say."""
    reason: str
    """One or two sentences for people who have never trained a model."""
    alternatives: tuple["Detection", ...] = ()
    """Other readings, best first."""
    split: SplitColumn | None = None
    ignored: dict[str, str] = field(default_factory=dict)
    """Column without a role → why, as in "numbers its rows"."""
    separator: str = ""
    """What stands between the labels of a cell, where a cell holds several; `json` for lists."""

    @property
    def columns(self) -> set[str]:
        """All columns that have a role."""
        return {
            name for column in self.roles.values() for name in ([column] if isinstance(column, str) else list(column))
        }

    @property
    def readings(self) -> tuple["Detection", ...]:
        """This one and the others, best first; none where no task fits."""
        return (self, *self.alternatives) if self.task else ()

    def reading(self, task: str, columns: Mapping[str, str | tuple[str, ...]]) -> "Detection | None":
        """The one of the readings that gives just these columns their roles; None when nothing speaks for them."""
        return next((each for each in self.readings if each.task == task and each.roles == dict(columns)), None)

    @property
    def in_words(self) -> str:
        """Roles and columns, as in "text = review, label = stars"."""
        told = ((role, [name] if isinstance(name, str) else name) for role, name in self.roles.items())
        return ", ".join(f"{role} = {' + '.join(names)}" for role, names in told)
