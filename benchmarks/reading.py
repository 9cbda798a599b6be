"""How long reading a table takes, and what memory, beside plain readers that check nothing: `python benchmarks/reading.py [megabytes]`.

Every reader runs in a process of its own, in interleaved rounds; seconds are of the reading without Python's start, but for
the studio with the start of its reading process. On a busy machine, read the processor time of all its cores. Polars and DuckDB take part where they are installed.
"""

import csv
import importlib.util
import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 5
READERS = {
    "studio": (
        "from studio.data.read import Limits, read_table; from pathlib import Path",
        "rows = len(read_table(Path(path), limits=Limits(file_bytes=10**10, rows=10**8)))",
    ),
    "pandas": ("import pandas", "rows = len(pandas.read_csv(path, dtype=str, keep_default_na=False))"),
    "pyarrow": (
        "import pyarrow, pyarrow.csv as pacsv",
        "names = open(path, encoding='utf-8').readline().strip().split(',')\n"
        "how = pacsv.ConvertOptions(column_types=dict.fromkeys(names, pyarrow.large_string()))\n"
        "rows = pacsv.read_csv(path, convert_options=how, parse_options=pacsv.ParseOptions(newlines_in_values=True)).num_rows",
    ),
    "polars": ("import polars", "rows = polars.read_csv(path, infer_schema=False).height"),
    "duckdb": (
        "import duckdb",
        "rows = duckdb.read_csv(path, all_varchar=True, header=True).to_arrow_table().num_rows",
    ),
}
_WORDS = "this is an ordinary sentence about a card that has not arrived, and naïve questions of people who wait"
_PROGRAM = """
import json, resource, sys, time
path = sys.argv[1]
{imports}
def used(): return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
def peak(): return max(each.ru_maxrss for each in used())
def spent(): return sum(each.ru_utime + each.ru_stime for each in used())
before, worked, began = peak(), spent(), time.perf_counter()
{reads}
print(json.dumps([time.perf_counter() - began, (peak() - before) / 1024, rows, spent() - worked]))
"""


def main() -> None:
    """One made file; medians of the seconds, and the ratio to the fastest of the others."""
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    readers = [name for name in READERS if importlib.util.find_spec(name)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.csv"
        rows = _write(path, megabytes)
        size = path.stat().st_size / 1e6
        print(
            f"{size:.0f} MB, {rows:,} rows, UTF-8, commas, some quotation marks; median of {ROUNDS} interleaved rounds"
        )
        told: dict[str, list[list[float]]] = {name: [] for name in readers}
        for _ in range(ROUNDS):
            for name in readers:
                told[name].append(_once(name, path))
    seconds = {name: statistics.median(each[0] for each in values) for name, values in told.items()}
    fastest = min(value for name, value in seconds.items() if name != "studio")
    for name, value in seconds.items():
        memory, work = max(each[1] for each in told[name]), statistics.median(each[3] for each in told[name])
        print(
            f"{name:8} {value:6.2f} s   {value / fastest:5.2f} × the fastest   {work:6.2f} s of processor time   "
            f"{memory:6.0f} MB   {told[name][0][2]:,.0f} rows"
        )


def _write(path: Path, megabytes: float) -> int:
    chance = random.Random(0)
    words = _WORDS.split()
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "label", "source"])
        while file.tell() < megabytes * 1e6:
            for _ in range(1000):
                rows += 1
                text = " ".join(chance.choices(words, k=chance.randint(5, 30)))
                writer.writerow([rows, text, f"label_{chance.randint(0, 76)}", "mail" if rows % 3 else ""])
    return rows


def _once(name: str, path: Path) -> list[float]:
    program = _PROGRAM.format(imports=READERS[name][0], reads=READERS[name][1])
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, check=True)
    said: list[float] = json.loads(done.stdout[done.stdout.rindex(b"[") :])  # DuckDB shows its progress before
    return said


if __name__ == "__main__":
    main()
