"""The ways to take a finished run away: every module of this folder that holds a `FORMAT`."""

from importlib import import_module
from pkgutil import iter_modules

from studio.export.format import Format


def _discover() -> dict[str, Format]:
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    formats: list[Format] = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {each.name: each for each in formats}


FORMATS = _discover()
"""Name → format, in the order of the files' names."""
