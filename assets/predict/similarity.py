"""Foretells a number for two texts, from how alike they are.

    python predict.py TEXTS
    python predict.py --file input.csv --output answers.csv

In the file that comes out, `answer` holds the number.

In your own code:

    from predict import Comparer

    model = Comparer()
    model([ROW])  # [{"answer": 3.8}]
"""

from typing import Any

import torch
from frame import main
from pooled import Pooled, noted

from studio.data.decimals import rounded


class Comparer(Pooled):
    """Both texts are read each for itself; a line on the cosine of their vectors gives the number."""

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """In the unit of the file it learned from."""
        mean, deviation = self.facts["scaling"]
        read = (self.vectors([row.get(name, "") for row in rows]) for name in self.names[:2])
        (one, one_cut), (other, other_cut) = read
        cosines = torch.nn.functional.cosine_similarity(one, other, dim=-1).unsqueeze(1)
        outputs = torch.nn.functional.linear(cosines, self.head["weight"], self.head["bias"])[:, 0]
        numbers = [float(rounded(value * deviation + mean, deviation)) for value in outputs.tolist()]
        cut = [first or second for first, second in zip(one_cut, other_cut, strict=True)]
        return noted([{"answer": number} for number in numbers], cut)


if __name__ == "__main__":
    main(Comparer)
