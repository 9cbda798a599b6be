"""What a library's exception means for a person. Goes by the words in it, so that nothing has to be imported."""

from studio.errors import StudioError

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
