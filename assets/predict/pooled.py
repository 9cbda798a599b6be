"""A model that makes one vector of a text, and a linear layer that makes numbers of the vector."""

from pathlib import Path
from typing import Any

import torch
from frame import Model
from safetensors.torch import load_file
from transformers import AutoModel

from studio.tasks.two_texts import tokens_of
from studio.tasks.unread import not_read


def noted(answers: list[dict[str, Any]], cut: list[bool]) -> list[dict[str, Any]]:
    """The answers, with a note where the text was cut."""
    return [
        {**answer, "note": not_read(0, True)} if is_cut else answer for answer, is_cut in zip(answers, cut, strict=True)
    ]


class Pooled(Model):
    """The folder holds a base model that gives one vector a token (loaded by AutoModel), and a head.

    The token vectors become one vector a text (their mean, or the first or last one), scaled to a fixed length, and one
    linear layer turns that into numbers. AutoModelForSequenceClassification would put another, untrained head there.
    """

    def load(self, folder: Path) -> None:
        """The base model, and the head: weight (numbers, width) and bias (numbers,)."""
        self.model = AutoModel.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
        self.model.to(self.device).train(False)
        self.head = {name: each.to(self.device) for name, each in load_file(folder / "head.safetensors").items()}

    def outputs(self, rows: list[dict[str, str]]) -> tuple[torch.Tensor, list[bool]]:
        """One row a text (or two texts, read as one), one column a number; and which texts were cut."""
        texts = [row[self.names[0]] for row in rows]
        seconds = [row.get(self.names[1], "") for row in rows] if len(self.names) > 1 else None
        vectors, cut = self.vectors(texts, seconds)
        return torch.nn.functional.linear(vectors, self.head["weight"], self.head["bias"]), cut

    def vectors(self, texts: list[str], seconds: list[str] | None = None) -> tuple[torch.Tensor, list[bool]]:
        """One row a text (or two texts, read as one); and which were cut."""
        found, cut = tokens_of(self.tokenizer, texts, seconds, self.facts["max_length"])
        ids, mask = self.padded(found["input_ids"])
        parts = {"token_type_ids": self.padded(found["token_type_ids"])[0]} if "token_type_ids" in found else {}
        return self.pool(self.model(input_ids=ids, attention_mask=mask, **parts).last_hidden_state, mask), cut

    def pool(self, vectors: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Token vectors to one vector a text, the padding left out."""
        if self.facts["pooling"] == "first":
            pooled = vectors[:, 0]
        elif self.facts["pooling"] == "last":
            last = (mask * torch.arange(mask.shape[1], device=mask.device)).amax(1)
            pooled = vectors[torch.arange(len(vectors), device=mask.device), last]
        else:
            pooled = (vectors * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        if self.facts["normalize"]:
            pooled = torch.nn.functional.normalize(pooled, dim=-1)
        return pooled * self.facts["scale"]
