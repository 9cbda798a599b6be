"""Where the arithmetic is done: device, precision, threads, seeds, memory."""

import contextlib
import gc
import os
import random
import resource
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import torch

_MOST_THREADS = 16
"""More threads than this make steps of small models slower."""


@dataclass(frozen=True)
class Place:
    """A device and how numbers are kept on it."""

    device: torch.device
    precision: str
    """`float32`, or `bfloat16`: arithmetic in bfloat16, weights in float32."""
    note: str = ""
    """What could not be had as asked, for people."""

    @classmethod
    def choose(cls, precision: str) -> "Place":
        """The GPU where there is one. bfloat16 only where it is native: elsewhere it is up to 150 times slower."""
        if torch.cuda.is_available():
            native = torch.cuda.get_device_capability()[0] >= 8
            device = torch.device("cuda")
        else:
            native, device = False, torch.device("cpu")
            torch.set_num_threads(threads())
        note = "This machine computes bfloat16 only in software, which is slow: float32 is used instead."
        wants = precision in ("auto", "bfloat16")
        return cls(
            device,
            "bfloat16" if native and wants else "float32",
            note if precision == "bfloat16" and not native else "",
        )

    @property
    def name(self) -> str:
        """As people know it."""
        if self.device.type == "cuda":
            return str(torch.cuda.get_device_name())
        return f"CPU, {torch.get_num_threads()} thread{'s' if torch.get_num_threads() > 1 else ''}"

    @property
    def memory_limit(self) -> int:
        """Bytes of memory the device has."""
        if self.device.type == "cuda":
            return int(torch.cuda.get_device_properties(self.device).total_memory)
        return int(psutil.virtual_memory().total)

    def tidy(self) -> None:
        """Give back the memory of what nobody holds any more, also where it holds itself."""
        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def forget_peak(self) -> None:
        """Count the peak anew from here on, where the system can."""
        self.tidy()
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats()
            return
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # see proc_pid_clear_refs(5)

    def peak_memory(self) -> int:
        """Bytes taken at most so far: of the device, or of this process."""
        if self.device.type == "cuda":
            return int(torch.cuda.max_memory_allocated())
        with contextlib.suppress(OSError, ValueError, IndexError):  # no such file outside Linux
            return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024
        unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts bytes there, kibibytes elsewhere
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

    def autocast(self) -> AbstractContextManager[object]:
        """The context for forward passes."""
        if self.precision == "bfloat16":
            return torch.autocast(self.device.type, torch.bfloat16)
        return contextlib.nullcontext()

    @property
    def answering_tokens(self) -> int:
        """Padded tokens of one forward pass without gradients: what caches hold on a processor, what fills a GPU."""
        return 65536 if self.device.type == "cuda" else 2048

    @property
    def scoring_bytes(self) -> int:
        """For the numbers that a model that writes gives to every word of its vocabulary at every token it reads at once."""
        return self.memory_limit // 8 if self.device.type == "cuda" else 10**9


def threads() -> int:
    """Processor cores this process may use: the scheduler's mask, cut by the container's share and by `OMP_NUM_THREADS`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        cores = min(cores, max(1, round(int(quota) / int(period))))
    with contextlib.suppress(KeyError, ValueError):
        cores = min(cores, int(os.environ["OMP_NUM_THREADS"]))
    return max(1, min(cores, _MOST_THREADS))


def sow(seed: int) -> None:
    """Set every generator of random numbers."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, on a GPU or in the process."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
