"""Enough of everything: rows, labels, rows of each label, and texts and labels that are not empty."""

from collections import Counter
from collections.abc import Iterator

from studio.data.check import LEAST_ROWS, MOST_LABELS
from studio.data.doctor.finding import Finding, Patient, Severity, blank, dropping
from studio.data.doctor.scan import places_where
from studio.data.masking import all_cited, cited
from studio.data.phrases import counted, in_quotes
from studio.figures import quantity


def too_few(patient: Patient) -> Iterator[Finding]:
    """Not even enough rows to split."""
    usable = len(patient.usable_places)
    if usable < LEAST_ROWS:
        text = f"{counted(usable, 'usable row')}, where training needs at least {LEAST_ROWS} and is worth it from about 50. Add rows."
        yield Finding("too-few-rows", "error", "Too few rows", text, "A model learns from examples.")


def empty(patient: Patient) -> Iterator[Finding]:
    """Cells with nothing in them, column by column."""
    for column in patient.needed:
        places = places_where(blank(patient.cells(column))).tolist()
        if not places or len(places) == len(patient.table):
            continue
        what = "label" if column == patient.label else "answer" if column == patient.to_write else "text"
        rows = patient.numbers(places)
        title = f"Remove {counted(len(rows), 'row')} without {what}"
        yield Finding(
            f"empty-{what}", "warning", f"{what.capitalize()}s that are empty",
            f"{counted(len(rows), 'row')} cannot be used (column {in_quotes(column)}) and will be left out. Fill in or delete them.",
            "Where there is nothing to read or nothing to learn, training has no use for the row.",
            rows, patient.share(len(rows)), dropping(f"empty-{what}", title, rows),
        )  # fmt: skip


def one_label(patient: Patient) -> Iterator[Finding]:
    """Nothing to tell apart."""
    labels = patient.label_names
    if len(labels) == 1:
        text = f"Every row has the label “{cited(labels[0], 60)}”{_column(patient)}. Add rows with another label."
        yield Finding("one-label", "error", "Only one label", text, "Sorting texts needs at least two groups.")


def many_labels(patient: Patient) -> Iterator[Finding]:
    """Rather texts or numbers than labels."""
    counts = Counter(patient.label_counts)
    rows = counts.total()
    if len(counts) <= MOST_LABELS and len(counts) * 2 <= max(rows, 2 * LEAST_ROWS):
        return
    text = (
        f"There are {len(counts):,} different labels{_column(patient)} for {rows:,} rows. A model needs several rows of each; "
        "check whether this is the label column."
    )
    yield Finding("many-labels", "warning", "Very many labels", text, "What occurs once cannot be learned.")


def rare_labels(patient: Patient) -> Iterator[Finding]:
    """Labels with a single row."""
    counts = Counter(patient.label_counts)
    rare = {label for label, rows in counts.items() if rows == 1}
    if not rare or len(rare) == len(counts):
        return
    rows = patient.numbers(patient.labeled(rare).tolist())
    text = (
        f"{all_cited(sorted(rare))} {'has' if len(rare) == 1 else 'have'} one row only: "
        f"{'it is' if len(rare) == 1 else 'they are'} trained on, but cannot be tested. "
        f"Add rows, or merge {'it with another label' if len(rare) == 1 else 'them with other labels'}."
    )
    yield Finding(
        "rare-labels", "warning", "Labels with one row", text, "One example hardly teaches what a label means.",
        rows, patient.share(len(rows)), dropping("rare-labels", f"Remove {counted(len(rows), 'row')} of labels with one row", rows),
    )  # fmt: skip


def imbalance(patient: Patient) -> Iterator[Finding]:
    """Labels of very different size."""
    counts = Counter(patient.label_counts)
    if len(counts) < 2:
        return
    (most, many), (least, few) = counts.most_common(1)[0], counts.most_common()[-1]
    share = many / counts.total()
    if many < 5 * few:
        return
    text = (
        f"“{cited(most, 60)}” has {many:,} rows ({quantity(share)}), “{cited(least, 60)}” has {few:,}. "
        "Rare labels are learned less well; look at macro-F1, which counts every label the same."
    )
    severity: Severity = "warning" if many >= 20 * few or share >= 0.9 else "info"
    yield Finding(
        "imbalance",
        severity,
        "Labels of very different size",
        text,
        "Always saying the most frequent label looks good.",
    )


def _column(patient: Patient) -> str:
    return f" (column {in_quotes(patient.label)})"


CHECKS = (too_few, empty, one_label, many_labels, rare_labels, imbalance)
