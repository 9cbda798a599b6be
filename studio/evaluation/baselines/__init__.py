"""The simple models that a tuned one has to beat, on the same rows: every module of this folder with a `BASELINE`."""

from importlib import import_module
from pkgutil import iter_modules

from studio.evaluation.baselines.baseline import Baseline


def _discover() -> dict[str, Baseline]:
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    found: list[Baseline] = [module.BASELINE for module in modules if hasattr(module, "BASELINE")]
    return {baseline.name: baseline for baseline in found}


BASELINES = _discover()
"""Name → baseline."""
