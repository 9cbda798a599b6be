"""Training speed of models that write: real tokens a second beside other trainers, and the loss for every token seen.

    python benchmarks/writing_speed.py [--rounds 3] [--steps 4] [--only decoder] [--loss]

Peers, with the same rows, model and rows a step: a plain loop that pads each random batch to its longest row,
transformers.Trainer, and for decoders TRL's SFTTrainer without and with packing where TRL is installed. Models are random,
4 layers of width 256, with tokenizers of 4,000 pieces trained on the spot: large enough that arithmetic decides. Variants take
turns inside one process; ratios are medians of the rounds' own. Padding does not count as work. The processor's time stands
beside the clock's, since a machine that others use lends either less or more.

`--loss`: smaller models (2 layers of width 64), ours and the plain loop from the same start to the same number of tokens seen,
two seeds each, and the loss on rows that neither has seen.

Data: from `../shared/data` or `--data`.
"""

import argparse
import copy
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read by torch when it is loaded
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import datasets
import numpy as np
from transformers.utils import logging as transformers_logging
from writing_peers import RATE, Case, Steps, Took, Turn, by_steps, by_trainer, has_trl, ours, plain

from studio.config import Model, RunConfig
from studio.data.read import read_table
from studio.models.heads import Wearing
from studio.models.load import load_base
from studio.tasks import task_named
from studio.tasks.rows import examples_of
from studio.worker.evaluate import Asked, Kit, judge
from studio.worker.features import encode
from studio.worker.optimizer import freeze
from studio.worker.packing import PackedRows
from studio.worker.place import Place, sow
from studio.worker.prepare import head_facts, head_kind, learned_from, make_head, make_setup

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))  # the random models are the tests' own
from worker.tiny_writers import (  # noqa: E402 - found there only now
    CHAT,
    byte_tokenizer,
    make_decoder,
    make_encoder_decoder,
    make_masked,
)

transformers_logging.set_verbosity_error()
datasets.disable_progress_bars()

FAMILIES = {
    "encoder": ("language-modeling", "sentiment_movie_reviews_train.csv", 32),
    "encoder-decoder": ("text-to-text", "translation_en_de_train.csv", 32),
    "decoder": ("instruction-tuning", "support_replies_train.csv", 16),
    "decoder, chat": ("chat", "chat_assistant_train.jsonl", 16),
}
"""Task, file, rows a step."""
TARGET = 1.5
"""Times the plain loop, on the data that was promised."""
PROMISED = ("encoder-decoder", "decoder")
_PIECES, _LONGEST = 4000, 512
_HELD = 200
_MOST_ROWS = 6000


def case_of(family: str, data: Path, folder: Path, *, width: int, layers: int) -> tuple[Case, Asked, Kit]:
    """A random model with its head on, its training rows as a run has them, and rows that are held back."""
    name, file, batch_rows = FAMILIES[family]
    task, table = task_named(name), read_table(data / file)
    guess = task.detect(table)
    columns = guess.columns if guess is not None else {"text": table.columns[0]}
    examples = examples_of(task, table, columns).examples
    examples = [examples[place] for place in np.random.default_rng(0).permutation(len(examples))[:_MOST_ROWS]]
    texts = [task.text_of(example) for example in examples[:2000]]
    size = {"width": width, "layers": layers}
    tokenizer = byte_tokenizer(
        texts, words=_PIECES, closes=family == "encoder-decoder", template=CHAT if name == "chat" else None
    )
    if family == "encoder":
        make_masked(folder, texts, words=_PIECES, **size)
    elif family == "encoder-decoder":
        make_encoder_decoder(folder, tokenizer, **size)
    else:
        make_decoder(folder, tokenizer, kind="llama", places=_LONGEST, **size)
    config = RunConfig(task=name, model=Model(id="folder:x")).with_settings(
        {
            "max_length": _LONGEST if family.startswith("decoder") else 128,
            "batch_rows": batch_rows,
            "label_smoothing": 0.0,
            "freeze_embeddings": False,
            "learning_rate": RATE,
            "weight_decay": 0.0,
            "dropout": 0.0,
            "layer_decay": 1.0,
        }
    )
    place, head = Place.choose("float32"), head_kind(task, config, folder)
    backbone, loaded = load_base(folder, dropout=0.0, auto_class=head.auto_class)
    loaded.model_max_length = _LONGEST
    setup = make_setup(task, config, examples, backbone, loaded)
    kit = Kit(task, setup, place)
    model = Wearing(backbone, make_head(backbone, head_facts(task, config, folder, setup), config)).to(place.device)
    freeze(model, config)
    held, learned = examples[:_HELD], examples[_HELD:]
    rows, features = encode(task, learned, setup, place.device, head.layout)
    seen, asked = encode(task, held, setup, place.device, head.layout)
    names = ("input_ids", "attention_mask", "labels")
    flat = [{name: feature[name] for name in names} for windows in features for feature in windows]
    case = Case(config, model, loaded, learned_from(model, rows, features, kit, 1), flat, rows.lengths)
    return case, Asked(held, asked, seen), kit


