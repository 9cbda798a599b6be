"""Writes on from what it is given: a reply to a request or a conversation, or the rest of a text.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In your own code:

    from predict import Writer

    model = Writer()
    model([ROW])  # [{"answer": "…"}]
"""

from pathlib import Path
from typing import Any

import torch
from frame import Model, main
from transformers import AutoModelForCausalLM, GenerationConfig

from studio.models.heads.writing import LIKELIEST
from studio.tasks.chat import messages_of
from studio.tasks.continued import end_of
from studio.tasks.marks import broken, marks_of, mended
from studio.tasks.templates import spell
from studio.tasks.unread import not_read


class Writer(Model):
    """A decoder (loaded by AutoModelForCausalLM). Always the likeliest next token, so the same answer every time."""

    batch_rows = 8

    def load(self, folder: Path) -> None:
        """The model; what it reads before a reply is written by its own chat template."""
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
        self.model.to(self.device).train(False)
        self.ends = list(self.facts["ends"])  # tokens that end an answer
        self.padding = self.tokenizer.pad_token_id if self.tokenizer.pad_token_id is not None else (self.ends or [0])[0]

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """What is written behind each question; all are padded on the left, so that they end at the same place."""
        read = [self.question(row) for row in rows]
        questions, notes = [ids for ids, _ in read], [note for _, note in read]
        width = max(map(len, questions))
        ids = torch.full((len(rows), width), self.padding)
        mask = torch.zeros_like(ids)
        for place, question in enumerate(questions):
            ids[place, width - len(question) :] = torch.tensor(question)
            mask[place, width - len(question) :] = 1
        context = getattr(self.model.config, "max_position_embeddings", None) or 10**9
        written = self.model.generate(
            input_ids=ids.to(self.device),
            attention_mask=mask.to(self.device),
            generation_config=GenerationConfig(
                **LIKELIEST,
                max_new_tokens=max(1, min(self.facts["new_tokens"], context - width)),
                num_beams=1,
                early_stopping=False,
                eos_token_id=self.ends or None,
                pad_token_id=self.padding,
            ),
        )[:, width:].tolist()
        return [
            {"answer": self.text_of(tokens), **({"note": note} if note else {})}
            for tokens, note in zip(written, notes, strict=True)
        ]

    def question(self, row: dict[str, str]) -> tuple[list[int], str]:
        """What the model reads, as tokens, with room for an answer behind it; and what does not fit, as a sentence."""
        limit = self.facts["max_length"] - min(self.facts["new_tokens"], self.facts["max_length"] // 2)
        if self.names == ["text"]:  # a text to write on
            ids: list[int] = self.tokenizer(broken(row["text"], marks_of(self.tokenizer)))["input_ids"]
            kept = end_of(ids, limit, self.tokenizer)
            return kept, not_read(0, len(kept) + (ids[-1:] == [self.tokenizer.eos_token_id]) < len(ids))
        if "messages" in row:
            messages = messages_of(row["messages"], 1)
            messages = messages[:-1] if messages[-1]["role"] == "assistant" else messages  # to be written anew
        else:
            texts = [row.get(name, "").strip() for name in self.names]
            messages = [{"role": "user", "content": "\n\n".join(text for text in texts if text)}]
        spelled = spell(self.tokenizer, [messages], limit, asked=True)[0]
        return spelled.ids, not_read(spelled.lost, spelled.shortened)

    def text_of(self, tokens: list[int]) -> str:
        """Tokens before the end of an answer, as text."""
        last = next((place for place, token in enumerate(tokens) if token in self.ends), len(tokens))
        said = str(self.tokenizer.decode(tokens[:last], skip_special_tokens=True))
        return mended(said, marks_of(self.tokenizer)).strip()


if __name__ == "__main__":
    main(Writer)
