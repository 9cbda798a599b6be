"""How good the default settings are: real data sets through the public path, from table to report.

    python benchmarks/quality.py [banking77] [movies] [spam] [emotions] [stsb] [--share 0.1] [--set epochs=1 …] [--home FOLDER]

Each goes the way of a person's run: read, columns guessed, suggested settings, frozen run folder, a worker process, the
report on the official test rows. The data lies beside the checkout (`../shared/data`) or where `--data` says.
Prints a table with the targets; ends with an error when one is missed.
"""

import argparse
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.config import RunConfig
from studio.data.read import read_table
from studio.data.table import Table
from studio.evaluation.report import read_report
from studio.events import Checked, Finished, Step
from studio.jobs.freeze import create_run
from studio.jobs.launch import LOCAL, start_worker
from studio.models.lengths import data_facts, token_lengths, tokenizer_file
from studio.models.presets import EMBEDDED
from studio.models.sizing import Machine
from studio.models.suggest import suggest
from studio.rundir import Home, RunDir
from studio.tasks import detect
from studio.tasks.rows import examples_of

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Case:
    """A data set with an official split, and what must be reached on its test rows."""

    file: str
    metric: str
    target: float


CASES = {
    "banking77": Case("intent_banking77", "accuracy", 0.935),
    "movies": Case("sentiment_movie_reviews", "accuracy", 0.80),
    "spam": Case("spam_sms", "macro_f1", 0.97),
    "emotions": Case("multilabel_emotions", "macro_f1", 0.42),
    "stsb": Case("similarity_stsb", "pearson", 0.83),
}


def main() -> int:
    """0 when every target was reached; a share of the rows is not judged."""
    options = _options()
    titles = ("data set", "metric", "ours", "95 % interval", "target", "frozen", "TF-IDF", "best step", "minutes")
    print(_line(titles), flush=True)
    missed = 0
    for name in options.cases or CASES:
        with tempfile.TemporaryDirectory() as scratch:
            home = Home(Path(options.home or scratch)).prepare()
            value, cells = _run(CASES[name], name, home, options)
            missed += value < CASES[name].target
            print(_line(cells), flush=True)
    return 1 if missed and options.share == 1 else 0


def _run(case: Case, name: str, home: Home, options: argparse.Namespace) -> tuple[float, tuple[str, ...]]:
    train = _part_of(read_table(Path(options.data) / f"{case.file}_train.csv"), options.share)
    test = read_table(Path(options.data) / f"{case.file}_test.csv")
    config = _config(train, name, home, options)
    run = create_run(home, train, config, test)
    began = time.monotonic()
    worker = start_worker(LOCAL, run.path, run.log)
    _follow(run, worker, verbose=options.verbose)
    minutes = (time.monotonic() - began) / 60
    if not isinstance(run.events()[-1], Finished):
        shutil.copy(run.log, "worker.log")
        raise SystemExit(f"{name} failed: {run.events()[-1]}; see ./worker.log")
    report = read_report(run)
    assert report is not None
    ours = next(metric for metric in report.metrics if metric.name == case.metric)
    rungs = {
        rung.name: next(metric.value for metric in rung.metrics if metric.name == case.metric) for rung in report.ladder
    }
    best = run.events()[-1]
    interval = f"{ours.low:.4f} … {ours.high:.4f}"
    words = next(value for name, value in rungs.items() if name.startswith("tfidf"))
    values = (f"{rungs['frozen']:.4f}", f"{words:.4f}", f"{best.best_step} of {best.step}", f"{minutes:.1f}")
    return ours.value, (name, case.metric, f"{ours.value:.4f}", interval, f"{case.target:.3f}", *values)


def _config(train: Table, name: str, home: Home, options: argparse.Namespace) -> RunConfig:
    found = detect(train)
    assert found is not None, "no columns were recognized"
    task, guess = found
    examples = examples_of(task, train, guess.columns).examples
    texts = ["\n".join(example.inputs.values()) for example in examples]
    lengths = token_lengths(texts, tokenizer_file(home, "embedded"))
    facts = data_facts(examples, lengths, has_test_file=True, task=task)
    wanted = suggest(facts, EMBEDDED, Machine.here(), options.effort)
    settings: dict[str, Any] = {setting: suggestion.value for setting, suggestion in wanted.items()}
    settings |= dict(each.split("=", 1) for each in options.set)
    return RunConfig(name=name, task=task.name, columns=guess.columns).with_settings(settings)


def _follow(run: RunDir, worker: Any, *, verbose: bool) -> None:
    """Wait for the worker; `verbose` says on the error output what it does."""
    told = 0
    while worker.poll() is None:
        time.sleep(1)
        if not verbose:
            continue
        events = run.events()
        for event in events[told:]:
            if isinstance(event, Checked):
                print(f"  step {event.step}: {event.metrics} loss {event.loss:.4f}", file=sys.stderr, flush=True)
            elif isinstance(event, Step) and event.step % 50 == 0:
                left = event.seconds_left or 0
                print(f"  step {event.step}: {event.tokens_per_s:.0f} tokens/s, {left:.0f} s left", file=sys.stderr)
        told = len(events)


def _part_of(table: Table, share: float) -> Table:
    """Every n-th row, for a quick look."""
    if share >= 1:
        return table
    keep = range(0, len(table), round(1 / share))
    return replace(table, cells=table.cells.take(list(keep)), rows=tuple(table.rows[index] for index in keep))


def _line(cells: tuple[str, ...]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, (10, 9, 7, 15, 7, 7, 7, 13, 7), strict=True))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"any of {', '.join(CASES)}; all without")
    parser.add_argument("--share", type=float, default=1.0, help="train on this share of the rows, for a quick look")
    parser.add_argument("--effort", default="balanced", choices=("quick", "balanced", "thorough"))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="other than suggested")
    parser.add_argument("--home", default="", help="keep the runs in this data folder")
    parser.add_argument("--data", default=str(ROOT.parent / "shared" / "data"))
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
