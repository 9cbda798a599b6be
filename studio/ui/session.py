"""What one browser tab knows between two clicks.

It lives in the browser (`gr.BrowserState`) and travels with every request, so that a reload and a restart of the
server lose nothing. It is therefore a stranger's word: every id in it is checked where it is used.
"""

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from studio.columns import Columns

EFFORTS = ("quick", "balanced", "thorough")
_LONGEST = 2000
_MOST_LETTERS = 200_000
"""Of all columns' names, or all values set by hand; of tables with 2,000 columns that are chosen, 100 letters a name."""


@dataclass(frozen=True)
class Session:
    """The form of the page, and the run that is looked at."""

    table: str = ""
    """Id of the uploaded table in the data folder."""
    test_table: str = ""
    """Id of a separate test table; empty when test rows are split off."""
    task: str = "text-classification"
    columns: Columns = field(default_factory=dict)
    """Role → column, or columns together."""
    split: dict[str, str] = field(default_factory=dict)
    """Wish for the split (`part`, `group`, `time`) → column."""
    is_ready: bool = False
    """Whether the rows were checked and can be trained on. Opens the next steps; the truth is checked at the start."""
    model: str = "embedded"
    effort: str = "balanced"
    settings: dict[str, Any] = field(default_factory=dict)
    """Setting → value, those changed by hand; the others follow the suggestion."""
    name: str = ""
    """What the run to start shall be called; empty names it after the file."""
    draft: str = ""
    """A run made for measuring and not started yet."""
    draft_order: str = ""
    """What the draft was made from; another order needs another draft."""
    run: str = ""
    """The run that Train, Results, Try it and Export show."""

    @classmethod
    def parse(cls, value: object) -> Self:
        """From what the browser sent: what is unknown or of the wrong type is dropped."""
        if not isinstance(value, dict):
            return cls()
        blank = cls()
        kept = {
            each.name: value[each.name]
            for each in fields(cls)
            if type(value.get(each.name)) is type(getattr(blank, each.name)) and _is_small(value[each.name])
        }
        session = cls(**kept | {"columns": _columns(value.get("columns"))})
        return session if session.effort in EFFORTS else replace(session, effort="balanced")

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        return asdict(self)


def _columns(value: object) -> Columns:
    """A role's columns come back from the browser as a list where they are several. Nothing, if anything is odd."""
    if not isinstance(value, dict):
        return {}
    roles = {role: tuple(each) if isinstance(each, list) else each for role, each in value.items()}
    names = [name for role, each in roles.items() for name in (role, *(each if isinstance(each, tuple) else (each,)))]
    is_odd = len(names) > 2000 or not all(isinstance(name, str) and len(name) <= _LONGEST for name in names)
    return {} if is_odd or len(roles) > 100 or sum(map(len, names)) > _MOST_LETTERS else roles


def _is_small(value: object) -> bool:
    if isinstance(value, dict):
        each_is = len(value) <= 100 and all(_is_plain(each) for pair in value.items() for each in pair)
        return each_is and len(str(value)) <= _MOST_LETTERS
    return _is_plain(value)


def _is_plain(value: object) -> bool:
    return isinstance(value, bool | int | float | None) or (isinstance(value, str) and len(value) <= _LONGEST)
