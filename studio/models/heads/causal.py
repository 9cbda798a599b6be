"""A decoder that writes on: every token is guessed from those before it."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from studio.models.heads.chunks import in_chunks, most_at_once
from studio.models.heads.writing import WritingHead, guessed


class CausalHead(WritingHead):
    """The next token. Labels stand at the tokens themselves; each is compared with the output before it."""

    kind = "causal"
    auto_class = "AutoModelForCausalLM"
    packs = True
    bends = False
    """Whether the base model does something to logits behind its last layer, so that they cannot be computed in chunks."""

    @override
    def read(self, backbone: Any, **batch: Tensor) -> Tensor:
        given = {name: each for name, each in batch.items() if name in ("input_ids", "attention_mask", "position_ids")}
        wanted = None
        if "labels" in batch:
            due = self.due(batch["labels"])
            wanted = due != -100
            if not self.bends and wanted.numel() > (most := most_at_once(backbone)) and int(wanted.sum()) > most:
                found = in_chunks(backbone, wanted, due[wanted], self.smoothing, **given, use_cache=False)
                if found is not None:
                    return found
                self.bends = True
        return guessed(backbone, wanted, **given, use_cache=False)

    @override
    def due(self, labels: Tensor) -> Tensor:
        return torch.nn.functional.pad(labels[:, 1:], (0, 1), value=-100)

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
