"""A base model's tokenizer as far as counting needs it: its words, its chat template and its special tokens."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from studio.models.counting import token_counts, token_ids


@dataclass(frozen=True)
class PlainTokenizer:
    """Of a tokenizer.json and what lies beside it: no torch, no transformers."""

    file: Path

    def lengths(self, texts: Sequence[str | tuple[str, str]], *, special: bool = True) -> list[int]:
        """Tokens of each text, or of each two as one piece; `special`: those included that stand around them."""
        return token_counts(self.file, texts, special=special)

    def __call__(self, text: str) -> dict[str, list[int]]:
        """As tokenizers of transformers are called."""
        return {"input_ids": token_ids(self.file, text)}

    @cached_property
    def chat_template(self) -> str | dict[str, str] | None:
        """The model's own; None where it has none."""
        beside = self.file.parent / "chat_template.jinja"
        if beside.is_file():
            return beside.read_text(encoding="utf-8", errors="replace")
        own = self._config.get("chat_template")
        if isinstance(own, list):
            named = [each for each in own if isinstance(each, dict) and {"name", "template"} <= each.keys()]
            return {str(each["name"]): str(each["template"]) for each in named}
        return own if isinstance(own, str) else None

    @cached_property
    def special_tokens(self) -> dict[str, str]:
        """What they are called → how they are written, as `eos_token`."""
        told = {name: value for name, value in self._config.items() if name.endswith("_token")}
        written = {name: value.get("content") if isinstance(value, dict) else value for name, value in told.items()}
        return {name: value for name, value in written.items() if isinstance(value, str)}

    @property
    def bos_token_id(self) -> int | None:
        """The token of a beginning; None where there is none."""
        token = self.special_tokens.get("bos_token")
        found = [] if token is None else token_ids(self.file, token, special=False)
        return found[0] if len(found) == 1 else None

    @cached_property
    def _config(self) -> dict[str, Any]:
        try:
            found = json.loads((self.file.parent / "tokenizer_config.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}
