"""What a library's exception means for a person. Goes by the words in it, so that nothing has to be imported."""

import contextlib
import traceback
from collections.abc import Iterator

from studio.data.phrases import shortened
from studio.errors import StudioError
from studio.models.presets import PRESETS

_NO_MEMORY = ("out of memory", "can't allocate memory", "unable to allocate")
_NO_DISK = ("no space left", "disk quota exceeded", "file too large")


def trouble(error: BaseException, where: str) -> StudioError:
    """The error in words: memory or disk that ran out somewhere, else a bug of ours.

    A step that runs out of memory is tried again in smaller parts before it comes to this (see `worker.train`).
    """
    if isinstance(error, StudioError):
        return error
    told = f"{type(error).__name__} {error}".lower()
    if isinstance(error, MemoryError) or any(words in told for words in _NO_MEMORY):
        fix = "Lower the rows per step or the text length limit, or choose a smaller base model."
        return StudioError("Memory ran out", where=where, fix=fix)
    if any(words in told for words in _NO_DISK):
        return StudioError(
            "The disk is full", where=where, fix="Free some space, then resume; what was saved is intact."
        )
    fix = "The traceback is in worker.log, in the run's folder. Please report it; the run can be tried again."
    return StudioError("This is a bug of the studio", where=where, fix=fix)


@contextlib.contextmanager
def panics_told(model: str) -> Iterator[None]:
    """A tokenizer that gives up in the middle of its compiled code, told in words, with the traceback in the log.

    What it raises is no Exception, so that it would pass every border of a worker and end it. `model` is the id of the
    base model. Raises: StudioError.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # made by pyo3 anew in every library, and importable from none
            raise
        traceback.print_exc()
        said = shortened(" ".join(str(error).split()), 120)
        raise StudioError(
            f"The tokenizer of the base model broke down while it read texts ({said})",
            where=f"base model {next((each.title for each in PRESETS if each.id == model), model)}",
            fix="Choose another base model, or get this one anew: its tokenizer.json is damaged, or does what the installed "
            "tokenizers library cannot do. The traceback is in the worker's log.",
        ) from error
