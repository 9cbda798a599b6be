"""The data doctor: what a careful person would want to know about a table before training, each with a fix where there is one.

Every module of this folder that holds `CHECKS` is known by being there; a new finding is a new function, or a new file.
"""

from importlib import import_module
from pkgutil import iter_modules

from studio.data.doctor.finding import Check, Finding, Patient

_WORST_FIRST = ("error", "warning", "info")


def _discover() -> tuple[Check, ...]:
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    return tuple(check for module in modules for check in getattr(module, "CHECKS", ()))


CHECKS = _discover()


def diagnose(patient: Patient) -> list[Finding]:
    """Everything that was found, worst first, then what concerns most rows."""
    found = [finding for check in CHECKS for finding in check(patient)]
    return sorted(found, key=lambda each: (_WORST_FIRST.index(each.severity), -each.count))
