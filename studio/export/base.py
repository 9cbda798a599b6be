"""What can truly be said of the base model: its name, its licence, its languages."""

from dataclasses import dataclass

from studio.config import Model
from studio.models.presets import PRESETS

_EMBEDDED_ON_HUB = "sentence-transformers/all-MiniLM-L6-v2"
_LICENSE_NAMES = {"apache-2.0": "Apache License 2.0", "mit": "MIT License"}


@dataclass(frozen=True)
class Base:
    """Facts for the card. `hub` and `license` are empty where nothing is known, as for an administrator's own folder."""

    title: str
    hub: str
    """Name on the Hub."""
    license: str
    """SPDX identifier, lower case."""
    languages: str
    """In words."""
    revision: str = ""

    @property
    def license_name(self) -> str:
        """As people write it."""
        return _LICENSE_NAMES.get(self.license, self.license) or "not known to the studio"

    @property
    def language_code(self) -> str:
        """For the Hub: `en`, `multilingual`, or nothing."""
        return "en" if self.languages == "English" else "multilingual" if self.languages else ""


def base_of(model: Model) -> Base:
    """The facts of a run's base model."""
    preset = next((preset for preset in PRESETS if preset.id == model.id), None)
    if preset is None:
        return Base(model.id.removeprefix("folder:"), "", "", "")
    hub = _EMBEDDED_ON_HUB if preset.id == "embedded" else preset.id
    return Base(preset.title, hub, preset.license, preset.languages, model.revision or preset.revision)


def license_note(model: Model) -> str:
    """What the exported folder says of the base model's licence, in Markdown."""
    base = base_of(model)
    if not base.license:
        return (
            "# Licence of the base model\n\nThe weights in this folder were tuned from a model folder that the "
            "administrator of the studio offered. The studio does not know its licence: ask before you pass the weights on.\n"
        )
    address = f"https://huggingface.co/{base.hub}"
    pinned = f" (revision {base.revision})" if base.revision else ""
    return (
        f"# Licence of the base model\n\nThe weights in this folder were tuned from [{base.hub}]({address}){pinned}, "
        f"which its authors publish under the {base.license_name} (SPDX: {base.license}). That licence goes on to apply to "
        f"what was made from it. Its text: <https://spdx.org/licenses/{_SPDX.get(base.license, base.license)}.html>.\n"
    )


_SPDX = {"apache-2.0": "Apache-2.0", "mit": "MIT"}
"""SPDX writes its identifiers in this case; the Hub in lower case."""
