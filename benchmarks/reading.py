"""How long reading a table takes, beside a plain reader that checks nothing: `python benchmarks/reading.py [megabytes]`."""

import csv
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from studio.data.read import Limits, read_table


def main() -> None:
    """Interleaved rounds on one made file; medians and the ratio."""
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    row = ["This is an ordinary sentence about a card that has not arrived, and naïve questions", "card_arrival"]
    readers: dict[str, Callable[[Path], object]] = {
        "studio": lambda path: read_table(path, limits=Limits(file_bytes=10**10)),
        "pandas": lambda path: pd.read_csv(path, dtype=str, keep_default_na=False),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "label"])
            writer.writerows([row] * int(megabytes * 1e6 / 102))
        print(f"{path.stat().st_size / 1e6:.0f} MB, UTF-8, commas; seconds, median of 5 interleaved rounds")
        seconds: dict[str, list[float]] = {name: [] for name in readers}
        for _ in range(5):
            for name, read in readers.items():
                began = time.perf_counter()
                read(path)
                seconds[name].append(time.perf_counter() - began)
    middle = {name: statistics.median(values) for name, values in seconds.items()}
    for name, value in middle.items():
        print(f"{name:8} {value:6.2f} s   {value / middle['pandas']:.2f} × pandas")


if __name__ == "__main__":
    main()
