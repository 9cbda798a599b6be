"""Finds every label that fits a text: one, several or none.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In the file that comes out, `answer` holds the labels, as a JSON list, and `confidence` the probability of each.

In your own code:

    from predict import Labeler

    model = Labeler()
    model([ROW])  # [{"answer": [label, …], "confidence": {label: probability, …}}]
"""

from typing import Any

from frame import main
from pooled import Pooled, noted


class Labeler(Pooled):
    """One number a label, each turned into a probability by itself; a label is given from its threshold on."""

    cells = ("answer", "confidence")

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """The labels in the model's order."""
        labels = self.facts["labels"]
        thresholds = self.facts.get("thresholds") or [0.5] * len(labels)  # chosen on the validation rows
        outputs, cut = self.outputs(rows)
        answers = []
        for shares in outputs.double().sigmoid().tolist():
            given = [name for name, share, least in zip(labels, shares, thresholds, strict=True) if share >= least]
            confidence = {name: round(share, 6) for name, share in zip(labels, shares, strict=True)}
            answers.append({"answer": given, "confidence": confidence})
        return noted(answers, cut)


if __name__ == "__main__":
    main(Labeler)
