"""A look at labeled rows before anything is trained: which labels are probably wrong, and what to expect of a model.

The folder holds `config.json` (a RunConfig: task, base model, length limit, seed) and `rows.parquet`; `inspection.json` is
written beside them. As in a run's folder, the data folder is two above.
"""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from studio import storage
from studio.data.check import LEAST_ROWS
from studio.data.example import Example, from_parquet
from studio.errors import StudioError
from studio.evaluation.baselines import BASELINES
from studio.evaluation.growth import SHARES, growth
from studio.evaluation.intervals import macro_f1_interval, wilson
from studio.evaluation.label_errors import suspects
from studio.models.heads import SCALE, Wearing
from studio.models.load import load_base
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.task import Task
from studio.worker.batches import Numbers
from studio.worker.duty import give_way
from studio.worker.evaluate import run_model
from studio.worker.eyes import FOLDS, Eye, Floats, believed, folds, head_eye, out_of_fold, softened, word_eye
from studio.worker.features import encode
from studio.worker.place import Place, sow
from studio.worker.prepare import base_folder, head_facts, make_head, make_setup
from studio.worker.trouble import panics_told, trouble

MOST_ROWS = 20_000
_MOST_SUSPECTS = 2000
"""Kept of a longer list; nobody reads more."""
_WORK = {"cpu": 4e12, "cuda": 4e14}
"""Tokens × weights that are read in two or three minutes (two cores; a graphics card)."""
_LENGTHS = (256, 128, 64)
"""Tokens of a text that are read: the most that the work allows, then fewer rows. A text's beginning tells most."""
_WORDS = "Words alone (TF-IDF with naive Bayes)"

Say = Callable[[float], None]
"""Told the share done; may raise to leave."""


class _Called(Exception):  # noqa: N818 - nothing went wrong
    """There is something better to do."""


