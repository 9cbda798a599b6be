"""Sorts texts: one label for each, with the probability of every label.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In the file that comes out, `answer` holds the label and `confidence` its probability, from 0 to 1.

In your own code:

    from predict import Classifier

    model = Classifier()
    model([ROW])  # [{"answer": label, "confidence": 0.97, "labels": {label: probability, …}}]
"""

from typing import Any

from frame import main
from pooled import Pooled, noted


class Classifier(Pooled):
    """One number a label, turned into probabilities by softmax."""

    cells = ("answer", "confidence")

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """The most probable label first."""
        outputs, cut = self.outputs(rows)
        answers = []
        for shares in outputs.double().softmax(-1).tolist():
            ranked = sorted(zip(self.facts["labels"], shares, strict=True), key=lambda pair: -pair[1])
            answers.append({"answer": ranked[0][0], "confidence": ranked[0][1], "labels": dict(ranked)})
        return noted(answers, cut)


if __name__ == "__main__":
    main(Classifier)
