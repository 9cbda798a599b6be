"""Where the rows of a run came from, and what people changed in them."""

from pydantic import Field

from studio.group import Group


class Edit(Group):
    """A change to the table that a person decided on: rows taken out, cells given another text. The file stays as it is."""

    kind: str = Field(pattern=r"^[a-z-]{1,60}$")
    """The finding that it answers."""

    title: str = Field(max_length=300)
    """What it does, as people read it."""

    drop: tuple[int, ...] = ()
    """The file's own numbers of the rows taken out."""

    cells: dict[str, dict[int, str]] = Field(default_factory=dict)
    """Column → the file's own row number → the new text."""

    kept: tuple[int, ...] = ()
    """The file's own numbers of rows that were doubted and left as they are, so that nobody is asked about them again."""


class Source(Group):
    """Where the rows came from; for the report and the model card."""

    file: str = Field("", max_length=300)
    """The uploaded file's own name. Shown, never opened."""

    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    """Digest of the uploaded file."""

    rows: int = Field(0, ge=0)
    """Rows read from the file."""

    test_file: str = Field("", max_length=300)
    """Name of a separate test file, if one was given."""

    read_as: dict[str, str | int] = Field(default_factory=dict)
    """What people said of how the file is to be read (encoding, delimiter …), over the studio's guesses."""

    conventions: dict[str, str] = Field(default_factory=dict)
    """How the training table writes its targets (what a comma means, what parts labels …); other tables are read alike."""

    edits: tuple[Edit, ...] = ()
    """What was changed after reading, in this order."""
