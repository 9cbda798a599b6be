"""Fills the gaps of a text: write ___ where a word is missing.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In the file that comes out, `answer` holds the whole text, its gaps filled.

In your own code:

    from predict import Filler

    model = Filler()
    model([ROW])  # [{"answer": "the text with its gaps filled"}]
"""

from pathlib import Path
from typing import Any

import torch
from frame import Model, main
from transformers import AutoModelForMaskedLM

from studio.tasks.fill import GUESSES, around_gaps, filled, readable, with_masks


class Filler(Model):
    """An encoder that guesses hidden words (loaded by AutoModelForMaskedLM)."""

    def load(self, folder: Path) -> None:
        """The model."""
        self.model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
        self.model.to(self.device).train(False)

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """The likeliest word in every gap."""
        answers = []
        for row in rows:
            text = with_masks(row[self.names[0]], self.tokenizer)
            words = {}
            for tokens, gaps in around_gaps(text, self.tokenizer, self.facts["max_length"]):
                ids, mask = self.padded([tokens])
                logits = self.model(input_ids=ids, attention_mask=mask).logits[0]
                for place, start, end in gaps:
                    guesses = logits[place].topk(min(GUESSES, logits.shape[-1])).indices.tolist()
                    said = readable(guesses, text, (start, end), self.tokenizer)
                    words[start, end] = said[0][1] if said else ""
            answers.append({"answer": filled(text, words, self.tokenizer)[0]})
        return answers


if __name__ == "__main__":
    main(Filler)
