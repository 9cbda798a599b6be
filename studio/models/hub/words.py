"""What can go wrong between here and the Hub, as words for people."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from httpx2 import ConnectError, TimeoutException
from huggingface_hub import get_token
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from studio.errors import StudioError

LATER = "Try again later; if it stays so, choose another model and tell the studio's developers."
NETWORK = "Check the network connection and try again, or choose a model that is on this machine."
GOES_ON = "Try again: what has come so far is kept, and the download goes on from there."


def endpoint() -> str:
    """Where the Hub is: HF_ENDPOINT, else the public one."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def has_token() -> bool:
    """Whether this server knows an access token: from HF_TOKEN, or from `hf auth login`."""
    return bool(get_token())


def consent(model_id: str) -> str:
    """What to do to get a model whose owner asks for consent."""
    accept = f"Log in at {endpoint()}/{model_id} and accept the terms there"
    if has_token():
        return f"{accept}, with the account whose token this server has; then try again. Or choose another model."
    return (
        f"{accept}; make an access token that may read, and start the studio with HF_TOKEN set to it (or run "
        "hf auth login on this machine); then try again. Or choose another model."
    )


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Errors on the way, as a StudioError that says which it was; `where` is the model."""
    try:
        yield
    except GatedRepoError as error:
        raise StudioError(
            "The owner of this model gives it only to people who accepted its terms", where=where, fix=consent(where)
        ) from error
    except HfHubHTTPError as error:
        raise _status_in_words(error, where) from error
    except HFValidationError as error:
        raise StudioError("This is not the name of a model", where=where, fix="Write it as OWNER/NAME.") from error
    except (OfflineModeIsEnabled, ConnectError) as error:
        raise StudioError("The model hub cannot be reached", where=where, fix=NETWORK) from error
    except TimeoutException as error:
        raise StudioError("The model hub stopped answering", where=where, fix=GOES_ON) from error
    except HTTPError as error:
        raise StudioError("The connection to the model hub broke off", where=where, fix=GOES_ON) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StudioError("The disk is full", where=where, fix=f"Free some space. {GOES_ON}") from error
        raise StudioError(
            f"The model could not be written: {error.strerror or error}", where=where, fix=LATER
        ) from error


def _status_in_words(error: HfHubHTTPError, where: str) -> StudioError:
    status = error.response.status_code
    if status in (401, 403):
        fix = "Check the access token of this server (HF_TOKEN), or choose another model."
        if not has_token():
            fix = "It may be private, or not exist. Set HF_TOKEN if you have access, or choose another model."
        return StudioError("The hub does not give this model to us", where=where, fix=fix)
    if isinstance(error, RepositoryNotFoundError) or status == 404:
        return StudioError("The hub has no such model or revision", where=where, fix="Choose another model.")
    if status == 429:
        asked = error.response.headers.get("Retry-After", "")
        wait = f"{asked} seconds" if asked.isdigit() else "some minutes"
        return StudioError("The hub asks to slow down", where=where, fix=f"Wait {wait} and try again.")
    return StudioError(f"The model hub is not well (answer {status})", where=where, fix=LATER)