def inspect(folder: Path, is_called: Callable[[], bool], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Write `inspection.json`, and reply `{"inspected": true}`, or false with an `error`.

    Tells `{"done": 0.4}` while it works. Ends soon when `is_called`: there is something better to do.
    """
    told = 0.0

    def say(done: float) -> None:
        nonlocal told
        if is_called():
            raise _Called
        if done >= told + 0.01:
            told = done
            tell({"done": round(done, 3)})

    give_way()
    try:
        run = RunDir(folder)
        with panics_told(run.config.model.id):
            found = _inspected(run, say)
        storage.write_json(folder / "inspection.json", found)
    except _Called:
        return {"inspected": False, "error": "It was ended for something more urgent"}
    except StudioError as error:
        return {"inspected": False, "error": str(error)}
    except Exception as error:  # noqa: BLE001 - the border: what fails here must not take the process with it
        traceback.print_exc()
        return {"inspected": False, "error": trouble(error, "looking at the labels").what}
    return {"inspected": True}


def _inspected(run: RunDir, say: Say) -> dict[str, Any]:
    began, config = time.monotonic(), run.config
    sow(config.seed)
    usable = _usable(run.path / "rows.parquet")
    examples, vectors = _vectors(run, spread(usable, MOST_ROWS, config.seed), lambda done: say(0.7 * done))
    labels = sorted({example.target or "" for example in examples})
    number = {label: place for place, label in enumerate(labels)}
    truth = np.array([number[example.target or ""] for example in examples], np.int64)
    fold = folds(examples, config.seed)
    texts = ["\n".join(example.inputs.values()) for example in examples]
    eyes = {
        "words": word_eye(texts, truth, len(labels), lambda: say(0.0)),
        "frozen": head_eye(vectors, truth, len(labels), SCALE),
    }
    said = {name: out_of_fold(eye, fold, len(labels), _between(say, 0.7, 0.8)) for name, eye in eyes.items()}
    sight = believed(softened(said["frozen"], truth), softened(said["words"], truth), truth)
    better = min(said, key=sight.losses.__getitem__)
    whole = (said[better].argmax(1) == truth).astype(np.float64)
    hits = hits_of(eyes[better], fold, truth, whole, config.seed, _between(say, 0.8, 1.0))
    grown = growth(hits, round(len(truth) * (1 - 1 / FOLDS)))
    found = suspects(sight.said, truth)
    return {
        "rows": len(usable),
        "looked_at": len(examples),
        "doubted": len(found),
        "suspects": [
            [examples[one.place].row, labels[one.given], labels[one.suggested], round(one.sure, 4)]
            for one in found[:_MOST_SUSPECTS]
        ],
        "believed": sight.by,
        "ladder": [_rung(name, answers, truth, config.seed) for name, answers in _ladder(said, fold, truth)],
        "curve_of": better,
        "growth": asdict(grown),
        "seconds": time.monotonic() - began,
    }


def _usable(file: Path) -> list[Example]:
    try:
        examples = from_parquet(file.read_bytes())
    except (OSError, ValueError) as error:
        raise StudioError("The rows cannot be read", where=file.name, fix="Upload the file again.") from error
    usable = [one for one in examples if (one.target or "").strip() and any(map(str.strip, one.inputs.values()))]
    labels = Counter(one.target for one in usable)
    if len(usable) < LEAST_ROWS:
        raise StudioError(f"There are only {len(usable)} labeled rows, {LEAST_ROWS} are needed", fix="Add rows.")
    if labels.most_common(1)[0][1] == len(usable):
        raise StudioError("All rows have the same label", fix="Add rows with another label.")
    return usable


def spread(examples: Sequence[Example], count: int, seed: int) -> list[Example]:
    """So many of the rows, by seed: each label in its share, in the file's order."""
    if count >= len(examples):
        return list(examples)
    chance = np.random.default_rng(seed).permutation(len(examples))
    order = sorted(range(len(examples)), key=lambda place: (examples[place].target or "", chance[place]))
    kept = {order[number * len(order) // count] for number in range(count)}
    return [example for place, example in enumerate(examples) if place in kept]


def _vectors(run: RunDir, examples: list[Example], say: Say) -> tuple[list[Example], Any]:
    """The rows that the base model has read, and their text vectors, float32 (rows, width)."""
    config, task, place = run.config, task_named(run.config.task), Place.choose(run.config.compute.precision)
    say(0.0)
    folder = base_folder(run)
    backbone, tokenizer = load_base(folder)
    setup, _ = make_setup(task, config, examples, backbone, tokenizer)
    model = Wearing(backbone, make_head(backbone, head_facts(task, config, folder, setup), config)).to(place.device)
    say(0.01)
    rows, _ = encode(task, examples, setup, place.device)
    weights = sum(part.numel() for name, part in backbone.named_parameters() if "embeddings" not in name)
    most = int(_WORK[place.device.type] / max(1, weights))
    fits = [length for length in _LENGTHS if int(np.minimum(rows.lengths, length).sum()) <= most]
    length = fits[0] if fits else _LENGTHS[-1]
    if not fits:
        count = int(len(examples) * most / int(np.minimum(rows.lengths, length).sum()))
        examples = spread(examples, max(100, count), config.seed)
    if not fits or int(rows.lengths.max()) > length:
        setup = replace(setup, max_length=min(length, setup.max_length))
        rows, _ = encode(task, examples, setup, place.device)
    if len(rows.lengths) != len(examples):
        raise StudioError("Only tasks with one label a text can be looked at", fix="Choose text classification.")
    return examples, run_model(model, rows, place, lambda done: say(0.02 + 0.98 * done), model.read)


def _between(say: Say, start: float, end: float) -> Say:
    return lambda done: say(start + (end - start) * done)


def hits_of(eye: Eye, fold: Numbers, truth: Numbers, whole: Floats, seed: int, say: Say) -> dict[float, Floats]:
    """Share of the rows learned from → how often each row was answered right; what `growth` asks for.

    On the folds that are there: the rows learned from are cut into halves and quarters with each label in its share, and
    all of them are used. `whole`: what was right with all.
    """
    random = np.random.default_rng(seed)
    hits = {share: np.zeros(len(truth)) for share in SHARES} | {1.0: whole}
    count = int(fold.max()) + 1
    for number in range(count):
        asked, known = np.flatnonzero(fold == number), random.permutation(np.flatnonzero(fold != number))
        known = known[np.argsort(truth[known], kind="stable")]
        for share in SHARES[1:]:
            parts = round(1 / share)
            for part in range(parts):
                say((number + (1 - share) * (part + 1) / parts) / count)
                hits[share][asked] += (eye(known[part::parts], asked).argmax(1) == truth[asked]) / parts
    return hits


def _ladder(raw: dict[str, Floats], fold: Numbers, truth: Numbers) -> list[tuple[str, Numbers]]:
    """Name → the answer to each row, simplest first."""
    usual = np.zeros(len(truth), np.int64)
    for number in range(int(fold.max()) + 1):
        usual[fold == number] = Counter(truth[fold != number].tolist()).most_common(1)[0][0]
    return [("most_frequent", usual), *((name, raw[name].argmax(1)) for name in ("words", "frozen"))]


def _rung(name: str, said: Numbers, truth: Numbers, seed: int) -> dict[str, Any]:
    """A `BaselineResult` as JSON."""
    right, labels = int((said == truth).sum()), int(truth.max()) + 1
    hit = np.bincount(truth[said == truth], minlength=labels)
    both = np.bincount(truth, minlength=labels) + np.bincount(said, minlength=labels)
    measured = {
        ("accuracy", "Accuracy"): (right / len(truth), wilson(right, len(truth))),
        ("macro_f1", "Macro-F1"): (float((2 * hit / both).mean()), macro_f1_interval(truth, said, labels, seed)),
    }
    titles = {"most_frequent": BASELINES["most_frequent"].title, "words": _WORDS, "frozen": Task.untuned}
    metrics = [
        {"name": key, "title": title, "value": value, "low": min(low, value), "high": max(high, value)}
        for (key, title), (value, (low, high)) in measured.items()
    ]
    return {"name": name, "title": titles[name], "metrics": metrics}
