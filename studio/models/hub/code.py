"""Settings of a model that name program code: refused, whoever published them."""

from collections.abc import Iterator
from typing import Any

from studio.errors import StudioError


def refuse_code(settings: dict[str, Any]) -> None:
    """Refuse a model's settings that would load code from the model, or from anywhere. Raises: StudioError."""
    reason = code_named_in(settings)
    if reason:
        raise StudioError(
            f"This model brings its own program code ({reason})",
            fix="The studio never runs code from a model. Choose a model that transformers knows by itself.",
        )


def code_named_in(settings: dict[str, Any]) -> str:
    """Where the settings name code, in words; nothing where they do not."""
    for name, value in _entries(settings):
        if (name in ("auto_map", "custom_pipelines") or name.endswith("_implementation_internal")) and value:
            return f"“{name}” names code"
        if name == "trust_remote_code" and value:
            return "it asks for its own code to be trusted"
        if "implementation" in name and isinstance(value, str) and ("/" in value or ":" in value):
            return f"“{name}” names code on the Hub"
    return ""


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """However deep they lie."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield from ((str(name), inner) for name, inner in value.items())
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
