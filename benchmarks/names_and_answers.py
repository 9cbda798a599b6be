"""How well the default settings find names (WNUT17) and answers (a part of SQuAD), on official splits, in this process.

    python benchmarks/names_and_answers.py [wnut17] [squad] [--form sentences|tokens] [--set epochs=1 …] [--home FOLDER]

The way of a person's run: columns guessed, suggested settings, frozen run folder, worker, report. WNUT17's own validation rows
are the validation part; SQuAD's part has none, so articles of the training rows are kept aside. Prints a table.
"""

import argparse
import csv
import io
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from studio.config import RunConfig, Split
from studio.data.read import read_table
from studio.data.table import Table
from studio.evaluation.report import read_report
from studio.jobs.freeze import create_run
from studio.models.lengths import data_facts, token_lengths, tokenizer_file
from studio.models.presets import EMBEDDED
from studio.models.sizing import Machine
from studio.models.suggest import suggest
from studio.rundir import Home
from studio.tasks import detect
from studio.tasks.rows import examples_of
from studio.worker.duty import train_run

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {"wnut17": 0.38, "squad": None}


def main() -> int:
    """0 when every target was reached."""
    options = _options()
    missed = 0
    for name in options.cases or TARGETS:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            home = Home(Path(options.home or scratch) / "studio").prepare()
            table, test, split = _wnut17(options, folder) if name == "wnut17" else _squad(options)
            value = _run(name, home, table, test, split, options)
            missed += value < (TARGETS[name] or 0.0)
    return 1 if missed else 0


def _wnut17(options: argparse.Namespace, folder: Path) -> tuple[Table, Table | None, Split]:
    """All three official parts as one table, with a column that names them."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for part in ("train", "validation", "test"):
        file = Path(options.data) / f"ner_wnut17_{options.form}_{part}.csv"
        with file.open(encoding="utf-8", newline="") as readable:
            for row in csv.DictReader(readable):
                if "sentence_id" in row:
                    row["sentence_id"] = f"{part} {row['sentence_id']}"
                row["part"] = part
                if writer is None:
                    writer = csv.DictWriter(out, list(row))
                    writer.writeheader()
                writer.writerow(row)
    whole = folder / "wnut17.csv"
    whole.write_text(out.getvalue(), encoding="utf-8")
    return read_table(whole), None, Split(part_column="part")


def _squad(options: argparse.Namespace) -> tuple[Table, Table | None, Split]:
    data = Path(options.data)
    return read_table(data / "qa_squad_train.csv"), read_table(data / "qa_squad_test.csv"), Split(group_column="title")


def _run(name: str, home: Home, table: Table, test: Table | None, split: Split, options: argparse.Namespace) -> float:
    found = detect(table)
    assert found is not None, "no columns were recognized"
    task, guess = found
    examples = examples_of(task, table, guess.columns).examples
    texts = ["\n".join(example.inputs.values()) for example in examples]
    lengths = token_lengths(texts, tokenizer_file(home, "embedded"))
    facts = data_facts(examples, lengths, has_test_file=True, task=task)
    settings: dict[str, Any] = {key: each.value for key, each in suggest(facts, EMBEDDED, Machine.here()).items()}
    settings |= dict(each.split("=", 1) for each in options.set)
    config = RunConfig(name=name, task=task.name, columns=guess.columns, split=split).with_settings(settings)
    run = create_run(home, table, config, test)
    began = time.monotonic()
    if train_run(run.path):
        raise SystemExit(f"{name} failed: {run.events()[-1]}")
    report = read_report(run)
    assert report is not None
    ours, rungs = report.metrics[0], {rung.name: f"{rung.metrics[0].value:.4f}" for rung in report.ladder}
    print(
        f"{name}: {ours.title} {ours.value:.4f} ({ours.low:.4f} … {ours.high:.4f}), target {TARGETS[name]}, "
        f"{rungs}, {time.monotonic() - began:.0f} s, seed {config.seed}, settings {settings}",
        flush=True,
    )
    return ours.value


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"any of {', '.join(TARGETS)}; all without")
    parser.add_argument("--form", default="sentences", choices=("sentences", "tokens"))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="other than suggested")
    parser.add_argument("--home", default="", help="keep the runs in this data folder")
    parser.add_argument("--data", default=str(ROOT.parent / "shared" / "data"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
