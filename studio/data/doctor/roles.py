"""From what was detected to what the doctor looks at, before anybody has chosen a task."""

from studio.data.detect import Detection
from studio.data.doctor.finding import Patient
from studio.data.table import Table

_READ = (
    "text",
    "text_pair",
    "tokens",
    "token",
    "context",
    "question",
    "source",
    "instruction",
    "input",
    "messages",
    "content",
)
"""Roles of columns that a model reads."""


def patient_of(table: Table, found: Detection, test: Table | None = None) -> Patient:
    """The table in the roles that were detected."""
    roles = {role: (columns,) if isinstance(columns, str) else tuple(columns) for role, columns in found.roles.items()}
    texts = tuple(column for role in _READ for column in roles.get(role, ()))
    label = roles.get("label", ("",))[0]
    return Patient(table, found.task, texts, label, roles, test)
