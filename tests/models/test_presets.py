"""Finding a base model by name."""

import pytest

from studio.errors import StudioError
from studio.models.presets import EMBEDDED, PRESETS, preset_named


def test_every_preset_is_found_by_its_name() -> None:
    assert all(preset_named(preset.id) is preset for preset in PRESETS)


def test_the_built_in_model_comes_first() -> None:
    assert PRESETS[0] is EMBEDDED


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(StudioError, match="no base model named 'bert-of-tomorrow'") as caught:
        preset_named("bert-of-tomorrow")
    assert "embedded" in caught.value.fix


def test_the_body_is_what_is_left_without_the_word_vectors() -> None:
    assert EMBEDDED.body == pytest.approx(22.7 - 30522 * 384 / 1e6)
