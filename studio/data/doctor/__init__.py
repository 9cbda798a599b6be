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


def health(found: list[Finding], rows: int) -> str:
    """The whole diagnosis in one sentence."""
    errors = [each for each in found if each.severity == "error"]
    warnings = [each for each in found if each.severity == "warning"]
    if errors:
        return f"This table cannot be trained on yet: {errors[0].title[:1].lower()}{errors[0].title[1:]}."
    if not warnings:
        return f"Nothing in these {rows:,} rows speaks against training on them."
    told = ", ".join(f"{each.title[:1].lower()}{each.title[1:]}" for each in warnings[:3])
    more = f" and {len(warnings) - 3} more" if len(warnings) > 3 else ""
    fixes = sum(each.fix is not None for each in warnings)
    mend = {0: "", 1: " One can be mended with a click."}.get(fixes, f" {fixes} can be mended with a click.")
    return f"These rows can be trained on; worth a look first: {told}{more}.{mend}"
