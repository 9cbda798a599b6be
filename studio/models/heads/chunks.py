"""The loss of more tokens than there is room for their numbers of all words at once: in chunks, which the gradient computes again."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

CHUNK_BYTES = 10**9
"""For the numbers of all words at the tokens of a chunk."""
_BYTES_A_WORD = 12
"""The logit, a copy of it in float32, and its logarithm."""
GUESSES = 5
_NEAR = 1e-3
"""How far a logit may be off that is computed alone, as rounding has it with 8 bits of precision, for one of size 1."""


def most_at_once(backbone: Any) -> int:
    """Tokens of a chunk."""
    return max(1, CHUNK_BYTES // (_BYTES_A_WORD * int(backbone.config.vocab_size)))


def in_chunks(backbone: Any, wanted: Tensor, due: Tensor, smoothing: float, **given: Any) -> Tensor | None:
    """For every token that is `wanted`, bool (rows, tokens), whose right ones are `due`, int64 (wanted,): the nats, then
    whether it is among five guesses (looked at without gradients only), float32 (2 × wanted,).

    None for a model whose words are not the last layer of their own, or whose logits are bent behind it.
    """
    layer = backbone.get_output_embeddings()
    if layer is None:
        return None
    seen: list[Tensor] = []

    def keep(_layer: nn.Module, given: tuple[Tensor]) -> Tensor:
        seen.append(given[0][wanted])
        return seen[0][:1].unsqueeze(0)

    hook = layer.register_forward_pre_hook(keep)
    try:
        first = backbone(**given).logits
    finally:
        hook.remove()
    if not seen or not _is_last(layer, seen[0], first):
        return None
    most = most_at_once(backbone)
    parts = [
        _judged(layer, vectors, right, smoothing)
        if not torch.is_grad_enabled()
        else checkpoint(_judged, layer, vectors, right, smoothing, use_reentrant=False)
        for vectors, right in zip(seen[0].split(most), due.split(most), strict=True)
    ]
    return torch.cat(parts, 1).flatten()


def _is_last(layer: nn.Module, seen: Tensor, first: Tensor) -> bool:
    with torch.no_grad():
        alone = layer(seen[:1]).float()
        return bool(torch.allclose(alone, first[0].float(), rtol=_NEAR, atol=_NEAR))


def _judged(layer: nn.Module, seen: Tensor, due: Tensor, smoothing: float) -> Tensor:
    """float32 (2, tokens)"""
    logits = layer(seen).float()
    nats = nn.functional.cross_entropy(logits, due, reduction="none", label_smoothing=smoothing)
    hits = torch.zeros_like(nats)
    if not torch.is_grad_enabled():
        hits = (logits.topk(min(GUESSES, logits.shape[-1]), -1).indices == due.unsqueeze(-1)).any(-1).to(nats.dtype)
    return torch.stack([nats, hits])
