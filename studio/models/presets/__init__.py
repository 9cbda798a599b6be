"""Base models as data: one line of facts each. Knows nothing of torch or of this machine.

Every pinned commit was seen in public code, or in a public page of the Hub, together with safetensors weights; where,
stands in `tests/models/test_presets.py`.
"""

from collections.abc import Collection
from dataclasses import replace

from studio.errors import StudioError
from studio.models.presets.decoders import DECODERS
from studio.models.presets.encoder_decoders import ENCODER_DECODERS
from studio.models.presets.encoders import EMBEDDED, ENCODERS
from studio.models.presets.preset import Family, Preset

__all__ = ["EMBEDDED", "PRESETS", "Family", "Preset", "preset_named", "suited", "suits", "worn"]

PRESETS: tuple[Preset, ...] = (*ENCODERS, *ENCODER_DECODERS, *DECODERS)
"""Only models with safetensors, a fast tokenizer and no code of their own; a free licence, or marked as gated."""


def preset_named(name: str) -> Preset:
    """The preset of that id. Raises: StudioError."""
    for preset in PRESETS:
        if preset.id == name:
            return preset
    raise StudioError(
        f"There is no base model named “{name[:80]}”",
        fix="Choose one of: " + ", ".join(preset.id for preset in PRESETS) + ".",
    )


def suits(preset: Preset, families: Collection[str], *, writes: bool = False) -> bool:
    """Whether a task of these families can use it; where it `writes`, an encoder must come with its words."""
    return preset.family in families and (preset.fills or preset.family != "encoder" or not writes)


def suited(families: Collection[str], *, writes: bool = False) -> list[Preset]:
    """The presets that such a task can use, its first choice first: where texts are written, those that write on."""
    found = [preset for preset in PRESETS if suits(preset, families, writes=writes)]
    return sorted(found, key=lambda preset: writes and preset.family == "encoder")


def worn(preset: Preset, *, writes: bool) -> Preset:
    """The preset as a task uses it: decoders that sort weigh no words."""
    return replace(preset, sorts=preset.family == "decoder" and not writes)
