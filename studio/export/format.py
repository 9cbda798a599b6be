"""The contract of an export format: a module of this folder that holds a `FORMAT`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.rundir import RunDir


@dataclass(frozen=True)
class Format:
    """One way to take a finished run away."""

    name: str
    """As on the command line: `archive`."""
    title: str
    help: str
    """One sentence for a person who has never trained a model."""
    build: Callable[[RunDir], Path]
    """Makes the file in the run folder, whole or not at all, and says where. Raises: StudioError."""
    contents: Callable[[RunDir], dict[str, int]]
    """Name → bytes of what `build` will put into it. Raises: StudioError."""
