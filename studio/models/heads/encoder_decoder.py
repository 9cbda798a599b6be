"""An encoder-decoder: reads one text and writes another."""

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from studio.models.heads.head import Layout
from studio.models.heads.writing import WritingHead


class EncoderDecoderHead(WritingHead):
    """The second text, token by token, from the first and what stands before."""

    kind = "encoder-decoder"
    auto_class = "AutoModelForSeq2SeqLM"
    layout: ClassVar[Layout] = "text"
    beams: ClassVar[int] = 4

    @override
    def read(self, backbone: Any, **batch: Tensor) -> Tensor:
        found = backbone(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            decoder_input_ids=self._begun(backbone, batch["labels"]),
            use_cache=False,
        )
        logits: Tensor = found.logits
        return logits

    def _begun(self, backbone: Any, labels: Tensor) -> Tensor:
        """mBART's own way takes the mark from behind a text, where a text that was cut has none."""
        start = self.facts.start_token
        if start < 0 and not self.facts.codes:
            return begun(backbone, labels)
        return behind(labels, start if start >= 0 else int(backbone.config.decoder_start_token_id), backbone)

    @override
    def answer(self, backbone: Any, lengths: Any, **batch: Tensor) -> list[np.ndarray]:
        """The tokens of each row's second text."""
        written = self.write(backbone, max(1, self.facts.new_tokens), **batch)
        return self.until_end(written[:, 1:])  # without what every text begins with


def begun(backbone: Any, labels: Tensor) -> Tensor:
    """What the decoder reads while it learns to write `labels`: the same, one place later, behind the beginning mark."""
    if hasattr(backbone, "prepare_decoder_input_ids_from_labels"):
        given: Tensor = backbone.prepare_decoder_input_ids_from_labels(labels=labels)
        return given
    return behind(labels, int(backbone.config.decoder_start_token_id), backbone)


def behind(labels: Tensor, start: int, backbone: Any) -> Tensor:
    """`labels` one place later, behind the token `start`, filled up with padding."""
    moved = torch.cat([torch.full_like(labels[:, :1], start), labels[:, :-1]], 1)
    return moved.masked_fill_(moved == -100, int(backbone.config.pad_token_id))
