"""Seconds each of the doctor's checks takes: `python benchmarks/doctor.py [rows] [CSV TEXT LABEL]`; a made table, and one of yours."""

import random
import sys
import time
from pathlib import Path

import pyarrow as pa

from studio.data.doctor import CHECKS, diagnose
from studio.data.doctor.finding import Patient
from studio.data.read import read_table
from studio.data.table import Reading, Table

SEED = 7
BANKING = Path(__file__).parents[2] / "shared" / "data" / "intent_banking77_train.csv"


def made(rows: int) -> Table:
    """About 150 bytes a row: words of a made language, every tenth row with accents, some line breaks, a few defects of each kind."""
    chance = random.Random(SEED)
    letters = "etaoinshrdlucmfwypvbgkqjxz"
    words = ["".join(chance.choices(letters, weights=range(26, 0, -1), k=chance.randint(2, 9))) for _ in range(5000)]
    odd = ["<b>late</b> &amp; lost", "zurÃ¼ck", "a@example.org", "+49 30 1234567", "soft\u00adhyphen", "#NAME?"]
    texts = []
    for row in range(rows):
        text = chance.choices(words, k=23)
        if row % 10 == 0:
            text[3] = "für"
        if row % 25 == 0:
            text[5] += "\n"
        if row % 100 == 0:
            text[7] = chance.choice(odd)
        texts.append(" ".join(text) if row % 200 or row < 400 else texts[row - 300])
    labels = [f"label {chance.randint(0, 19)}" for _ in range(rows)]
    cells = {"text": pa.array(texts, pa.large_string()), "label": pa.array(labels, pa.large_string())}
    return Table(pa.table(cells), range(2, rows + 2), Reading("CSV"), "made.csv")


def tell(table: Table, text: str, label: str) -> None:
    """A line a check: seconds on the clock, and of the processor."""
    lengths = tuple(len(cell) // 4 for cell in table.column(text))
    roles = {"text": (text,), "label": (label,)}
    patient = Patient(table, "text-classification", (text,), label, roles, longest=512, lengths=lengths)
    print(f"\n{table.name}: {len(table):,} rows, {table.cells.nbytes / 1e6:.0f} MB; seconds, of the processor")
    whole, worked = time.perf_counter(), time.process_time()
    for check in CHECKS:
        began, busy = time.perf_counter(), time.process_time()
        kinds = [finding.kind for finding in check(patient)]
        spent = time.process_time() - busy
        name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        print(f"{name:34} {time.perf_counter() - began:6.2f} {spent:6.2f}  {', '.join(kinds)}")
    print(f"{'all, one after another':34} {time.perf_counter() - whole:6.2f} {time.process_time() - worked:6.2f}")
    began, busy = time.perf_counter(), time.process_time()
    diagnose(Patient(table, "text-classification", (text,), label, roles, longest=512, lengths=lengths))
    print(f"{'diagnose, from the beginning':34} {time.perf_counter() - began:6.2f} {time.process_time() - busy:6.2f}")


def main() -> None:
    """The made table, then a real one."""
    tell(made(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000), "text", "label")
    if len(sys.argv) > 4:
        tell(read_table(Path(sys.argv[2])), sys.argv[3], sys.argv[4])
    elif BANKING.exists():
        tell(read_table(BANKING), "text", "category")


if __name__ == "__main__":
    main()
