"""Finds the answer to a question in a text, word for word, or says that it is not there (an empty answer).

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In the file that comes out, `answer` holds the words, and `confidence` their probability, from 0 to 1.

In your own code:

    from predict import Finder

    model = Finder()
    model([ROW])  # [{"answer": "…", "confidence": 0.8, "start": 17}]
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from frame import Model, main
from safetensors.torch import load_file
from transformers import AutoModel

from studio.models.heads.span import NOWHERE
from studio.tasks.pointing import candidates
from studio.tasks.question_answering import NEVER, _shortened
from studio.tasks.units import stretch


class Finder(Model):
    """A base model that gives one vector a token (loaded by AutoModel), and a linear layer for each token:

    how likely the answer starts there, and ends there. Long texts are read in windows that overlap.
    """

    cells = ("answer", "confidence")

    def load(self, folder: Path) -> None:
        """The base model, and the head: weight (2, width) and bias (2,)."""
        self.model = AutoModel.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
        self.model.to(self.device).train(False)
        self.head = {name: each.to(self.device) for name, each in load_file(folder / "head.safetensors").items()}

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """The likeliest stretch of each text, or nothing where that is likelier by the threshold."""
        threshold = (self.facts.get("thresholds") or [NEVER])[0]  # chosen on the validation rows
        answers = []
        for row in rows:
            features = self.windows(row["question"], row["context"])
            longest = self.facts.get("longest", 0)  # tokens that an answer may have
            found, nothing = candidates([self.logits(feature) for feature in features], features, longest)
            scores = np.array([each.score for each in found] + ([nothing] if threshold < NEVER else []))
            shares = np.exp(scores - scores.max()) if len(scores) else np.ones(1)
            shares = shares / shares.sum()
            if not found or nothing - found[0].score > threshold:
                answers.append({"answer": "", "confidence": float(shares[-1]), "start": -1})
                continue
            inside = self.facts.get("inside", False)  # whether answers may begin and end within words
            start, end = stretch(row["context"], found[0].start, found[0].end, inside)
            answers.append({"answer": row["context"][start:end], "confidence": float(shares[0]), "start": start})
        return answers

    def windows(self, question: str, context: str) -> list[dict[str, Any]]:
        """The question with one piece of the text after the other, as tokens; `places` are characters of the text."""
        length = self.facts["max_length"]
        encoded = self.tokenizer(
            _shortened([question], self.tokenizer, length // 2),
            [context],
            truncation="only_second",
            max_length=length,
            stride=max(0, min(96, length // 4 - 2)),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        features = []
        for number, offsets in enumerate(encoded["offset_mapping"]):
            parts = encoded.sequence_ids(number)
            places = [offset if part == 1 else None for part, offset in zip(parts, offsets, strict=True)]
            names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in encoded]
            features.append({**{name: encoded[name][number] for name in names}, "places": places})
        return features

    def logits(self, feature: dict[str, Any]) -> np.ndarray:
        """A row a token: start and end; no answer starts in the question, and the first token means "no answer"."""
        given = {name: torch.tensor([each], device=self.device) for name, each in feature.items() if name != "places"}
        vectors = self.model(**given).last_hidden_state[0]
        outputs = torch.nn.functional.linear(vectors, self.head["weight"], self.head["bias"]).float().cpu().numpy()
        for token, place in enumerate(feature["places"]):
            if token and place is None:
                outputs[token] = NOWHERE
        return outputs


if __name__ == "__main__":
    main(Finder)
