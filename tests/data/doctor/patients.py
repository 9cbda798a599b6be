"""Tables to examine: healthy ones, and rows put beside them."""

import pyarrow as pa

from studio.data.doctor import diagnose
from studio.data.doctor.finding import Patient
from studio.data.edits import edited
from studio.data.table import Reading, Table

WORDS = [
    "the",
    "parcel",
    "came",
    "late",
    "and",
    "nobody",
    "answered",
    "my",
    "letters",
    "about",
    "it",
    "until",
    "monday",
    "when",
    "they",
    "refunded",
    "everything",
]


def table_of(columns, first=2):
    """A table of these columns; its rows are numbered as in a file with a header."""
    cells = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    return Table(cells, range(first, first + cells.num_rows), Reading("CSV"), "made.csv")


def healthy(labels=("good", "bad"), each=20):
    """Rows of different ordinary sentences and balanced labels."""
    count = each * len(labels)
    texts = [
        " ".join(WORDS[(place * 5 + word * (1 + place % 7)) % len(WORDS)] for word in range(8))
        for place in range(count)
    ]
    return {
        "text": [f"{text} number {place}" for place, text in enumerate(texts)],
        "label": [labels[p % len(labels)] for p in range(count)],
    }


def patient_of(columns, **known):
    """A text-classification patient."""
    return Patient(
        table_of(columns), texts=("text",), label="label", roles={"text": ("text",), "label": ("label",)}, **known
    )


def beside(rows, columns=None):
    """The healthy rows, and after them these (text, label): the first of them is row 42."""
    columns = columns or healthy()
    return {
        "text": [*columns["text"], *(text for text, _ in rows)],
        "label": [*columns["label"], *(label for _, label in rows)],
    }


def found_in(patient):
    """Kind → finding; two of a kind are a mistake of the test."""
    found = diagnose(patient)
    kinds = {finding.kind: finding for finding in found}
    assert len(kinds) == len(found)
    return kinds


def mended(patient, finding):
    """The same patient after the fix."""
    from dataclasses import replace

    assert finding.fix is not None
    return replace(patient, table=edited(patient.table, [finding.fix]))
