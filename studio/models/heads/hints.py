"""What tokens look like, added to their word vectors: small tables that are learned with the head, and start at nothing."""

from typing import Any

import torch
from torch import Tensor, nn

from studio.models.heads.head import vectors_of


class Hints(nn.Module):
    """A vector for every value of every hint. A token's `hints` are one number, written in the bases of `sizes`."""

    def __init__(self, width: int, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.sizes = sizes
        self.weight = nn.Parameter(torch.zeros(sum(sizes), width))

    def forward(self, hints: Tensor) -> Tensor:
        """The sum of a token's vectors, (rows, longest, width), of its number, (rows, longest)."""
        total: Any = 0
        first = 0
        for size in self.sizes:
            total = total + nn.functional.embedding(first + hints % size, self.weight)
            hints, first = hints // size, first + size
        result: Tensor = total
        return result


def hinted_vectors_of(backbone: nn.Module, table: Hints | None, **batch: Tensor) -> Tensor:
    """The last layer's vector of every token, (rows, longest, width), with the hints added to what the first layer reads."""
    if table is None or "hints" not in batch:
        return vectors_of(backbone, **batch)
    model: Any = backbone
    words = model.get_input_embeddings()(batch["input_ids"])
    given = {name: batch[name] for name in ("attention_mask", "token_type_ids") if name in batch}
    vectors: Tensor = model(inputs_embeds=words + table(batch["hints"]), **given).last_hidden_state
    return vectors
