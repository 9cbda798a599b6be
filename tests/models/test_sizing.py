"""Estimates against measured runs, and what a machine says of itself."""

from pathlib import Path

import pytest

from studio.models import sizing
from studio.models.presets import EMBEDDED, preset_named
from studio.models.sizing import Machine, estimate_memory, expected, gigabytes, matrix_flops, step_memory

PLAIN = Machine(cores=2, memory=24 * 10**9, available=20 * 10**9)
MINILM = {"layers": 6, "width": 384}


# Peak memory above the loaded model, measured with MiniLM and short rows (MB); formula and measurement differ by
# what the allocator keeps, most visibly in small runs.
@pytest.mark.parametrize(
    ("trainable", "lora", "tokens", "formula", "measured"),
    [
        (22.6e6, False, 520, 444, 493),
        (22.6e6, False, 4160, 1651, 1690),
        (10.7e6, False, 520, 301, 306),
        (10.7e6, False, 4160, 1508, 1510),
        (0.36e6, True, 520, 257, 301),
        (0.36e6, True, 4160, 2023, 2069),
    ],
)
def test_step_memory_agrees_with_measured_runs(
    trainable: float, lora: bool, tokens: int, formula: int, measured: int
) -> None:
    estimate = step_memory(trainable=trainable, padded_tokens=tokens, lora=lora, **MINILM) / 1e6
    assert estimate == pytest.approx(formula, rel=0.01)
    assert estimate == pytest.approx(measured, rel=0.15)


@pytest.mark.parametrize(("freeze", "measured"), [(True, 306), (False, 493)])
def test_a_whole_run_of_the_built_in_model(freeze: bool, measured: int) -> None:
    """The worker was measured at 490 to 504 MB with the model loaded; a step comes on top."""
    estimate = estimate_memory(EMBEDDED, freeze_embeddings=freeze, padded_tokens=520) / 1e6
    assert estimate == pytest.approx(497 + measured, rel=0.1)


def test_the_head_alone_needs_least() -> None:
    head, whole = (estimate_memory(EMBEDDED, trains=trains, padded_tokens=520) / 1e6 for trains in ("head", "whole"))
    assert 497 <= head <= 497 + 97  # measured: 97 MB above the loaded model
    assert head < whole


def test_long_rows_cost_their_attention_scores() -> None:
    short, long = (estimate_memory(EMBEDDED, padded_tokens=4096, longest=longest) for longest in (128, 256))
    assert long - short == 3 * 4 * 6 * 256 * 4096 * 6


def test_larger_models_need_more() -> None:
    large = preset_named("FacebookAI/xlm-roberta-base")
    assert expected(large, PLAIN).memory_bytes > 2 * expected(EMBEDDED, PLAIN).memory_bytes
    assert expected(large, PLAIN).tokens_per_s < expected(EMBEDDED, PLAIN).tokens_per_s / 4


def test_speed_follows_the_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    """145 GFLOP/s of matrix products gave 1,134 to 1,189 tokens/s of training."""
    monkeypatch.setattr(sizing, "matrix_flops", lambda: 145e9)
    whole = expected(EMBEDDED, PLAIN).tokens_per_s
    assert whole == pytest.approx(1150, rel=0.1)
    assert (
        whole
        < expected(EMBEDDED, PLAIN, trains="lora").tokens_per_s
        < expected(EMBEDDED, PLAIN, trains="head").tokens_per_s
    )


def test_a_gpu_is_faster_and_known_by_its_name() -> None:
    def on(name: str) -> float:
        return expected(EMBEDDED, Machine(8, 64 * 10**9, 60 * 10**9, name, 80 * 10**9)).tokens_per_s

    assert on("NVIDIA H100 80GB HBM3") > on("NVIDIA A10G") > on("Tesla T4") > on("Something new")


def test_words_are_round() -> None:
    assert sizing.Expected(1200.0, 900_000_000).in_words == "about 1,200 tokens a second, about 0.9 GB memory"
    assert [gigabytes(size) for size in (90e6, 95e6, 900e6, 24e9)] == ["90 MB", "0.1 GB", "0.9 GB", "24 GB"]
    assert PLAIN.in_words == "2 processor cores, 24 GB memory, no GPU"
    assert Machine(1, 10**9, 10**9, "NVIDIA L4", 24 * 10**9).in_words.startswith("1 processor core, 1.0 GB")


def test_this_machine() -> None:
    here = Machine.here()
    assert here.cores >= 1
    assert 0 < here.available <= here.memory


def test_the_speed_is_measured_once() -> None:
    assert 1e8 < matrix_flops() == matrix_flops() < 1e14


def test_a_container_with_limits(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    (tmp_path / "memory.max").write_text("4000000000\n")
    (tmp_path / "memory.current").write_text("3000000000\n")
    (tmp_path / "memory.stat").write_text("anon 1000000000\ninactive_file 1500000000\n")
    assert sizing._cores(tmp_path) == 1
    assert sizing._memory_limit(tmp_path) == (4_000_000_000, 1_500_000_000)


def test_a_container_with_limits_of_the_old_kind(tmp_path: Path) -> None:
    for name, text in {
        "cpu/cpu.cfs_quota_us": "-1",
        "cpu/cpu.cfs_period_us": "100000",
        "memory/memory.limit_in_bytes": "9223372036854771712",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert sizing._memory_limit(tmp_path) == (0, 0)
    assert sizing._cores(tmp_path) >= 1


def test_a_container_without_limits(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("max 100000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert sizing._memory_limit(tmp_path) == (0, 0)
    assert sizing._cores(tmp_path) >= 1


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("echo 'NVIDIA L4, 23034'", ("NVIDIA L4", 23034 * 2**20)),
        ("echo 'No devices were found'", ("", 0)),
        ("exit 9", ("", 0)),
    ],
)
def test_the_gpu_is_asked_of_the_makers_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, found: tuple[str, int]
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{answer}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    sizing._gpu.cache_clear()
    try:
        assert sizing._gpu() == found
    finally:
        sizing._gpu.cache_clear()