def speed(family: str, case: Case, folder: Path, *, rounds: int, steps: int) -> float:
    """Print the family's table; how many times faster ours is than the plain loop."""
    turns: dict[str, Turn] = {
        "ours": by_steps(ours(case, copy.deepcopy(case.model))),
        "random batches, padded": by_steps(plain(case, copy.deepcopy(case.model.backbone))),
        "transformers.Trainer": by_trainer(case, folder),
    }
    if family.startswith("decoder") and has_trl():
        turns["trl.SFTTrainer"] = by_trainer(case, folder, sft=True)
        turns["trl.SFTTrainer, packing"] = by_trainer(case, folder, sft=True, packing=True)
    found: dict[str, list[Took]] = {name: [] for name in turns}
    busy = []
    for number in range(rounds):
        for name, take in turns.items():
            found[name].append(take(steps))
            busy.append(os.getloadavg()[0])
        said = "  ".join(f"{each[-1].tokens / each[-1].wall:.0f}" for each in found.values())
        print(f"{family}, round {number + 1}: {said}", file=sys.stderr, flush=True)
    packed = ", may be packed" if isinstance(case.rows, PackedRows) else ""
    print(
        f"\n{family}: {FAMILIES[family][1]}, {len(case.features):,} rows, {case.real.mean():.0f} tokens a row{packed}"
    )
    print(f"{rounds} rounds of {steps} steps, {busy_words(busy)}")
    print(f"{'':<26} {'real tokens/s':>14} {'ours is faster':>15} {'by processor time':>18}")
    for name, each in found.items():
        wall, processor = (ratio(found["ours"], each, clock) for clock in ("wall", "processor"))
        print(
            f"{name:<26} {statistics.median(one.tokens / one.wall for one in each):14,.0f} {wall:14.2f}x {processor:17.2f}x"
        )
    return ratio(found["ours"], found["random batches, padded"], "wall")


def ratio(mine: list[Took], other: list[Took], clock: str) -> float:
    """How many times more tokens a second, as the median of the rounds' own ratios."""
    return statistics.median(
        (one.tokens / getattr(one, clock)) / (two.tokens / getattr(two, clock))
        for one, two in zip(mine, other, strict=True)
    )


def busy_words(loads: list[float]) -> str:
    """How many processes wanted the processor."""
    return f"load {min(loads):.1f} to {max(loads):.1f} on {os.cpu_count()} cores"


def losses(family: str, case: Case, asked: Asked, kit: Kit, tokens: int) -> None:
    """Print the loss for every token seen: ours and the plain loop, two seeds each, on the same held-back rows."""
    print(f"\n{family}: loss in nats a token on {len(asked.examples)} rows held back, by tokens seen")
    marks = [tokens * share // 4 for share in (1, 2, 3, 4)]
    print(f"{'':<26}" + "".join(f"{mark:>10,}" for mark in marks))
    for name, is_ours in (("ours", True), ("random batches, padded", False)):
        for seed in (1, 2):
            model = copy.deepcopy(case.model)
            steps: Steps = ours(case, model, seed) if is_ours else plain(case, model.backbone, seed)
            said, seen = [], 0
            for mark in marks:
                while seen < mark:
                    seen += next(steps).tokens
                said.append(judge(model, asked.rows, kit.place, lambda _: None).loss)
            print(f"{f'{name}, seed {seed}':<26}" + "".join(f"{loss:>10.3f}" for loss in said), flush=True)


def main() -> int:
    """0 when the studio is as many times faster as promised."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=4, help="steps a variant and round")
    parser.add_argument("--only", choices=FAMILIES, action="append", help="a family; several times for several")
    parser.add_argument("--loss", action="store_true", help="compare losses in place of speed")
    parser.add_argument("--tokens", type=int, default=400_000, help="tokens seen when losses are compared")
    parser.add_argument("--data", default=str(ROOT.parent / "shared" / "data"))
    options = parser.parse_args()
    size: dict[str, Any] = {"width": 64, "layers": 2} if options.loss else {"width": 256, "layers": 4}
    missed = False
    for family in options.only or FAMILIES:
        sow(1)
        with tempfile.TemporaryDirectory() as folder:
            case, asked, kit = case_of(family, Path(options.data), Path(folder) / "model", **size)
            if options.loss:
                losses(family, case, asked, kit, options.tokens)
            else:
                faster = speed(family, case, Path(folder), rounds=options.rounds, steps=options.steps)
                missed |= family in PROMISED and faster < TARGET
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
