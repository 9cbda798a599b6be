"""What a table may have, and what a person decided about a file over the studio's guesses."""

import os
from dataclasses import asdict, dataclass, field

from studio.errors import StudioError


def _from_environment(name: str, usual: float, unit: int = 1) -> int:
    """A limit from the environment, in `unit`s (1 MB = 1 000 000 bytes). Raises: StudioError."""
    told = os.environ.get(name, "")
    if not told.strip():
        return int(usual * unit)
    try:
        number = float(told)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e9:
        raise StudioError(f"{name} is {told[:40]!r}", fix=f"Set it to a number above 0, as {usual:g}.")
    return max(1, int(number * unit))


_MB = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What a table may have. Over a limit a file is refused with a sentence, before it is read where that is possible."""

    file_bytes: int = field(default_factory=lambda: _from_environment("STUDIO_MAX_UPLOAD_MB", 200, _MB))
    rows: int = field(default_factory=lambda: _from_environment("STUDIO_MAX_ROWS", 2_000_000))
    columns: int = field(default_factory=lambda: _from_environment("STUDIO_MAX_COLUMNS", 1_000))
    cell_characters: int = field(default_factory=lambda: _from_environment("STUDIO_MAX_CELL_CHARACTERS", 1_000_000))
    unpacked_bytes: int = field(default_factory=lambda: _from_environment("STUDIO_MAX_UNPACKED_MB", 0, _MB))
    """Of what is packed: gzip, zip, workbooks, Parquet. 0: ten times `file_bytes`."""
    seconds: float = field(default_factory=lambda: float(_from_environment("STUDIO_MAX_READING_SECONDS", 120)))
    """The longest that reading may take; a small file gets less (`confined.cpu_seconds_for`)."""
    memory_bytes: int = field(default_factory=lambda: _from_environment("STUDIO_MAX_READING_MB", 4_000, _MB))
    """The most that the reading process may take; never more than half of what the machine has free."""

    @property
    def most_unpacked(self) -> int:
        """Bytes that a packed file may unpack to."""
        return self.unpacked_bytes or 10 * self.file_bytes


@dataclass(frozen=True)
class Choices:
    """What a person decided about the file, over the studio's guesses. Empty means guess."""

    encoding: str = ""
    """A title of `encoding.ENCODINGS`."""
    delimiter: str = ""
    """One character."""
    header_row: int = 0
    """The file's own row number; `repairs.NO_HEADER` (-1) for a file without column names."""
    sheet: str = ""
    """Of a workbook."""
    member: str = ""
    """The file inside a zip archive."""

    @property
    def said(self) -> dict[str, str | int]:
        """What was decided, without what is left to guess."""
        return {name: value for name, value in asdict(self).items() if value}


def check_size(rows: int, columns: int, most_rows: int, most_columns: int) -> None:
    """Raises: StudioError when a table has more rows or columns than allowed."""
    if rows > most_rows:
        raise StudioError(f"The table has {rows:,} rows, the limit is {most_rows:,}", fix="Upload fewer rows.")
    if columns > most_columns:
        raise StudioError(
            f"The table has {columns:,} columns, the limit is {most_columns:,}",
            fix="Keep the column with the text and the one with the label.",
        )
