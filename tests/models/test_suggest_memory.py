"""Steps made to fit: in parts first, then with activations computed twice, and told with figures."""

from dataclasses import replace

import pytest
from models.test_suggest import BANKING, PLAIN

from studio.models.presets import PRESETS
from studio.models.sizing import estimate_memory
from studio.models.suggest import suggest
from studio.models.suggest_memory import fitted, in_words

BASE, TOKEN, TOKEN_TWICE = 1_000_000_000, 1_000_000, 200_000


def memory(tokens: int, recompute: bool) -> int:
    return BASE + tokens * (TOKEN_TWICE if recompute else TOKEN)


@pytest.mark.parametrize(
    ("free", "parts", "recompute"),
    [
        (BASE + 8192 * TOKEN, 1, False),
        (BASE + 8191 * TOKEN, 2, False),
        (BASE + 1024 * TOKEN, 8, False),
        (BASE + 512 * TOKEN, 16, False),
        (BASE + 511 * TOKEN, 4, True),  # smaller parts would waste more time than computing twice
        (BASE + 256 * TOKEN_TWICE, 32, True),
    ],
)
def test_the_least_that_fits(free: int, parts: int, recompute: bool) -> None:
    found = fitted(32, 256, memory, free)
    assert (found.parts, found.recompute) == (parts, recompute)
    assert memory(-(-32 // parts) * 256, recompute) <= free


def test_what_cannot_fit_is_told() -> None:
    found = fitted(32, 256, memory, BASE)
    assert (found.parts, found.recompute) == (32, True)
    assert "even this way it may need about 1.1 GB, more than the 1.0 GB" in found.why_parts


def test_reasons_have_figures() -> None:
    found = fitted(32, 256, memory, BASE + 2048 * TOKEN)
    assert found.why_parts == (
        "4: at once, a step of 32 texts up to 256 tokens would need about 9.2 GB; this way it needs about 3.0 GB of the "
        "3.0 GB that can be used. What is learned is the same."
    )
    assert found.why_recompute == "No: smaller parts are enough."
    assert "a step of texts up to 256 tokens needs about 9.2 GB" in fitted(32, 256, memory, 10**11).why_parts
    assert fitted(2, 256, memory, BASE + 512 * TOKEN_TWICE).why_parts.startswith("1: a whole step fits when")


def test_in_words() -> None:
    assert in_words(1, False) == ""
    assert in_words(4, False) == ", computed in 4 parts to need less memory"
    assert in_words(4, True) == ", computed in 4 parts and with activations recomputed to need less memory"


@pytest.mark.parametrize("gigabytes", [0.7, 1, 1.5, 2, 4, 64])
def test_what_is_suggested_fits_by_the_estimate_where_anything_does(gigabytes: float) -> None:
    preset = PRESETS[0]
    machine = replace(PLAIN, available=int(gigabytes * 1e9))
    long_texts = replace(BANKING, mean_tokens=200.0, p95_tokens=256, p99_tokens=256, max_tokens=256)
    found = {name: each.value for name, each in suggest(long_texts, preset, machine).items()}
    rows = -(-found["batch_rows"] // found["parts"])
    need = estimate_memory(
        preset,
        trains=found["trains"],
        padded_tokens=rows * found["max_length"],
        longest=found["max_length"],
        recompute=found["recompute"],
    )
    assert need <= 0.9 * machine.available or (rows == 1 and found["recompute"])
    assert found["batch_rows"] == 32  # what is learned stays as it is


def test_less_memory_never_means_less_saving() -> None:
    long_texts = replace(BANKING, mean_tokens=200.0, p95_tokens=256, p99_tokens=256, max_tokens=256)
    saving = []
    for gigabytes in (8, 4, 3, 2, 1.5, 1.2, 1.0):
        found = suggest(long_texts, PRESETS[0], replace(PLAIN, available=int(gigabytes * 1e9)))
        saving.append((found["recompute"].value, found["parts"].value))
    assert saving[0] == (False, 1)
    assert saving[-1] > saving[0]
