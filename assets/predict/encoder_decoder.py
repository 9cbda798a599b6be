"""Rewrites a text as the examples did: translated, summarized, corrected.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In your own code:

    from predict import Rewriter

    model = Rewriter()
    model([ROW])  # [{"answer": "…"}]
"""

from pathlib import Path
from typing import Any

import torch
from frame import Model, main
from transformers import AutoModelForSeq2SeqLM

from studio.tasks.text_to_text import shortened
from studio.tasks.translation import with_prefix


class Rewriter(Model):
    """An encoder-decoder (loaded by AutoModelForSeq2SeqLM); the likeliest of four texts it weighs against each other."""

    batch_rows = 8

    def load(self, folder: Path) -> None:
        """The model."""
        self.model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
        self.model.to(self.device).train(False)
        self.ends = list(self.facts["ends"])  # tokens that end an answer

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """One text for each."""
        length = self.facts["max_length"]
        texts = [with_prefix(self.facts.get("prefix", ""), row[self.names[0]]) for row in rows]
        sources = [shortened(self.tokenizer(text)["input_ids"], length, self.tokenizer) for text in texts]
        tokens = self.tokenizer.pad({"input_ids": sources}, return_tensors="pt").to(self.device)
        written = self.model.generate(
            input_ids=tokens["input_ids"],
            attention_mask=tokens["attention_mask"],
            max_new_tokens=max(1, self.facts["new_tokens"]),
            do_sample=False,
            num_beams=4,
            early_stopping=True,
            length_penalty=1.0,
            repetition_penalty=1.0,
            no_repeat_ngram_size=0,
            min_length=0,
            eos_token_id=self.ends or None,
        )[:, 1:].tolist()  # without what every text begins with
        return [{"answer": self.text_of(tokens)} for tokens in written]

    def text_of(self, tokens: list[int]) -> str:
        """Tokens before the end of an answer, as text."""
        last = next((place for place, token in enumerate(tokens) if token in self.ends), len(tokens))
        return str(self.tokenizer.decode(tokens[:last], skip_special_tokens=True)).strip()


if __name__ == "__main__":
    main(Rewriter)
