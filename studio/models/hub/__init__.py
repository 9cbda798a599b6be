"""Base models from the Hub: one pinned commit, weights as safetensors only, checked byte by byte, never any code.

A model lies in `models/hub/NAME@COMMIT`, a committed folder: it is there whole, or not at all. What is still on its way
lies in `models/partial/NAME@COMMIT`, so that a download that broke off goes on where it was.
"""

from studio.models.hub.code import refuse_code
from studio.models.hub.download import Pinned, Progress, download, downloaded, folder_of, on_its_way
from studio.models.hub.weights import refuse_strange_weights

__all__ = [
    "Pinned", "Progress", "download", "downloaded", "folder_of", "on_its_way", "refuse_code", "refuse_strange_weights",
]  # fmt: skip
