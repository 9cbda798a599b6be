"""From the form to an order: suggestions for this data, model and machine, changed by hand where a person did."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from studio.config import SETTINGS, Model, RunConfig, Source
from studio.data.table import Table
from studio.errors import StudioError
from studio.models.presets import Preset
from studio.models.sizing import expected
from studio.models.suggest import DataFacts, Suggestion, suggest
from studio.tasks import task_named
from studio.ui import uploads
from studio.ui.controls import value_of
from studio.ui.session import Session
from studio.ui.steps import data
from studio.ui.steps.model import ordered, stand_in
from studio.ui.studio import Studio

_CHECK_COST = 1 / 3
"""A row in a check costs a third of one in training: forward only."""


@dataclass(frozen=True)
class Plan:
    """What a form amounts to, before anything is written."""

    facts: DataFacts
    preset: Preset
    suggestions: dict[str, Suggestion]
    values: dict[str, Any]
    """Setting → value: by hand, else suggested, else the default. Every setting is here."""
    has_test_file: bool = False
    """Whether the report uses rows of a separate file; none of the table's are kept aside for it then."""

    @property
    def rows(self) -> tuple[int, int, int]:
        """About how many rows of the table train, validate and test."""
        rows = self.facts.rows
        test = 0 if self.has_test_file else round(rows * self.values["test_share"])
        validation = max(1, round(rows * self.values["validation_share"]))
        return max(1, rows - test - validation), validation, test

    @property
    def steps(self) -> tuple[int, int]:
        """Steps of one pass, and of all."""
        a_pass = max(1, ceil(self.rows[0] / self.values["batch_rows"]))
        return a_pass, a_pass * self.values["epochs"]

    def seconds(self, studio: Studio) -> tuple[float, float]:
        """Shortest and longest expected time, before anything was measured. Rough: the trial measures."""
        train, validation, test = self.rows
        tokens = min(self.facts.mean_tokens, self.values["max_length"])
        speed = expected(self.preset, studio.machine, trains=self.values["trains"]).tokens_per_s
        checks = self.values["epochs"] * self.values["checks_per_epoch"]
        once = (train + validation + test) * _CHECK_COST * tokens / speed  # the probe, and the test rows at the end
        whole = (self.values["epochs"] * train + checks * validation * _CHECK_COST) * tokens / speed
        starting = 10.0
        return starting + once + whole * (0.5 if self.values["stop_early"] else 0.9), starting + once + whole * 1.6


def plan(studio: Studio, session: Session, effort: str = "") -> Plan:
    """The form worked out. `effort` looks at another effort than the chosen one. Raises: StudioError."""
    if not session.table:
        raise StudioError("There is no table yet", fix="Bring one in step 1, Data.")
    facts = data.look(studio, session).facts
    preset = stand_in(session.model)
    suggestions = suggest(facts, preset, studio.machine, effort or session.effort)  # type: ignore[arg-type]
    values = {name: setting.default for name, setting in SETTINGS.items()}
    values |= {name: suggestion.value for name, suggestion in suggestions.items()}
    if not effort:
        values |= {name: value for name, value in session.settings.items() if name in SETTINGS}
    return Plan(facts, preset, suggestions, values, bool(session.test_table))


def by_hand(plan: Plan, widgets: Sequence[Any]) -> dict[str, Any]:
    """The values of the advanced view (in the order of `SETTINGS`) that differ from what would be taken by itself.

    Raises: StudioError for an impossible one.
    """
    changed = {}
    for (name, setting), raw in zip(SETTINGS.items(), widgets, strict=True):
        value = value_of(setting, raw)
        usual = plan.suggestions[name].value if name in plan.suggestions else setting.default
        if value is not None and value != usual:
            changed[name] = value
    return changed


def config(studio: Studio, session: Session) -> RunConfig:
    """The order. Raises: StudioError with what is missing."""
    table = uploads.read(studio.home, session.table, studio.limits)
    whole = plan(studio, session)
    return RunConfig(
        name=session.name.strip()[:200] or _name(table),
        task=task_named(session.task).name,
        columns=session.columns,
        source=_source(studio, session, table),
        model=_model(session),
    ).with_settings(whole.values)


def fingerprint(order: RunConfig, session: Session) -> str:
    """Two forms with the same fingerprint ask for the same run under the same name."""
    said = order.model_copy(update={"name": session.name}).model_dump_json() + session.table + session.test_table
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def _source(studio: Studio, session: Session, table: Table) -> Source:
    test = uploads.read(studio.home, session.test_table, studio.limits).name if session.test_table else ""
    return Source(file=table.name[:300], sha256=table.sha256, rows=len(table), test_file=test[:300])


def _model(session: Session) -> Model:
    return ordered(session.model)


def _name(table: Table) -> str:
    """As in 'support_tickets, 14:05'."""
    return f"{table.name.rpartition('.')[0] or table.name}, {time.strftime('%H:%M')}"[:200]
