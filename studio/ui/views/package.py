"""What can be taken away: a card a format, with everything inside it in words and sizes."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.ui.markup import Markup, element
from studio.ui.words import count, size

_MEANING = {
    "model.safetensors": "The tuned weights",
    "head.safetensors": "The head on the base model: its weights",
    "head.json": "How the head is worn: labels, text length, and what else it must know",
    "config.json": "The shape of the model, for transformers",
    "generation_config.json": "How it writes: which tokens begin and end an answer",
    "chat_template.jinja": "How a conversation is written out for the model",
    "tokenizer.json": "How texts are cut into tokens",
    "tokenizer_config.json": "Settings of the tokenizer",
    "special_tokens_map.json": "Settings of the tokenizer",
    "vocab.txt": "The tokenizer's vocabulary",
    "adapter_model.safetensors": "The adapters by themselves, for peft; the tuned weights have them in already",
    "adapter_config.json": "What peft must know of the adapters",
    "README.md": "The model card: data, figures, limits, license",
    "predict.py": "Answers texts and tables; needs only torch, transformers and safetensors",
    "train.json": "The whole order: trains the same model again",
    "inputs.json": "The texts the model reads, and the columns they came from",
    "labels.json": "The labels, in the model's order",
    "LICENSE": "License of the base model",
    "requirements.txt": "What predict.py needs",
}


@dataclass(frozen=True)
class Packed:
    """One file of a package."""

    name: str
    bytes: int


def package_card(
    name: str, title: str, help_text: str, *, address: str, files: Sequence[Packed], total: int, start: str = ""
) -> Markup:
    """A format. With an `address` it can be downloaded now, else prepared first; `start` begins the download at once."""
    if address:
        act = element(
            "a",
            f"Download ({size(total)})",
            href=address,
            download=True,
            data_start=start or None,
            class_="rs-link rs-primary",
        )
    else:
        act = element(
            "button",
            f"Prepare and download (about {size(total)})",
            type="button",
            data_act=name,
            class_="rs-button rs-primary",
        )
    return element(
        "section",
        element("div", element("h2", title), act, class_="rs-headed"),
        element("p", help_text, class_="fs-quiet"),
        element("h3", f"What is inside: {count(len(files), 'file')}", class_="rs-h4"),
        element("table", element("tbody", [_line(file) for file in files]), class_="rs-files", aria_label="Files"),
        class_="fs-card",
    )


def _line(file: Packed) -> Markup:
    place = file.name.rpartition("/")[2]
    meaning = _MEANING.get(place, "License of the base model" if "LICENSE" in place.upper() else "")
    return element(
        "tr", element("th", file.name, scope="row", dir="auto"), element("td", meaning), element("td", size(file.bytes))
    )
