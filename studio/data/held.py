"""Rows that are left out of training, because given test or validation rows say the same or belong together with them."""

from collections.abc import Mapping, Sequence

from studio.data.companions import beside
from studio.data.example import Example
from studio.data.phrases import counted, in_quotes
from studio.errors import StudioError

MOST = 0.5
"""Where more of the rows than this are like given ones, they are written after one pattern or come from a few people, and stay."""


def without(
    rows: list[Example], held: Sequence[Example], part: str, together: Mapping[int, str], column: str
) -> tuple[list[Example], list[str]]:
    """The rows whose text is not in these given ones, and that share no value of `column` with them (row number → value).

    A model must not have seen what it is judged on. Raises: StudioError for given rows that cannot judge.
    """
    if not held:
        if part == "test":
            raise StudioError("The test file has no usable rows", fix="Choose another test file, or none.")
        raise StudioError(
            "Every validation row has the same text as a test row, or belongs together with one",
            where="Split",
            fix="Choose no column that says train, validation or test, or name other rows for validation.",
        )
    asking = next((example for example in held if example.target is None), None)
    if asking is not None:
        raise StudioError(f"A {part} row has no answer to compare with", where=f"row {asking.row}", fix="Fill it in.")
    same, near = beside(rows, held)
    values = {together[example.row] for example in held if example.row in together}
    shared = {index for index, example in enumerate(rows) if together.get(example.row) in values} - same
    notes = []
    if same:
        notes.append(f"{counted(len(same), 'row')} left out of training because the same text is in the {part} rows.")
    near, told = _left_out(
        near - shared, rows, f"say nearly the same as {part} rows", f"{part} rows say nearly the same"
    )
    column = in_quotes(column)
    shared, also_told = _left_out(
        shared, rows, f"share their {column} with {part} rows", f"{part} rows have the same {column}"
    )
    gone = same | near | shared
    return [example for index, example in enumerate(rows) if index not in gone], [*notes, *told, *also_told]


def _left_out(found: set[int], rows: Sequence[Example], they: str, because: str) -> tuple[set[int], list[str]]:
    """These rows (by index), or none where they are too many; and a sentence on it."""
    if len(found) > MOST * len(rows):
        return set(), [f"{counted(len(found), 'row')} of training {they}: too many to leave out."]
    return found, [f"{counted(len(found), 'row')} left out of training because {because}."] if found else []
