"""Base models as data: one line of facts each. Knows nothing of torch or of this machine."""

from dataclasses import dataclass
from typing import Literal

from studio.errors import StudioError

Family = Literal["encoder", "decoder", "encoder-decoder"]


@dataclass(frozen=True)
class Preset:
    """A base model people can pick."""

    id: str
    """Name on the Hub; `embedded` for the one that comes with the installation."""
    title: str
    family: Family
    parameters: float
    """Millions."""
    context: int
    """Tokens a text can have."""
    languages: str
    license: str
    """SPDX identifier, lower case."""
    revision: str = ""
    """The pinned commit; empty only for `embedded`."""
    pooling: Literal["mean", "first"] = "first"
    """How token vectors become one: their mean, or the first token's."""
    layers: int = 12
    width: int = 768
    note: str = ""
    """One sentence on when to choose it."""


EMBEDDED = Preset(
    "embedded", "MiniLM (built in)", "encoder", 22.7, 256, "English", "apache-2.0", pooling="mean", layers=6, width=384,
    note="Small, fast and already on this machine: the right first choice for English texts.",
)  # fmt: skip

PRESETS: tuple[Preset, ...] = (EMBEDDED,)


def preset_named(name: str) -> Preset:
    """The preset of that id. Raises: StudioError."""
    for preset in PRESETS:
        if preset.id == name:
            return preset
    raise StudioError(
        f"There is no base model named {name[:80]!r}",
        fix="Choose one of: " + ", ".join(preset.id for preset in PRESETS) + ".",
    )
