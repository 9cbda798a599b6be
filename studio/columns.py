"""Which columns of a table play which roles of a task."""

from collections.abc import Sequence

Columns = dict[str, str | tuple[str, ...]]
"""Role → the column that plays it, or the columns together."""


def columns_of(role: str | Sequence[str]) -> tuple[str, ...]:
    """The column or columns of a role."""
    return (role,) if isinstance(role, str) else tuple(role)


def all_columns(columns: Columns) -> list[str]:
    """Every column that plays a role, in the roles' order."""
    return [column for role in columns.values() for column in columns_of(role)]
