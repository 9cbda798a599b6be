"""Rewrites a text as the examples did: translated, summarized, corrected.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In the file that comes out, `answer` holds what was written.

In your own code:

    from predict import Rewriter

    model = Rewriter()
    model([ROW])  # [{"answer": "…"}]
"""

from pathlib import Path
from typing import Any

import torch
from frame import Model, main
from transformers import AutoModelForSeq2SeqLM, GenerationConfig

from studio.models.heads.writing import LIKELIEST
from studio.tasks.marks import broken, marks_of, mended
from studio.tasks.text_to_text import shortened
from studio.tasks.translation import with_prefix
from studio.tasks.unread import not_read


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
        marks = marks_of(self.tokenizer)
        texts = [with_prefix(self.facts.get("prefix", ""), broken(row[self.names[0]], marks)) for row in rows]
        whole: list[list[int]] = [self.tokenizer(text)["input_ids"] for text in texts]
        sources = [shortened(ids, length, self.tokenizer) for ids in whole]
        notes = [not_read(0, len(ids) > length) for ids in whole]
        ids, mask = self.padded(sources)
        written = self.model.generate(
            input_ids=ids,
            attention_mask=mask,
            generation_config=GenerationConfig(
                **LIKELIEST,
                max_new_tokens=max(1, self.facts["new_tokens"]),
                num_beams=4,
                early_stopping=True,
                eos_token_id=self.ends or None,
                pad_token_id=self.tokenizer.pad_token_id,
                decoder_start_token_id=self.token("start_token"),
                forced_bos_token_id=self.token("first_token"),
            ),
        )[:, 1:].tolist()  # without what every text begins with
        return [
            {"answer": self.text_of(tokens), **({"note": note} if note else {})}
            for tokens, note in zip(written, notes, strict=True)
        ]

    def token(self, name: str) -> int | None:
        """A token that every answer begins with, where the language asks for one."""
        known = int(self.facts.get(name, -1))
        return known if known >= 0 else None

    def text_of(self, tokens: list[int]) -> str:
        """Tokens before the end of an answer, as text."""
        last = next((place for place, token in enumerate(tokens) if token in self.ends), len(tokens))
        said = str(self.tokenizer.decode(tokens[:last], skip_special_tokens=True))
        return mended(said, marks_of(self.tokenizer)).strip()


if __name__ == "__main__":
    main(Rewriter)
