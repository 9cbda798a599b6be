"""What a base model costs on this machine: memory and speed, estimated before anything is loaded. Never imports torch."""

import csv
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import psutil

from studio.models.presets import Preset

Trains = Literal["whole", "head", "lora", "qlora"]

_MB = 1e6
_WORKER = 500 * _MB
"""A worker with torch and transformers imported, before a model: 490-504 MB measured with the 91 MB model loaded."""
_EMBEDDED_WEIGHTS = 91 * _MB
_CPU_SHARE = 0.5
"""Share of the matrix product rate that a training step reaches (measured: 50 % to 64 % on two cores)."""
_GPU_SHARE = 0.2
"""The same on a GPU, where small encoders with short texts leave most of it waiting. A cautious guess, not measured."""
_GPU_TFLOPS = {
    "b200": 2250, "h200": 990, "h100": 990, "a100": 312, "l40s": 362, "l40": 181, "a10g": 70, "a10": 125, "l4": 121,
    "4090": 165, "3090": 71, "a6000": 155, "v100": 112, "t4": 65,
}  # fmt: skip
"""Dense half-precision peaks of the makers' data sheets, by a part of the name; a longer name comes first."""
_UNKNOWN_GPU_TFLOPS = 30
_CGROUPS = Path("/sys/fs/cgroup")
_BYTES_A_CHANCE = 16
"""Of each word of the vocabulary at each place that is learned: logit, its gradient, and what they are made from.
15.5 measured with a small Llama, with all its layers trained and with adapters."""
_WRITERS_SHARE = 0.8
"""Activations of decoders, which drop nothing out, of what step_memory says (measured: 0.72 to 0.79)."""
_REWRITERS_SHARE = 2.0
"""The same of encoder-decoders, which look at two texts and keep their attention scores (measured with a small T5: 1.9)."""
LEAST_TOKENS = 512
"""Of the smallest batch worth training with; larger steps are added up from several."""
_BYTES_IN_4_BITS = 0.55
"""Of a weight of 4 bits with its share of a scale. Source: Dettmers et al. 2023; not measured here."""


@dataclass(frozen=True)
class Machine:
    """Physical facts of this machine; memory in bytes. What a container may use, not what its host has."""

    cores: int
    memory: int
    available: int
    """Memory free for new processes now."""
    gpu: str = ""
    """Name of the first GPU; empty when there is none."""
    gpu_memory: int = 0

    @classmethod
    def here(cls) -> "Machine":
        """This machine now. The first call may take a second, asking for a GPU."""
        memory = psutil.virtual_memory()
        limit, used = _memory_limit(_CGROUPS)
        total = min(memory.total, limit) if limit else memory.total
        free = min(memory.available, limit - used) if limit else memory.available
        gpu, gpu_memory = _gpu()
        return cls(_cores(_CGROUPS), total, max(0, free), gpu, gpu_memory)

    @property
    def in_words(self) -> str:
        """As in '2 processor cores, 24 GB memory, no GPU'."""
        gpu = f"{self.gpu} with {gigabytes(self.gpu_memory)}" if self.gpu else "no GPU"
        cores = "1 processor core" if self.cores == 1 else f"{self.cores} processor cores"
        return f"{cores}, {gigabytes(self.memory)} memory, {gpu}"


@dataclass(frozen=True)
class Expected:
    """What training is likely to need here. An estimate: the trial measures."""

    tokens_per_s: float
    """Real tokens trained a second, rounded to two figures."""
    memory_bytes: int
    """Peak of the worker process, or on the GPU where there is one, rounded up to 100 MB."""

    @property
    def in_words(self) -> str:
        """As in 'about 1,200 tokens a second, about 0.9 GB memory'."""
        return f"about {self.tokens_per_s:,.0f} tokens a second, about {gigabytes(self.memory_bytes)} memory"


def step_memory(
    *,
    trainable: float,
    layers: int,
    width: int,
    padded_tokens: int,
    feed_forward: int = 0,
    lora: bool = False,
    recompute: bool = False,
) -> float:
    """Bytes above the loaded float32 model that a step of AdamW needs: gradient and two moments, and activations.

    `trainable` counts parameters, `padded_tokens` those of one batch; `feed_forward` is the inner width (0: four times
    the width). `recompute`: of each layer only its input is kept, and of one at a time all the rest. Fitted on measured runs
    with short rows; see `estimate_memory` for long ones.
    """
    inner = feed_forward or 4 * width
    per_token = 24 * width + 3 * inner + (1.85 * (5 * width + inner) if lora else 0)
    kept = layers * width + per_token if recompute else layers * per_token
    return 12 * trainable + 4 * padded_tokens * kept


