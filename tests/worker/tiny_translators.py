"""Random translators of a few thousand weights that have to be told languages, and sentences in two of them."""

from pathlib import Path
from typing import Any

from studio.data.example import Example
from worker.tiny_writers import saved
from worker.written import ANIMALS

LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß?.,'"
CODES = {"nllb": ("deu_Latn", "eng_Latn"), "mbart": ("de_DE", "en_XX"), "mbart50": ("de_DE", "en_XX")}


def translations() -> list[Example]:
    """German in, English out."""
    return [
        Example(row, {"source": f"das {name} ist nicht mit der katze hier."}, f"the {name} is not here with the cat.")
        for row, name in enumerate(ANIMALS, 2)
    ]


def language_tokenizer(kind: str) -> Any:
    """As the real ones, with a token a letter: NLLB puts the language in front, mBART behind, mBART-50 in front."""
    from transformers import MBart50Tokenizer, MBartTokenizer, NllbTokenizer

    if kind == "nllb":
        names = ["<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS, *(f"▁{letter}" for letter in LETTERS)]
        return NllbTokenizer(
            vocab={name: number for number, name in enumerate(names)},
            merges=[("▁", letter) for letter in LETTERS],
            additional_special_tokens=["eng_Latn", "deu_Latn", "fra_Latn"],
        )
    scores = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    scores += [(letter, -3.0) for letter in LETTERS]
    return (MBartTokenizer if kind == "mbart" else MBart50Tokenizer)(vocab=scores)


def make_translator(folder: Path, kind: str, *, width: int = 32, layers: int = 1) -> Path:
    """`nllb`, `mbart` or `mbart50`."""
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, MBartConfig, MBartForConditionalGeneration

    tokenizer = language_tokenizer(kind)
    torch.manual_seed(7)
    shape = {
        "vocab_size": len(tokenizer),
        "d_model": width,
        "encoder_layers": layers,
        "decoder_layers": layers,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 4,
        "encoder_ffn_dim": 2 * width,
        "decoder_ffn_dim": 2 * width,
        "max_position_embeddings": 128,
        "init_std": 0.3,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "decoder_start_token_id": tokenizer.eos_token_id,
        "forced_eos_token_id": None,
        "encoder_layerdrop": 0.0,
        "decoder_layerdrop": 0.0,
    }
    is_nllb = kind == "nllb"
    model = (
        M2M100ForConditionalGeneration(M2M100Config(**shape))
        if is_nllb
        else MBartForConditionalGeneration(MBartConfig(**shape))
    )
    return saved(folder, model, tokenizer)
