"""Foretells a number for a text.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In the file that comes out, `answer` holds the number.

In your own code:

    from predict import Scorer

    model = Scorer()
    model([ROW])  # [{"answer": 3.8}]
"""

from typing import Any

from frame import main
from pooled import Pooled, noted

from studio.data.decimals import rounded


class Scorer(Pooled):
    """One number a text, in deviations from the mean of the rows it learned from."""

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """Back in the unit of the file it learned from."""
        mean, deviation = self.facts["scaling"]
        outputs, cut = self.outputs(rows)
        numbers = [float(rounded(value * deviation + mean, deviation)) for value in outputs[:, 0].tolist()]
        return noted([{"answer": number} for number in numbers], cut)


if __name__ == "__main__":
    main(Scorer)