def estimate_memory(  # noqa: PLR0913 - each decides
    preset: Preset,
    *,
    trains: Trains = "whole",
    freeze_embeddings: bool = True,
    padded_tokens: int = 2048,
    longest: int = 64,
    lora_rank: int = 8,
    recompute: bool = False,
    gpu: bool = False,
) -> int:
    """Bytes a training run will take at its peak, on the processor with the worker's own memory, or on the GPU.

    `padded_tokens` is the size of the largest batch, `longest` its longest row; an encoder-decoder is taken to write as
    much as it reads. Right to about 20 % for small models; the measured trial replaces it.
    """
    weights = 4 * preset.parameters * 1e6
    trainable = (preset.body if freeze_embeddings else preset.parameters) * 1e6
    if trains == "qlora":
        weights -= (4 - _BYTES_IN_4_BITS) * preset.body * 1e6
    if trains in ("lora", "qlora"):
        trainable = preset.layers * lora_rank * 18 * preset.width  # both factors of all six matrices of a layer
    elif trains == "head":
        trainable = 0
    share = {"encoder": 1.0, "decoder": _WRITERS_SHARE, "encoder-decoder": _REWRITERS_SHARE}[preset.family]
    step = step_memory(
        trainable=trainable,
        layers=2 if trains == "head" else preset.layers,  # without a gradient they are let go layer by layer
        width=preset.width,
        padded_tokens=round(padded_tokens * share),
        feed_forward=preset.inner,
        lora=trains in ("lora", "qlora"),
        recompute=recompute,
    )
    if preset.writes:
        step += _BYTES_A_CHANCE * padded_tokens * preset.vocabulary
    if longest > 200:  # three copies of the attention scores, which short rows hide
        heads = max(1, preset.width // 64)
        step += 3 * 4 * heads * longest * padded_tokens * (preset.layers if trains != "head" and not recompute else 1)
    if gpu:  # half-precision activations; the context of CUDA itself takes about as much as a worker's imports
        return int(_WORKER + weights + step * 0.75)
    return int(_WORKER - _EMBEDDED_WEIGHTS + weights + step)


def expected(preset: Preset, machine: Machine, *, trains: Trains = "whole", padded_tokens: int = 2048) -> Expected:
    """Speed and memory of training `preset` here, from the arithmetic a token needs and how fast this machine is at it.

    A token costs 6 floating point operations a parameter of the body for the whole model (forward 2, backward 4),
    4 with adapters only, 2 for the head alone; a model that writes also weighs every word of its vocabulary.
    """
    learned = preset.body + (preset.words if preset.writes else 0)
    operations = {"whole": 6, "lora": 4, "qlora": 4, "head": 2}[trains] * learned * 1e6
    rate = _gpu_flops(machine.gpu) * _GPU_SHARE if machine.gpu else matrix_flops() * _CPU_SHARE
    memory = estimate_memory(preset, trains=trains, padded_tokens=padded_tokens, gpu=bool(machine.gpu))
    return Expected(_two_figures(rate / operations), -int(-memory // 100_000_000) * 100_000_000)


@dataclass(frozen=True)
class Fit:
    """How much of a model can be tuned in some memory."""

    trains: Trains | None
    """The most that fits; None where nothing does."""
    memory: int
    """Bytes that it needs; of the least that there is where nothing fits."""


def fit(preset: Preset, memory: float, *, gpu: bool = False) -> Fit:
    """What of `preset` can be tuned in so many bytes: the whole model, else adapters, else (where it sorts) its head."""
    ways: tuple[Trains, ...] = ("whole", "lora") if preset.writes else ("whole", "lora", "head")
    need = {way: estimate_memory(preset, trains=way, padded_tokens=LEAST_TOKENS, gpu=gpu) for way in ways}
    found = next((way for way in ways if need[way] <= memory), None)
    return Fit(found, need[found] if found else min(need.values()))


def fit_here(preset: Preset, machine: Machine) -> Fit:
    """The same for this machine: its GPU where there is one, else nine tenths of the free memory."""
    return fit(preset, 0.9 * (machine.gpu_memory if machine.gpu else machine.available), gpu=bool(machine.gpu))


@dataclass(frozen=True)
class Size:
    """A kind of machine that people have."""

    name: str
    title: str
    memory: float
    """Bytes that a run may take there."""
    gpu: bool = True


SIZES = (
    Size("laptop", "Small: for a laptop", 8e9, gpu=False),
    Size("gpu16", "Medium: for a graphics card of 16 GB", 0.9 * 16e9),
    Size("gpu80", "Large: for a graphics card of 80 GB", 0.9 * 80e9),
)
"""From small to large. A laptop of 16 GB has about half of it for this."""


def size_of(preset: Preset) -> Size | None:
    """The smallest kind of machine that can tune it: an encoder as a whole, others with adapters at least."""
    ways: tuple[Trains, ...] = ("whole", "lora") if preset.family != "encoder" else ("whole",)
    return next((size for size in SIZES if fit(preset, size.memory, gpu=size.gpu).trains in ways), None)


@cache
def matrix_flops() -> float:
    """Floating point operations a second of float32 matrix products here, measured once a process in about 0.1 s."""
    generator = np.random.default_rng(0)
    left, right = (generator.random((768, 768), dtype=np.float32) for _ in range(2))
    out = np.empty_like(left)
    np.matmul(left, right, out=out)  # wakes the threads
    best = min(_timed(left, right, out) for _ in range(6))
    return 2 * 768**3 / best


def gigabytes(size: float) -> str:
    """A size for people: 0.9 GB, 24 GB, 90 MB."""
    if size < 0.095e9:
        return f"{max(1, round(size / 1e6))} MB"
    return f"{size / 1e9:.1f} GB" if size < 9.5e9 else f"{size / 1e9:.0f} GB"


def _timed(left: np.ndarray, right: np.ndarray, out: np.ndarray) -> float:
    start = time.perf_counter()
    np.matmul(left, right, out=out)
    return time.perf_counter() - start


def _two_figures(value: float) -> float:
    return float(f"{value:.1e}")


def _gpu_flops(name: str) -> float:
    known = (peak for part, peak in _GPU_TFLOPS.items() if part in name.lower())
    return next(known, _UNKNOWN_GPU_TFLOPS) * 1e12


@cache
def _gpu() -> tuple[str, int]:
    """Name and memory in bytes of the first GPU, from NVIDIA's own tool; ("", 0) without one."""
    tool = shutil.which("nvidia-smi")
    if tool is None or os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return "", 0
    command = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
        name, mebibytes = next(csv.reader(answer.splitlines()))
        return name.strip(), int(mebibytes) * 2**20
    except (OSError, subprocess.SubprocessError, ValueError, StopIteration):
        return "", 0  # a driver that cannot be asked is no GPU for us


def _cores(cgroups: Path) -> int:
    """Processor cores this process may use: its affinity, and the container's quota."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _words(cgroups / "cpu.max")  # "200000 100000", or "max 100000"
    if len(quota) < 2:
        quota = [*_words(cgroups / "cpu/cpu.cfs_quota_us"), *_words(cgroups / "cpu/cpu.cfs_period_us")]
    if len(quota) == 2 and quota[0].isdigit() and quota[1].isdigit() and int(quota[1]):
        allowed = min(allowed, max(1, int(quota[0]) // int(quota[1])))
    return allowed


def _memory_limit(cgroups: Path) -> tuple[int, int]:
    """The container's memory limit and what it uses of it, in bytes; (0, 0) without a limit."""
    for limit_file, used_file in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        limit, used = _words(cgroups / limit_file), _words(cgroups / used_file)
        if limit and limit[0].isdigit() and int(limit[0]) < 2**60:  # version 1 says "no limit" with a huge number
            statistics = _words((cgroups / used_file).with_name("memory.stat"))
            files = dict(zip(statistics[::2], statistics[1::2], strict=False)).get("inactive_file", "0")
            return int(limit[0]), max(0, int(used[0]) - int(files)) if used else 0  # cached files are given back
    return 0, 0


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
