"""Early stopping and which version is best: a pure fold over the checks."""

from dataclasses import dataclass
from typing import Literal

_LOSS_GAIN = 1e-3
"""Where the watched value stands still, a loss lower by this share of itself is progress."""


@dataclass
class Stopping:
    """What the checks have shown so far.

    The version before training (step 0, the probe) takes part in "which is best", but not in "is there progress":
    tuning first unsettles a good start, and must not be ended for that before it has overtaken it.
    """

    mode: Literal["max", "min"]
    patience: int
    minimum_gain: float
    best_step: int = -1
    best_value: float = 0.0
    best_loss: float = 0.0
    reference_value: float | None = None
    """The watched value of the last check that was progress; None before the first check after step 0."""
    reference_loss: float = 0.0
    chances_left: int = 0

    def __post_init__(self) -> None:
        if self.best_step < 0:
            self.chances_left = self.patience

    def tell(self, step: int, value: float, loss: float) -> bool:
        """Take in a check; True when its version is the best so far."""
        is_best = self.best_step < 0 or self._is_better(value, loss, self.best_value, self.best_loss, 0.0)
        if is_best:
            self.best_step, self.best_value, self.best_loss = step, value, loss
        if step == 0:
            return is_best
        if self.reference_value is None or self._is_better(
            value, loss, self.reference_value, self.reference_loss, self.minimum_gain
        ):
            self.reference_value, self.reference_loss, self.chances_left = value, loss, self.patience
        else:
            self.chances_left = max(0, self.chances_left - 1)
        return is_best

    def _is_better(self, value: float, loss: float, than: float, than_loss: float, gain: float) -> bool:
        """Better by more than `gain`; where the value stands still, the loss decides.

        On small validation sets accuracy and F1 stay flat while the loss still falls.
        """
        difference = value - than if self.mode == "max" else than - value
        if abs(difference) < 1e-9:
            return self.mode == "max" and loss < than_loss * (1 - _LOSS_GAIN)
        return difference > gain
