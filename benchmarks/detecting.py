"""How often task and columns are found: `python benchmarks/detecting.py [--data FOLDER] [--half tune|hold] [--wrong tune|hold|all] [FILE …]`.

Every file of the test data as it is and in some 55 variations: other names (nine languages, upper case, prefixed,
meaningless), other order, extra columns, fewer rows, upper case cells. What counts as right stands in
tests/data/detect/answers.py, how variations are made in tests/data/detect/variations.py; both were written before
the detector. The files are in two halves, and the second half's names, extra columns and files were not looked at
while it was tuned: `tune` says how well that went, `hold` how well it does on what it has not seen.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

import pyarrow as pa

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from data.detect.answers import FILES  # noqa: E402
from data.detect.variations import Variation, is_right, split_is_right, variations  # noqa: E402

from studio.data.detect import Detection, detect  # noqa: E402
from studio.data.read import read_table  # noqa: E402
from studio.data.table import Reading, Table  # noqa: E402

SURE = 0.6
ROWS = 100_000


class Tally:
    """Counts of one line of the table."""

    def __init__(self) -> None:
        self.all = self.right = self.sure = self.wrong_but_sure = self.split = self.told = 0

    def add(self, found: Detection, variation: Variation, right: bool) -> None:
        """Count one table."""
        self.all += 1
        self.right += right
        self.sure += found.confidence >= SURE
        self.wrong_but_sure += found.confidence >= SURE and not right
        self.split += split_is_right(found, variation)
        self.told += set(variation.extras.values()) <= found.ignored.keys()

    def line(self, name: str) -> str:
        """The counts as a line of the table."""
        share = [f"{value / self.all:6.1%}" for value in (self.right, self.sure, self.split, self.told)]
        return f"| {name} | {self.all:,} | {' | '.join(share)} | {self.wrong_but_sure} |"


def main() -> None:
    """Print the figures by half, by kind of variation, and the time for a large table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--wrong", choices=("tune", "hold", "all"), help="print what went wrong, in this half")
    parser.add_argument("--half", choices=("tune", "hold"), help="look at this half alone")
    told = parser.parse_args()
    halves: dict[str, Tally] = defaultdict(Tally)
    kinds: dict[str, Tally] = defaultdict(Tally)
    files: dict[str, Tally] = defaultdict(Tally)
    plain: dict[str, Tally] = defaultdict(Tally)
    seconds = []
    for seed, (name, (half, answers)) in enumerate(FILES.items()):
        if (told.files and name not in told.files) or told.half not in (None, half) or not (told.data / name).exists():
            continue
        for variation in variations(read_table(told.data / name), half, seed):
            began = time.perf_counter()
            found = detect(variation.table)
            seconds.append(time.perf_counter() - began)
            right = is_right(found, variation, answers)
            tallies = [plain[half]] if variation.kind == "as it is" else [halves[half], files[f"{name} ({half})"]]
            for tally in (*tallies, kinds[variation.kind.replace(" (", " ")]):
                tally.add(found, variation, right)
            if not right and told.wrong in (half, "all"):
                print(f"{name} [{variation.kind}] {found.confidence} {found.task} {found.layout} {found.roles}")
                print(f"    columns: {variation.names}")
    header = "| | tables | right | sure (≥ 0.6) | split column right | extra columns left out | wrong but sure |"
    for title, tallies in (
        ("files as they are", plain),
        ("variations, by half", halves),
        ("by kind", kinds),
        ("by file", files),
    ):
        print(f"\n{header.replace('| |', f'| {title} |', 1)}\n|---|---:|---:|---:|---:|---:|---:|")
        print("\n".join(tally.line(name) for name, tally in tallies.items()))
    seconds.sort()
    print(f"\nseconds a table: median {seconds[len(seconds) // 2]:.3f}, longest {seconds[-1]:.3f}")
    for name, table in large_tables().items():
        began = time.perf_counter()
        found = detect(table)
        print(f"{name}: {time.perf_counter() - began:.2f} s, {found.task}")


def large_tables() -> dict[str, Table]:
    """Made tables of 100,000 rows: short texts, long ones, and many columns."""
    sentence = "This is an ordinary sentence about a card that has not arrived, number"
    short = [f"{sentence} {number}" for number in range(ROWS)]
    label = [f"label {number % 77}" for number in range(ROWS)]
    long = [f"{text} " * 25 for text in short]
    wide = {f"column {place}": [str((number * place) % 97) for number in range(ROWS)] for place in range(40)}
    columns = {
        f"{ROWS:,} rows, short texts": {"text": short, "label": label},
        f"{ROWS:,} rows, long texts": {"text": long, "summary": short, "label": label},
        f"{ROWS:,} rows, 42 columns": {"text": short, "label": label, **wide},
    }
    return {
        name: Table(
            pa.table({key: pa.array(values, pa.large_string()) for key, values in each.items()}),
            range(2, ROWS + 2),
            Reading("CSV"),
        )
        for name, each in columns.items()
    }


if __name__ == "__main__":
    main()
