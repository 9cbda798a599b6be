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

from studio.tasks.fill import around_gaps, filled, with_masks, word_of


class Filler(Model):
    """An encoder that guesses hidden words (loaded by AutoModelForMaskedLM)."""

    def load(self, folder: Path) -> None:
        """The model."""
        self.model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
        self.model.to(self.device).train(False)

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """The likeliest token in every gap."""
        answers = []
        for row in rows:
            text = with_masks(row[self.names[0]], self.tokenizer)
            words = {}
            for tokens, gaps in around_gaps(text, self.tokenizer, self.facts["max_length"]):
                ids, mask = self.padded([tokens])
                guesses = self.model(input_ids=ids, attention_mask=mask).logits.argmax(-1)[0].tolist()
                words |= {(start, end): word_of(guesses[place], self.tokenizer) for place, start, end in gaps}
            answers.append({"answer": filled(text, words, self.tokenizer)})
        return answers


if __name__ == "__main__":
    main(Filler)
