"""A head for two texts that are compared: a number from how alike their vectors are.

    number = slope × cosine(one, other) + height

Both texts are read by the same base model, each for itself. The line is fitted on the untuned model's cosines, so that
the start is what people would do without training: take the cosine.
"""

import torch
from torch import Tensor, nn
from typing_extensions import override

from studio.errors import StudioError
from studio.models.heads.pooled import NumberHead


class SimilarityHead(NumberHead):
    """A number for two texts, in units in which the training rows' numbers have a mean of 0 and a deviation of 1."""

    kind = "similarity"

    @staticmethod
    @override
    def given_width(width: int) -> int:
        return 1

    @override
    def read(self, backbone: nn.Module, **batch: Tensor) -> Tensor:
        """Both vectors of each row, (rows, 2, width)."""
        if "other_ids" not in batch:
            raise StudioError("There is no second text to compare with", fix="Give two texts for each row.")
        one = super().read(backbone, input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
        other = super().read(backbone, input_ids=batch["other_ids"], attention_mask=batch["other_mask"])
        return torch.stack([one, other], dim=1)

    @override
    def given(self, seen: Tensor) -> Tensor:
        return nn.functional.cosine_similarity(seen[:, 0], seen[:, 1], dim=-1).unsqueeze(1)
