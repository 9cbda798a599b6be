"""What can truly be said of the base model: its name, its licence, its languages."""

from dataclasses import dataclass

from studio.config import Model
from studio.models.presets import PRESETS

_EMBEDDED_ON_HUB = "sentence-transformers/all-MiniLM-L6-v2"
_LICENSE_NAMES = {
    "apache-2.0": "Apache License 2.0", "mit": "MIT License", "gemma": "Gemma Terms of Use", "llama3.2": "Llama 3.2 Community License",
}  # fmt: skip
_OWN_TERMS = {"gemma": "https://ai.google.dev/gemma/terms", "llama3.2": "https://www.llama.com/llama3_2/license/"}
"""Of licences that SPDX does not list."""


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
    if preset is None:  # a folder of the administrator's, or a model that somebody found on the Hub
        hub = model.id if model.revision else ""
        return Base(model.id.removeprefix("folder:").rpartition("/")[2], hub, "", "", model.revision)
    hub = _EMBEDDED_ON_HUB if preset.id == "embedded" else preset.id
    return Base(preset.title, hub, preset.license, preset.languages, model.revision or preset.revision)


def license_note(model: Model) -> str:
    """What the exported folder says of the base model's licence, in Markdown."""
    base = base_of(model)
    address = f"https://huggingface.co/{base.hub}"
    pinned = f" (revision {base.revision})" if base.revision else ""
    if not base.hub:
        return (
            "# Licence of the base model\n\nThe weights in this folder were tuned from a model folder that the "
            "administrator of the studio offered. The studio does not know its licence: ask before you pass the weights on.\n"
        )
    if not base.license:
        return (
            f"# Licence of the base model\n\nThe weights in this folder were tuned from [{base.hub}]({address}){pinned}. "
            "The studio does not know its licence: look at that page before you pass the weights on.\n"
        )
    own = _OWN_TERMS.get(base.license)
    spdx = _SPDX.get(base.license, base.license)
    named = base.license_name if own else f"{base.license_name} (SPDX: {base.license})"
    return (
        f"# Licence of the base model\n\nThe weights in this folder were tuned from [{base.hub}]({address}){pinned}, "
        f"which its authors publish under the {named}. That licence goes on to apply to "
        f"what was made from it. Its text: <{own or f'https://spdx.org/licenses/{spdx}.html'}>.\n"
    )


_SPDX = {"apache-2.0": "Apache-2.0", "mit": "MIT"}
"""SPDX writes its identifiers in this case; the Hub in lower case."""
