"""Finding a base model by name, and where its pinned commit was seen."""

import pytest

from studio.errors import StudioError
from studio.models.presets import EMBEDDED, PRESETS, preset_named, suited


def test_every_preset_is_found_by_its_name() -> None:
    assert all(preset_named(preset.id) is preset for preset in PRESETS)


def test_the_built_in_model_comes_first() -> None:
    assert PRESETS[0] is EMBEDDED


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(StudioError, match="no base model named “bert-of-tomorrow”") as caught:
        preset_named("bert-of-tomorrow")
    assert "embedded" in caught.value.fix


def test_the_body_is_what_is_left_without_the_word_vectors() -> None:
    assert EMBEDDED.body == pytest.approx(22.7 - 30522 * 384 / 1e6)


def test_a_task_gets_the_presets_of_its_families_first_choice_first() -> None:
    assert suited({"encoder"})[0] is EMBEDDED
    assert [preset.id for preset in suited({"encoder-decoder"})][:2] == ["google/flan-t5-small", "google-t5/t5-small"]
    both = suited(frozenset({"decoder", "encoder"}))
    assert {preset.family for preset in both} == {"decoder", "encoder"}
    assert both == sorted(both, key=PRESETS.index)


SEEN = {
    "google/flan-t5-small": "0fc9ddf78a1e988dac52e2dac162b0ede4fd74ab: a log of text-generation-inference downloads model.safetensors",
    "google-t5/t5-small": "df1b051c49625cf57a3d0d8d3863ed4d13564fe4: a Rust program opens snapshots/…/model.safetensors",
    "facebook/bart-base": "aadd2ab0ae0c8268c7c9693540e9904811f36177: a script fetches …/resolve/…/model.safetensors",
    "google-t5/t5-base": "a9723ea7f1b39c1eae772870f3b547bf6ef7e6c1: a program copies snapshots/…/model.safetensors",
    "google/flan-t5-base": "7bcac572ce56db69c1ea7c8af255c5d7c9672fc2: the Hub's page of main at 7bcac57 lists model.safetensors; MTEB pins it",
    "google/flan-t5-large": "0613663d0d48ea86ba8cb3d7a44f0f65dc596a2a: a script reads snapshots/…/model.safetensors",
    "google/madlad400-3b-mt": "fa184c675da0b5c9e1c8694fccd4e12e2d422094: a script fetches …/resolve/…/model.safetensors, checks its sha256",
    "HuggingFaceTB/SmolLM2-135M-Instruct": "12fd25f77366fa6b3b4b768ec3050bf629380bac: links to …/blob/…/model.safetensors",
    "HuggingFaceTB/SmolLM2-135M": "93efa2f097d58c2a74874c7e644dbc9b0cee75a2: notes of model.safetensors, 269,060,552 bytes, at main",
    "HuggingFaceTB/SmolLM2-360M-Instruct": "a10cc1512eabd3dde888204e902eca88bddb4951: links to …/blob/…/model.safetensors",
    "Qwen/Qwen3-0.6B": "c1899de289a04d12100db370d81485cdf75e47ca: many open snapshots/…/model.safetensors",
    "Qwen/Qwen3-0.6B-Base": "da87bfb608c14b7cf20ba1ce41287e8de496c0cd: a README gives snapshots/…/model.safetensors",
    "allenai/OLMo-2-0425-1B-Instruct": "48d788eca847d4d7548f375ad03d3c9312f6139e: a script loads snapshots/…/model.safetensors",
    "HuggingFaceTB/SmolLM2-1.7B-Instruct": "31b70e2e869a7173562077fd711b654946d38674: a script reads snapshots/…/model.safetensors, with sha256",
    "Qwen/Qwen3-1.7B": "70d244cc86ccca08cf5af4e1e306ecf908b1ad5e: a test opens snapshots/…/model-00001-of-00002.safetensors",
    "Qwen/Qwen3-1.7B-Base": "ea980cb0a6c2ae4b936e82123acc929f1cec04c1: a log names snapshots/…/model.safetensors",
    "ibm-granite/granite-3.3-2b-instruct": "707f574c62054322f6b5b04b6d075f0a8f05e0f0: the Hub's metadata (no auto_map, not gated), and the size of its first shard",
    "HuggingFaceTB/SmolLM3-3B": "a07cc9a04f16550a088caea529712d1d335b0ac1: the Hub's page of main at a07cc9a lists model-00001-of-00002.safetensors",
    "Qwen/Qwen3-4B-Instruct-2507": "cdbee75f17c01a7cc42f958dc650907174af0554: a link to …/blob/…/model.safetensors.index.json",
    "Qwen/Qwen3-8B": "b968826d9c46dd6066d109eabc6255188de91218: links to …/resolve/…/model.safetensors.index.json",
    "google/gemma-3-270m-it": "ac82b4e820549b854eebf28ce6dedaf9fdfa17b3: commands with --weight-files snapshots/…/model.safetensors",
    "google/gemma-3-1b-it": "dcc83ea841ab6100d6b47a070329e1ba4cf78752: a script joins snapshots/… and model.safetensors",
    "meta-llama/Llama-3.2-1B-Instruct": "9213176726f574b556790deb65791e0c5aa438b6: a script opens snapshots/…/model.safetensors",
}  # fmt: skip
"""Id → commit, and where in public code or on the Hub's stored pages it was seen together with safetensors (November 2026)."""


@pytest.mark.parametrize("preset", [each for each in PRESETS if each.writes], ids=lambda preset: preset.id)
def test_a_pinned_commit_is_the_one_that_was_seen(preset) -> None:
    assert SEEN[preset.id].startswith(f"{preset.revision}: ")
    assert "safetensors" in SEEN[preset.id] or "shard" in SEEN[preset.id]


def test_nothing_seen_is_left_over() -> None:
    assert set(SEEN) == {preset.id for preset in PRESETS if preset.writes}
