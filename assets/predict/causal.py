"""Writes on from what it is given: a reply to a request or a conversation, or the rest of a text.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In the file that comes out, `answer` holds what was written.

In your own code:

    from predict import Writer

    model = Writer()
    model([ROW])  # [{"answer": "…"}]
"""

import json
from pathlib import Path
from typing import Any

import torch
from frame import Model, main
from transformers import AutoModelForCausalLM, GenerationConfig

from studio.errors import StudioError
from studio.models.heads.writing import LIKELIEST
from studio.tasks.chat import _number, _role, messages_of
from studio.tasks.continued import end_of
from studio.tasks.marks import broken, marks_of, mended
from studio.tasks.templates import spell, without_thoughts
from studio.tasks.unread import not_read
from studio.tasks.writing import _TAIL


class Writer(Model):
    """A decoder (loaded by AutoModelForCausalLM). Always the likeliest next token, so the same answer every time."""

    batch_rows = 8

    def load(self, folder: Path) -> None:
        """The model; what it reads before a reply is written by its own chat template."""
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
        self.model.to(self.device).train(False)
        if self.names == ["messages"]:
            self.parts, self.spread, self.instead = ("conversation", "turn", "role", "content"), "conversation", True
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
            {"answer": self.text_of(tokens, question), **({"note": note} if note else {})}
            for tokens, question, note in zip(written, questions, notes, strict=True)
        ]

    def question(self, row: dict[str, str]) -> tuple[list[int], str]:
        """What the model reads, as tokens, with room for an answer behind it; and what does not fit, as a sentence."""
        limit = self.facts["max_length"] - min(self.facts["new_tokens"], self.facts["max_length"] // 2)
        if self.names == ["text"]:  # a text to write on
            ids: list[int] = self.tokenizer(broken(row["text"], marks_of(self.tokenizer)))["input_ids"]
            kept = end_of(ids, limit, self.tokenizer)
            return kept, not_read(0, len(kept) + (ids[-1:] == [self.tokenizer.eos_token_id]) < len(ids))
        if "messages" in row:
            messages = self.messages(row)
        else:
            texts = [row.get(name, "").strip() for name in self.names]
            messages = [{"role": "user", "content": "\n\n".join(text for text in texts if text)}]
        spelled = spell(self.tokenizer, [messages], limit, asked=True)[0]
        return spelled.ids, not_read(spelled.lost, spelled.shortened)

    def messages(self, row: dict[str, Any]) -> list[dict[str, str]]:
        """A conversation up to what is to be written, also where a reply is there already: it is written anew."""
        told = row["messages"]
        messages = messages_of(told if isinstance(told, str) else json.dumps(told, ensure_ascii=False), 1)
        return messages[:-1] if messages and messages[-1]["role"] == "assistant" else messages

    def is_whole(self, row: dict[str, str]) -> bool:
        """Of a conversation: whether somebody asks for a reply in it."""
        if self.names != ["messages"]:
            return super().is_whole(row)
        try:
            return any(each["role"] == "user" for each in self.messages(row))
        except (StudioError, RecursionError):
            return False

    def needed(self, columns: dict[str, str]) -> list[str]:
        """A conversation is in one cell, or a turn a row."""
        if self.parts and set(self.parts) & set(columns):
            return ["conversation", "role", "content"]
        return ["messages"] if self.names == ["messages"] else super().needed(columns)

    def together(self, rows: list[tuple[bool, dict[str, str]]]) -> dict[int, dict[str, str]]:
        """A conversation of one turn a row is asked about at its first one."""
        if not rows or "conversation" not in rows[0][1]:
            return super().together(rows)
        first: dict[str, int] = {}
        turns: dict[str, list[tuple[float, int, dict[str, str]]]] = {}
        for place, (_, row) in enumerate(rows):
            which, said = row["conversation"], {"role": _role(row["role"]), "content": row["content"].strip()}
            first.setdefault(which, place)
            turns.setdefault(which, []).append((_number(row.get("turn", "")), place, said))
        ordered = {which: sorted(told, key=lambda each: each[:2]) for which, told in turns.items()}
        told = {which: [said for _, _, said in each] for which, each in ordered.items()}
        return {first[which]: {"messages": json.dumps(each, ensure_ascii=False)} for which, each in told.items()}

    def text_of(self, tokens: list[int], question: list[int]) -> str:
        """Tokens before the end of an answer, as text; what a model thinks aloud before it is no part of it."""
        last = next((place for place, token in enumerate(tokens) if token in self.ends), len(tokens))
        said = str(self.tokenizer.decode(tokens[:last], skip_special_tokens=True))
        said = mended(said, marks_of(self.tokenizer))
        return without_thoughts(said, self.tokenizer.decode(question[-_TAIL:])).strip()


if __name__ == "__main__":
    main(Writer)
