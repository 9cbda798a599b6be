"""An encoder that fills gaps: tokens hidden behind a mask are guessed from those on both sides."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from studio.models.heads.writing import WritingHead, guessed
from studio.tasks.fill import GUESSES


class MaskedHead(WritingHead):
    """The hidden tokens. Labels stand where they are hidden."""

    kind = "masked"
    auto_class = "AutoModelForMaskedLM"
    by_token = False

    @override
    def read(self, backbone: Any, **batch: Tensor) -> Tensor:
        given = {
            name: each for name, each in batch.items() if name in ("input_ids", "attention_mask", "token_type_ids")
        }
        return guessed(backbone, batch["labels"] != -100 if "labels" in batch else None, **given)

    @override
    def answer(self, backbone: Any, lengths: Any, **batch: Tensor) -> list[np.ndarray]:
        """For every token of each row the likeliest guesses and their shares, (tokens, 2 × GUESSES) float64: only gaps are looked at."""
        batch.pop("labels", None)  # at every place, not only where something would be learned
        shares = torch.softmax(self.read(backbone, **batch).float(), -1)
        found = shares.topk(min(GUESSES, shares.shape[-1]), -1)
        both = torch.cat([found.indices.double(), found.values.double()], -1).cpu().numpy()
        return [row[: int(length)] for row, length in zip(both, lengths, strict=True)]
