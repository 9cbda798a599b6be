"""Marks the names in a text, each with its type and its place in characters.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In the file that comes out, `answer` holds the names, as a JSON list: type, words, and first and last character.

In your own code:

    from predict import Marker

    model = Marker()
    model([ROW])  # [{"answer": [{"type": …, "text": …, "start": 0, "end": 5}, …]}]
"""

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from frame import Model, main
from safetensors.torch import load_file
from transformers import AutoModel

from studio.models.heads.hints import Hints, hinted_vectors_of
from studio.tasks.tagged import ALONE, JOINED, _list, are_lone_words, begins, is_word_a_row
from studio.tasks.token_classification import _at_places, _entities
from studio.tasks.units import joined
from studio.tasks.windows import windows


class Marker(Model):
    """A base model that gives one vector a token (loaded by AutoModel), and a linear layer for each token:

    no name, then begin and go on of every type. Long texts are read in windows that overlap.
    """

    batch_rows = 8
    parts, spread = ("sentence",), "sentence"

    def load(self, folder: Path) -> None:
        """The base model, and the head: weight (1 + 2 × types, width) and bias."""
        self.model = AutoModel.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
        self.model.to(self.device).train(False)
        self.head = {name: each.to(self.device) for name, each in load_file(folder / "head.safetensors").items()}
        self.hints = None  # of an older model
        if sizes := tuple(self.facts.get("hints", ())):
            self.hints = Hints(self.head["hints.weight"].shape[1], sizes).to(self.device)
            self.hints.weight.data = self.head["hints.weight"]

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """The stretches of each text, in its order."""
        shift = (self.facts.get("thresholds") or [0.0])[0]  # of "no name", chosen on the validation rows
        answers = []
        texts = [row[self.names[0]] for row in rows]
        length, inside = self.facts["max_length"], self.facts.get("inside", False)
        for text, features in zip(texts, windows(texts, self.tokenizer, length, inside=inside), strict=True):
            places, logits = _at_places([self.logits(feature) for feature in features], features)
            found = []
            if places:
                logits[:, 0] -= shift
                found = _entities(logits.argmax(1).tolist(), places, self.facts["labels"])
            said = [{"type": kind, "text": text[start:end], "start": start, "end": end} for start, end, kind in found]
            answers.append({"answer": said})
        return answers

    def together(self, rows: list[tuple[bool, dict[str, str]]]) -> dict[int, dict[str, str]]:
        """Sentences of one word a row, told apart by their number or by empty lines; words in a list; or texts as they are."""
        texts = [row["text"] for _, row in rows]
        if rows and "sentence" in rows[0][1]:
            starts = begins([row["sentence"] for _, row in rows])
        else:
            starts = [place for place, (gap, _) in enumerate(rows) if gap or not place]
            if is_word_a_row(texts, len(starts)):
                print(JOINED, file=sys.stderr)
            else:
                starts = []
                if are_lone_words(texts):
                    print(f"{ALONE} Say --column sentence=COLUMN.", file=sys.stderr)
        if not starts:
            return {place: {"text": as_text(text)} for place, text in enumerate(texts)}
        return {start: {"text": joined(texts[start:end])[0]} for start, end in pairwise([*starts, len(texts)])}

    def moved(self, said: dict[str, Any], by: int) -> dict[str, Any]:
        """Its places with it."""
        found = [{**each, "start": each["start"] + by, "end": each["end"] + by} for each in said.get("answer", [])]
        return {**said, "answer": found} if said else said

    def logits(self, feature: dict[str, Any]) -> np.ndarray:
        """A row a token, of one window."""
        names = ("input_ids", "attention_mask", "hints")
        given = {name: torch.tensor([feature[name]], device=self.device) for name in names}
        vectors = hinted_vectors_of(self.model, self.hints, **given)[0]
        return torch.nn.functional.linear(vectors, self.head["weight"], self.head["bias"]).float().cpu().numpy()


def as_text(cell: str) -> str:
    """A list of words as a text, all else as it is."""
    words = _list(cell) if cell.lstrip().startswith("[") else None
    return cell if words is None else joined([str(word) for word in words])[0]


if __name__ == "__main__":
    main(Marker)
