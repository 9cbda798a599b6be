"""A decoder that writes on: every token is guessed from those before it."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from studio.models.heads.writing import WritingHead


class CausalHead(WritingHead):
    """The next token. Labels stand at the tokens themselves; each is compared with the output before it."""

    kind = "causal"
    auto_class = "AutoModelForCausalLM"

    @override
    def read(self, backbone: Any, **batch: Tensor) -> Tensor:
        found = backbone(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False)
        logits: Tensor = found.logits
        return logits

    @override
    def wanted(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        return outputs[:, :-1], labels[:, 1:]

    @override
    def answer(self, backbone: Any, lengths: Any, **batch: Tensor) -> list[np.ndarray]:
        """The tokens written behind each row."""
        ids, mask = leftwards(batch["input_ids"], batch["attention_mask"])
        width = ids.shape[1]
        context = getattr(backbone.config, "max_position_embeddings", None) or 10**9
        most = min(self.facts.new_tokens, int(context) - width)
        if most < 1:
            return [np.empty(0, np.int64) for _ in range(len(ids))]
        return self.until_end(self.write(backbone, most, input_ids=ids, attention_mask=mask)[:, width:])


def leftwards(ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Right-padded rows with their padding on the left, where it does not come between a text and what is written on."""
    width = ids.shape[1]
    places = torch.arange(width, device=ids.device).unsqueeze(0) - (width - mask.sum(1, keepdim=True))
    return ids.gather(1, places % width), (places >= 0).to(mask.dtype)
