"""The whole diagnosis in one sentence."""

from collections.abc import Sequence

from studio.data.doctor.finding import Finding


def health(found: Sequence[Finding], rows: int) -> str:
    """The whole diagnosis in one sentence."""
    errors = [each for each in found if each.severity == "error"]
    warnings = [each for each in found if each.severity == "warning"]
    if errors:
        return f"This table cannot be trained on yet: {_within(errors[0].title)}."
    if not warnings:
        return f"Nothing in these {rows:,} rows speaks against training on them."
    told = "; ".join(_within(each.title) for each in warnings[:3])  # titles have commas
    more = f"; and {len(warnings) - 3} more" if len(warnings) > 3 else ""
    fixes = sum(each.fix is not None for each in warnings)
    mend = {0: "", 1: " One can be mended with a click."}.get(fixes, f" {fixes} can be mended with a click.")
    return f"These rows can be trained on; worth a look first: {told}{more}.{mend}"


def _within(title: str) -> str:
    """A title within a sentence: "HTML in texts" stays as it is."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"
