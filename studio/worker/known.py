"""What a spare found out about rows before their run was started, so that the click on Start need not wait for it.

Kept in the memory of the one process, under a digest of everything the finding depends on: a changed row, base model or
length limit finds nothing, a changed learning rate finds all of it. What is found is what would be computed, to the bit.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Outputs = dict[int, Tensor]
"""Number of a batch → what the frozen base model said of its rows."""


@dataclass
class Findings:
    """Of one set of rows and one base model. Whoever computes more puts it in."""

    train: Outputs = field(default_factory=dict)
    validation: Outputs = field(default_factory=dict)
    heads: dict[str, tuple[Tensor, Tensor]] = field(default_factory=dict)
    """Settings that decide between linear heads → the weight and bias of the chosen one."""


class Known:
    """The findings for the rows looked at last; those for other rows are forgotten, since they are large."""

    def __init__(self) -> None:
        self._key, self._findings = "", Findings()

    def forget(self) -> None:
        """It is of no use any more, and large."""
        self._key, self._findings = "", Findings()

    def at(self, key: str) -> Findings:
        """The findings under that digest, to read and to add to."""
        if key != self._key:
            self._key, self._findings = key, Findings()
        return self._findings


def digest(base: Path, facts: dict[str, Any], *arrays: NDArray[Any]) -> str:
    """Of a base model's weights (by size and time of its files), plain facts, and numbers."""
    found = hashlib.sha256()
    for file in sorted(base.glob("*")):
        told = file.stat()
        found.update(f"{file} {told.st_size} {told.st_mtime_ns}\n".encode())
    found.update(json.dumps(facts, sort_keys=True).encode())
    for array in arrays:
        found.update(f"\n{array.dtype} {array.shape} ".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()
