"""Which rows of the form's table will train, watch and judge: dealt out as the run will do it, and remembered for a while."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from studio.config import RunConfig, Split
from studio.data.read import Limits
from studio.errors import StudioError
from studio.jobs.deal import Dealt, deal, summed_up
from studio.models.data_facts import suggested_shares
from studio.rundir import Home
from studio.tasks import task_named
from studio.tasks.rows import examples_of
from studio.ui import uploads
from studio.ui.markup import Markup, element
from studio.ui.pieces import error_card
from studio.ui.session import Session
from studio.ui.steps.splitting import WISHES
from studio.ui.uploads import Wanted

_MOST = 50_000
"""Rows of a larger table that chance deals out are told by their shares, which are as good as exact."""
_NAMES = ("validation_share", "test_share", "seed")
"""The settings that decide, beside the wishes."""


@dataclass(frozen=True)
class _Asked:
    """Everything that the parts follow from."""

    wanted: Wanted
    split: Split
    seed: int


def dealt(home: Home, limits: Limits, wanted: Wanted, session: Session, values: Mapping[str, Any]) -> Dealt | None:
    """With these settings (by name; a missing one is suggested). None for a table so large that its shares say it.

    Raises: StudioError when the rows cannot be dealt out so.
    """
    rows = len(uploads.look(home, wanted, limits).examples)
    if rows > _MOST and not any(session.split.values()):
        return None
    validation, test = suggested_shares(rows)
    shares = {"validation_share": validation, "test_share": test} | {
        name: values[name] for name in _NAMES if name in values
    }
    wishes = Split(**{f"{wish}_column": column for wish, column in session.split.items() if wish in WISHES})
    order = RunConfig(split=wishes).with_settings(shares)
    told = _dealt(home, limits, _Asked(wanted, order.split, order.seed), uploads.state(home, wanted))
    if isinstance(told, StudioError):
        raise told
    return told


@lru_cache(maxsize=16)
def _dealt(home: Home, limits: Limits, asked: _Asked, _state: object) -> Dealt | StudioError:
    """A refusal is remembered too: it takes as long."""
    wanted, task = asked.wanted, task_named(asked.wanted.task)
    table, examples = uploads.read(home, wanted.table, limits), uploads.look(home, wanted, limits).examples
    try:
        test = uploads.read(home, wanted.test_table, limits) if wanted.test_table else None
        tested = None
        if test is not None:
            columns = dict(wanted.columns)
            tested = examples_of(task, test, columns, task.conventions(table, columns)).examples
        return summed_up(task, deal(task, table, examples, asked.split, asked.seed, tested))
    except StudioError as error:
        return StudioError(error.what, where=error.where, fix=error.fix)  # without the frames, which hold the table


def in_words(home: Home, limits: Limits, wanted: Wanted, session: Session) -> Markup | str:
    """For the Data step: the parts, what is worth knowing of them, or why they cannot be made."""
    try:
        told = dealt(home, limits, wanted, session, session.settings)
    except StudioError as error:
        return error_card(error)
    return told_card(told) if told is not None else ""


def told_card(told: Dealt) -> Markup:
    """One sentence, and a list of warnings and notes below it."""
    lines = [element("li", each) for each in (*told.warnings, *told.notes)]
    return element(
        "section",
        element("p", element("b", told.sentence)),
        element("ul", lines, class_="fs-list fs-quiet") if lines else None,
        class_="fs-card fs-dealt",
        data_tone="watch" if told.warnings else "good",
        role="status",
    )
