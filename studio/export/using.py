"""The model card's section on use: the model's own program, transformers by itself, and the adapters by themselves."""

import json
from typing import Any

from studio.export.base import base_of
from studio.export.escape import code
from studio.export.inputs import asked_roles, columns_read
from studio.export.script import example_of, head_of, kind_of, use_text
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.templates import is_plain, thinks

ADAPTER = "adapter/adapter_config.json"
"""Of models that were tuned with adapters: these by themselves, beside the whole model that they were merged into."""
UNKNOWN_BASE = "path/to/the/base/model"
"""In the place of a base model that has no name on the Hub."""
_CLASSES = {
    "causal": "AutoModelForCausalLM",
    "encoder-decoder": "AutoModelForSeq2SeqLM",
    "masked": "AutoModelForMaskedLM",
}
"""Kind of head → the class of transformers that knows all of the model; of others, the head is in a file of its own."""


def how_used(run: RunDir) -> str:
    """All ways of asking the model, in Markdown. Every block of code runs in the model's folder."""
    return "\n".join(
        [
            f"## How to use it\n\n```\npip install -r requirements.txt\n```\n\n{use_text(run)}\n",
            f"{_file(run)} `predict.py` needs torch, transformers and safetensors, and no network. All that is done with "
            "the base model's outputs is written in it, and can be read there.\n",
            _alone(run),
            *([_adapters(run)] if (run.model / ADAPTER).is_file() else []),
        ]
    )


def _file(run: RunDir) -> str:
    """Which columns a file needs."""
    known = columns_read(run)
    named = [f"{code(column)} ({name})" if len(known) > 1 else code(column) for name, column in known.items()]
    if not named:
        return "`--column COLUMN` says which column of the file holds the text."
    listed = " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
    which = "columns" if len(named) > 1 else "column"
    otherwise = f"`--column {next(iter(known))}=COLUMN`"
    return (
        f"`input.csv` is a table like the one it learned from, in CSV (UTF-8) or JSON, with the {which} {listed}. "
        f"Where yours has another name, say so with {otherwise}."
    )


def _alone(run: RunDir) -> str:
    """Code for transformers without the program; or why there is none."""
    kind, facts = kind_of(run), head_of(run)
    if kind not in _CLASSES:
        return (
            "`pipeline` of transformers, and classes like `AutoModelForSequenceClassification`, cannot load this model: "
            "they would put an untrained layer in the place of its own, which is in `head.safetensors`. `AutoModel` loads "
            "the rest of it, which makes vectors of tokens; `predict.py` knows both.\n"
        )
    if kind == "masked":
        return _block("With transformers by itself", _FILL)
    if kind == "encoder-decoder":
        begin = _literal(f"{facts['prefix']} a text" if facts.get("prefix") else "a text")
        told = "\n\nEvery text begins with the words that stand there, as in training." if facts.get("prefix") else ""
        shown = _block("With transformers by itself", _LOAD + _REWRITE, _CLASSES[kind], begin, facts["new_tokens"])
        return shown + told + "\n" * bool(told)
    write = _LOAD + _WRITE
    if asked_roles(run)[0] == "text":
        asked = _TEXT.format(_literal("a text"))
        return _block("With transformers by itself", write, _CLASSES[kind], asked, facts["new_tokens"])
    said = "a question"
    if asked_roles(run)[0] != "messages":
        texts = [example_of(role, kind, task_named(run.config.task)) for role in asked_roles(run)]
        said = "\n\n".join(texts)
    together = " The texts of a row make one message, an empty line between them." if "\n" in said else ""
    asked = _MESSAGES.format(_literal(said))
    return _block(
        "Its chat template", write, _CLASSES[kind], asked, facts["new_tokens"], above=_template(run, together)
    )


def _template(run: RunDir, more: str) -> str:
    """In which form the model reads what it is asked."""
    try:
        template = (run.model / "chat_template.jinja").read_text(encoding="utf-8")
    except OSError:
        template = ""
    told = (
        "The model reads what it is asked in the form of its chat template, `chat_template.jinja`, and was trained so. "
    )
    told += (
        "The base model came without one, so that it is a plain one of the studio."
        if is_plain(template)
        else "It is the base model's own."
    )
    if (aloud := thinks(template)) is not None:
        told += " It is set to think before it answers." if aloud else " It is set to answer without thinking first."
    return f"{told}{more} `apply_chat_template` of transformers writes it:\n\n"


def _adapters(run: RunDir) -> str:
    """The adapters beside the whole model."""
    kind, base = kind_of(run), base_of(run.config.model)
    config = json.loads((run.model / ADAPTER).read_bytes())
    size = (run.model / ADAPTER).with_name("adapter_model.safetensors").stat().st_size
    place = _literal(base.hub or UNKNOWN_BASE) + (f", revision={_literal(base.revision)}" if base.revision else "")
    class_name = _CLASSES.get(kind, "AutoModel")
    same = (
        "Both together say what the model in this folder says"
        if kind in _CLASSES
        else "Both together make the vectors that the model in this folder makes; the layer on top is in `head.safetensors`"
    )
    four = " During training the base model's weights were kept in 4 bits." * (run.config.method.trains == "qlora")
    return (
        _block(
            "The adapters by themselves",
            _ADAPTERS,
            class_name,
            place,
            above=f"It was trained with LoRA, of rank {int(config['r'])}.{four} In `model.safetensors` the adapters are merged "
            f"into the base model, so that nothing else is needed. By themselves they are in `adapter/` "
            f"({_bytes(size)}), for those who have the base model already; peft puts them on it:\n\n"
            "```\npip install peft\n```\n\n",
        )
        + f"\n{same}; `model.merge_and_unload()` makes the whole model of both.\n"
    )


def _block(title: str, template: str, *values: Any, above: str = "") -> str:
    return f"### {title}\n\n{above}```python\n{template.format(*values)}```\n"


def _literal(text: str) -> str:
    """As Python's code has it."""
    return json.dumps(text, ensure_ascii=False)


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{max(1, round(size / 1e3))} kB"


_LOAD = """\
from transformers import {0}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(".")
model = {0}.from_pretrained(".", dtype="float32")
"""
_TEXT = 'asked = tokenizer({}, return_tensors="pt")'
_MESSAGES = """\
messages = [{{"role": "user", "content": {}}}]
asked = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)"""
_WRITE = """\
{1}
ids = asked["input_ids"]
written = model.generate(ids, attention_mask=asked["attention_mask"], max_new_tokens={2}, do_sample=False)
print(tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True))
"""
_REWRITE = """\
asked = tokenizer({1}, return_tensors="pt")
written = model.generate(
    asked["input_ids"], attention_mask=asked["attention_mask"], max_new_tokens={2},
    num_beams=4, early_stopping=True, do_sample=False,
)
print(tokenizer.decode(written[0], skip_special_tokens=True))
"""
_FILL = """\
from transformers import pipeline

fill = pipeline("fill-mask", model=".")
print(fill(f"a text with a {{fill.tokenizer.mask_token}} in it")[0]["sequence"])
"""
_ADAPTERS = """\
from peft import PeftModel
from transformers import {0}

base = {0}.from_pretrained({1}, dtype="float32")
model = PeftModel.from_pretrained(base, "adapter", use_safetensors=True)
"""
