"""What changes while a run trains, besides weights, moments and random numbers."""

from dataclasses import dataclass
from typing import Any

from studio.worker.stopping import Stopping


class NotFinite(ArithmeticError):  # noqa: N818 - a fact of arithmetic
    """A loss, a gradient or a check came out as not a number or infinite."""


@dataclass
class State:
    """Saved in every checkpoint; a resumed run goes on from it to the bit."""

    stopping: Stopping
    step: int = 0
    checked: int = 0
    """The last step whose version was checked."""
    splits: int = 1
    """Parts that a batch is computed in, for want of memory; their gradients are added up."""
    slowed: float = 1.0
    """Every learning rate is multiplied by this: halved once if the numbers explode."""
    reason: str = ""
    """Why training ended; empty while it goes on."""
    loss_sum: float = 0.0
    loss_units: int = 0
    """Since the last Step event."""

    @classmethod
    def read(cls, value: dict[str, Any]) -> "State":
        """From what `asdict` gave."""
        known = {{"loss_rows": "loss_units"}.get(name, name): each for name, each in value.items()}  # its name before
        return cls(**{**known, "stopping": Stopping(**value["stopping"])})
