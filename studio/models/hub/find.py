"""Looking for models on the Hub: by words, and then one of them in full, at the commit that it has at that moment.

Asked with the Hub library's session, headers and errors, but with a limit of time and without its patience: a person
waits for the answer, and `list_models` would wait for a silent Hub for ever.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from huggingface_hub import HfApi, ModelInfo, get_session, hf_hub_url
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

from studio.errors import StudioError
from studio.models.families import Shape, family_of, shape_of
from studio.models.hub.code import code_named_in, refuse_code
from studio.models.hub.download import SETTINGS, wanted_files
from studio.models.hub.words import LATER, endpoint, in_words
from studio.models.presets import Family, Preset

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[\w.-]{1,96}")
"""OWNER/NAME."""
TIMEOUT_S = 10.0
_ASKED_FOR = 60
_MOST_SETTINGS_BYTES = 20_000_000
_EXPAND = ("downloads", "gated", "safetensors", "config", "cardData", "tags", "sha", "pipeline_tag")


@dataclass(frozen=True)
class Found:
    """A model as a search names it. Nothing of it is trusted yet."""

    id: str
    family: Family | None
    parameters: float
    """Millions; 0 where the Hub does not say."""
    downloads: int
    """In the last month."""
    license: str
    languages: str
    is_gated: bool
    refusal: str = ""
    """Why it cannot be used, in words; empty where it may be."""


def search(words: str, families: Iterable[str], most: int = 12) -> list[Found]:
    """Models for these words, the most downloaded first; those that cannot be used say why. Raises: StudioError."""
    wanted = frozenset(families)
    with in_words("search"):
        answer = get_session().get(
            f"{endpoint()}/api/models",
            params={"search": words.strip()[:200], "filter": ["safetensors", "transformers"], "sort": "downloads",
                    "limit": _ASKED_FOR, "expand": list(_EXPAND)},
            headers=build_hf_headers(),
            timeout=TIMEOUT_S,
        )  # fmt: skip
        hf_raise_for_status(answer)
        found = [_found(each, wanted) for each in _models(answer.content)]
    suited = [each for each in found if each is not None]
    return sorted(suited, key=lambda each: bool(each.refusal))[:most]  # those that can be used come first


def look_up(model_id: str, revision: str = "main") -> Preset:
    """Everything that must be known of a model before it is fetched, pinned to the commit that `revision` is now.

    Raises: StudioError for one that cannot be used: no safetensors, program code, an unknown kind, no fast tokenizer.
    """
    if not HUB_ID.fullmatch(model_id):
        raise StudioError("This is not the name of a model on the Hub", fix="Write it as OWNER/NAME.")
    with in_words(model_id):
        info = HfApi(endpoint=endpoint()).model_info(
            model_id, revision=revision, files_metadata=True, timeout=TIMEOUT_S
        )
        commit = info.sha or ""
        if not re.fullmatch(r"[0-9a-f]{40}", commit):
            raise StudioError("The Hub does not say which commit this model is at", where=model_id, fix=LATER)
        files = {file.rfilename: file for file in wanted_files(info.siblings, model_id)}
        settings = {name: _settings(model_id, commit, files[name]) for name in SETTINGS if name in files}
    for each in settings.values():
        refuse_code(each)
    shape = shape_of(settings["config.json"], settings.get("tokenizer_config.json"))
    if shape is None or not (shape.layers and shape.width):
        kind = str(settings["config.json"].get("model_type", "not said"))[:60]
        raise StudioError(
            f"The studio does not know this kind of model ({kind})",
            where=model_id,
            fix="Choose one of a common kind, such as BERT, T5 or Qwen.",
        )
    if "tokenizer.json" not in files:
        raise StudioError(
            "The model has no fast tokenizer (tokenizer.json)", where=model_id, fix="Choose another base model."
        )
    chats = "chat_template.jinja" in files or bool(settings.get("tokenizer_config.json", {}).get("chat_template"))
    return _preset(info, commit, shape, files, chats=chats)


def _models(content: bytes) -> list[dict[str, Any]]:
    try:
        rows = json.loads(content)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list):
        raise StudioError("The hub answered with something that is no list of models", fix=LATER)
    return [row for row in rows if isinstance(row, dict)]


def _found(row: dict[str, Any], wanted: frozenset[str]) -> Found | None:
    """A line of the answer; None for what is not worth showing: another family, or nothing that says what it is."""
    try:
        info = ModelInfo(**row | {"siblings": None})
        config = info.config if isinstance(info.config, dict) else {}
        family = family_of(config)
        if not HUB_ID.fullmatch(info.id) or family not in wanted:
            return None
        has_code = bool(code_named_in(config)) or "custom_code" in (info.tags or [])
        return Found(
            info.id,
            family,
            _parameters(info),
            int(info.downloads or 0),
            _license(info),
            _languages(info),
            bool(info.gated),
            "It brings its own program code." if has_code else "",
        )
    except (AttributeError, KeyError, TypeError, ValueError):  # a line of another shape
        return None


def _settings(model_id: str, commit: str, file: RepoSibling) -> dict[str, Any]:
    if (file.size or 0) > _MOST_SETTINGS_BYTES:
        raise StudioError("The model's settings are far too large", where=model_id, fix="Choose another model.")
    url = hf_hub_url(model_id, file.rfilename, revision=commit, endpoint=endpoint())
    answer = get_session().get(url, headers=build_hf_headers(), timeout=TIMEOUT_S, follow_redirects=True)
    hf_raise_for_status(answer)
    try:
        settings = json.loads(answer.content)
    except (ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise StudioError("The model's settings are damaged", where=model_id, fix="Choose another model.")
    return settings


def _preset(info: ModelInfo, commit: str, shape: Shape, files: dict[str, RepoSibling], *, chats: bool) -> Preset:
    weights = sum(file.size or 0 for name, file in files.items() if name.endswith(".safetensors"))
    return Preset(
        info.id,
        info.id.rpartition("/")[2],
        shape.family,
        max(0.1, _parameters(info) or round(weights / 4e6, 1)),
        shape.context,
        _languages(info),
        _license(info),
        revision=commit,
        pooling="last" if shape.family == "decoder" else "mean",
        layers=shape.layers,
        width=shape.width,
        inner=shape.inner,
        vocabulary=shape.vocabulary,
        tables=shape.tables,
        chats=chats,
        fills=shape.fills,
        is_gated=bool(info.gated),
        note="Found on the Hugging Face Hub; the studio has not tried it.",
    )


def _parameters(info: ModelInfo) -> float:
    total = info.safetensors.total if info.safetensors is not None else 0
    return round(total / 1e6, 1) if isinstance(total, int) and total > 0 else 0.0


def _license(info: ModelInfo) -> str:
    said = getattr(info.card_data, "license", None)
    return (said if isinstance(said, str) else "")[:60].lower() or "not said"


def _languages(info: ModelInfo) -> str:
    said = getattr(info.card_data, "language", None)
    names = [said] if isinstance(said, str) else [each for each in said or [] if isinstance(each, str)]
    if names == ["en"]:
        return "English"
    return (
        f"{len(names)} languages" if len(names) > 3 else ", ".join(each[:20] for each in names) or "languages not said"
    )
