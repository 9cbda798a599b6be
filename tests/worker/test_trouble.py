import errno

import pytest
from safetensors import SafetensorError

from studio.errors import StudioError
from studio.worker.trouble import trouble


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (MemoryError(), "Memory ran out"),
        (RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"), "Memory ran out"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "Memory ran out"),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (SafetensorError("I/O error: No space left on device (os error 28)"), "The disk is full"),
        (ValueError("odd"), "This is a bug of the studio"),
    ],
)
def test_what_it_means(error, what):
    told = trouble(error, "step 7")
    assert told.what == what
    assert told.where == "step 7"
    assert told.fix


def test_words_for_people_stay_as_they_are():
    error = StudioError("The label is empty", where="row 3")
    assert trouble(error, "step 7") is error
