"""When two texts are the same to a reader: without case, spacing and Unicode spelling."""

import unicodedata

from studio.data.example import Example


def normal(text: str) -> str:
    """The text as it is compared with others."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def same_text(example: Example) -> tuple[str, ...]:
    """Two examples with the same value are one and the same to a reader, whatever their answers."""
    return tuple(map(normal, example.inputs.values()))
