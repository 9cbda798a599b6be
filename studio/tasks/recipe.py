"""What suits a task better than the settings that suit labels for whole texts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Facts for the suggestions (see models.suggest). What is None follows from the rows as everywhere."""

    learning_rate: float | None = None
    """For narrow models; wide ones get less."""
    epochs: int | None = None
    """Passes over the rows for a balanced run, where that gives enough steps."""
    batch_rows: int | None = None
    label_smoothing: float | None = None
    checks: int = 12
    """About so many checks a run; fewer where each costs much or says little."""
    patience: float = 0.0
    """Share of all checks that may bring no progress, at least, where the watched value jumps about from check to check."""
    why: str = ""
    """The end of a sentence, as in "1e-4: names are learned word by word …"."""
