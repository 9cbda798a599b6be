"""The whole diagnosis in one sentence."""

from collections.abc import Sequence

from studio.data.doctor.finding import Finding


def health(found: Sequence[Finding], rows: int) -> str:
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
