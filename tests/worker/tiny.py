"""A random BERT of 20 000 weights with a tokenizer trained on the spot, and runs that tune it in seconds."""

import json
import random
from pathlib import Path

from studio import storage
from studio.config import Model, RunConfig
from studio.data.example import Example, to_parquet
from studio.rundir import Home, RunDir, new_id

WORDS = {
    "billing": ["invoice", "refund", "charged", "card", "payment", "twice", "price"],
    "delivery": ["parcel", "late", "courier", "arrived", "address", "broken", "box"],
    "account": ["password", "login", "email", "locked", "profile", "reset", "name"],
}
FILLER = ["the", "my", "was", "is", "please", "again", "today", "why", "help", "with", "and", "not"]


def rows(count: int, *, seed: int = 0) -> list[Example]:
    """Sentences of 4 to 20 words, two or three of them telling the label."""
    draw = random.Random(seed)
    made = []
    for row in range(count):
        label = draw.choice(sorted(WORDS))
        words = [draw.choice(FILLER) for _ in range(draw.randint(2, 17))] + draw.choices(WORDS[label], k=3)
        draw.shuffle(words)
        made.append(Example(row + 2, {"text": " ".join(words)}, label))
    return made


def make_model(folder: Path, *, layers: int = 2, width: int = 32) -> Path:
    """A model folder as people have them: config, safetensors, fast tokenizer."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    names = special + sorted({*FILLER, *(word for words in WORDS.values() for word in words)})
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=64,
    )
    torch.manual_seed(7)
    model = BertModel(
        BertConfig(
            vocab_size=len(names),
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=4,
            intermediate_size=2 * width,
            max_position_embeddings=64,
        )
    )
    folder.mkdir(parents=True)
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


TINY = RunConfig(model=Model(id="folder:tiny"), columns={"text": "text", "label": "label"})


def make_run(
    home: Home,
    config: RunConfig = TINY,
    *,
    train: int = 96,
    validation: int = 24,
    test: int = 30,
    made: list[Example] | None = None,
) -> RunDir:
    """A frozen run, as `jobs.runs.create_run` leaves it; of `made` examples, where a task has other ones."""
    config = config.model_copy(update={"name": "tiny"})
    made = made or rows(train + validation + test, seed=3)
    parts = {"train": made[:train], "validation": made[train : train + validation], "test": made[train + validation :]}
    run = RunDir(home.runs / new_id())
    with storage.Stage(run.path) as stage:
        stage.write("config.json", config.model_dump_json(indent=1).encode())
        for name, examples in parts.items():
            stage.write(f"data/{name}.parquet", to_parquet(examples))
        stage.write("facts.json", json.dumps({"parts": {name: len(part) for name, part in parts.items()}}).encode())
    return run
