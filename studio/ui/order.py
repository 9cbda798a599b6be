"""From the form to an order: suggestions for this data, model and machine, changed by hand where a person did."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from studio.config import SETTINGS, RunConfig, Source, Split
from studio.data.table import Table
from studio.errors import StudioError
from studio.jobs.deal import Dealt
from studio.jobs.trial import Trial
from studio.models.data_facts import DataFacts
from studio.models.methods import check_method
from studio.models.presets import Preset
from studio.models.sizing import estimate_memory, expected
from studio.models.suggest import Suggestion, suggest
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.read_rows import Reading
from studio.ui import base_model, dealing, uploads
from studio.ui.controls import value_of
from studio.ui.session import Session
from studio.ui.steps import data
from studio.ui.steps.splitting import WISHES
from studio.ui.studio import Studio

_DECIDE_SPEED = ("trains", "freeze_embeddings", "max_length", "batch_rows", "precision", "parts", "recompute")
_HEAD_COST = 0.01
"""A head alone learns from text vectors made once: a pass over them is next to nothing."""
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
    dealt: Dealt | None = None
    """The rows as the run will deal them out; None where they cannot be, or are too many to try."""
    refusal: StudioError | None = None
    """Why they cannot be dealt out, or not trained in the way that was chosen."""
    trial: Trial | None = None
    """What was measured here with these rows, this model and the settings that decide the speed."""
    reading: Reading | None = None
    """What the model would read of a few rows, found out by the same trial."""

    @property
    def has_test_file(self) -> bool:
        """Whether the report uses rows of a separate file; none of the table's are kept aside for it then."""
        return self.facts.has_test_file

    @property
    def rows(self) -> tuple[int, int, int]:
        """How many rows of the table train, validate and test; about, where they cannot be dealt out or are too many."""
        if self.dealt is not None:
            return self.dealt.train, self.dealt.validation, 0 if self.has_test_file else self.dealt.test
        return self.facts.parts(self.values["validation_share"], self.values["test_share"])

    @property
    def steps(self) -> tuple[int, int]:
        """Steps of one pass, and of all."""
        a_pass = max(1, ceil(self.rows[0] / self.values["batch_rows"]))
        return a_pass, a_pass * self.values["epochs"]

    def seconds(self, studio: Studio) -> tuple[float, float]:
        """Shortest and longest expected time; rough unless there is a trial."""
        train, validation, test = self.rows
        tokens = min(self.facts.mean_tokens, self.values["max_length"])
        speed = expected(self.preset, studio.machine, trains=self.values["trains"]).tokens_per_s
        # The speed expected of a head alone is that of reading, not of training.
        a_row = tokens / speed / (_CHECK_COST if self.values["trains"] == "head" else 1)
        a_row *= 1 + _CHECK_COST * self.values["recompute"]
        a_row = self.trial.seconds_per_row if self.trial is not None else a_row
        checks = self.values["epochs"] * self.values["checks_per_epoch"]
        # The probe reads all rows once; the test rows are read for it and for the report.
        once = (train + validation + 2 * test) * _CHECK_COST * a_row
        whole = (self.values["epochs"] * train + checks * validation * _CHECK_COST) * a_row
        if self.values["trains"] == "head":
            whole *= _HEAD_COST
        starting, least, most = (2 + self.trial.seconds_load, 0.8, 1.3) if self.trial is not None else (10.0, 0.9, 1.6)
        least = 0.5 if self.values["stop_early"] else least
        low, high = self._written(checks)
        return starting + once + whole * least + low, starting + once + whole * most + high

    def _written(self, checks: int) -> tuple[float, float]:
        """Shortest and longest time for turning rows into tokens and for all that is written, by the tuned model and the untuned.

        Answers seldom are as long as they may be; but a model that never learns to end writes all of them so.
        """
        trial = self.trial
        if trial is None:
            return 0.0, 0.0
        train, validation, test = self.rows
        encode = trial.seconds_encode * (train + validation + 2 * test) / max(1, train)
        looks, answers = (1 + checks) * trial.seconds_look, 2 * trial.seconds_answers
        loads = 2 * trial.seconds_load if answers else 0.0
        return encode + loads + 0.5 * (looks + answers), encode + loads + 1.2 * (looks + answers)

    def memory(self, studio: Studio) -> int:
        """Expected bytes."""
        if self.trial is not None:
            return self.trial.expected_memory_bytes
        values = self.values
        return estimate_memory(
            self.preset,
            trains=values["trains"],
            freeze_embeddings=values["freeze_embeddings"],
            padded_tokens=int(
                ceil(values["batch_rows"] / values["parts"]) * min(self.facts.p95_tokens, values["max_length"])
            ),
            recompute=values["recompute"],
            longest=min(self.facts.max_tokens, values["max_length"]),
            gpu=bool(studio.machine.gpu),
        )


def plan(studio: Studio, session: Session, effort: str = "") -> Plan:
    """The form worked out. `effort` looks at another effort than the chosen one. Raises: StudioError."""
    if not session.table:
        raise StudioError("There is no table yet", fix="Bring one in step 1, Data.")
    suggested, _refused = _dealt(studio, session, {})
    facts = replace(data.look(studio, session).facts, dealt=suggested.rows if suggested is not None else None)
    preset = base_model.facts(studio.home, session)
    suggestions = suggest(facts, preset, studio.machine, effort or session.effort)  # type: ignore[arg-type]
    values = {name: setting.default for name, setting in SETTINGS.items()}
    values |= {name: suggestion.value for name, suggestion in suggestions.items()}
    if not effort:
        values |= {name: value for name, value in session.settings.items() if name in SETTINGS}
    dealt, refusal = _dealt(studio, session, values)
    try:
        check_method(task_named(session.task), values["trains"], has_gpu=bool(studio.machine.gpu))
    except StudioError as error:
        refusal = error
    tried = _tried(studio, session, values)
    trial, reading = (_trial(tried), Reading.read(tried.reading)) if tried is not None else (None, None)
    return Plan(facts, preset, suggestions, values, dealt, refusal, trial, reading)


def _dealt(studio: Studio, session: Session, values: dict[str, Any]) -> tuple[Dealt | None, StudioError | None]:
    """The parts with these settings, or why there are none."""
    try:
        return dealing.dealt(studio.home, studio.limits, data.wanted(studio, session), session, values), None
    except StudioError as error:
        return None, error


def _tried(studio: Studio, session: Session, values: dict[str, Any]) -> RunDir | None:
    """The form's draft, unless rows, model or a setting that decides what a trial finds changed since."""
    try:
        draft = studio.home.run(session.draft)
        was = draft.config
        here = uploads.read(studio.home, session.table, studio.limits)
        measured = {name: SETTINGS[name].of(was) for name in _DECIDE_SPEED}
        told = (was.source.sha256, was.source.edits, was.task, was.columns, was.model)
        model = base_model.ordered(studio.home, session)
        same = told == (here.sha256, here.edits, session.task, session.columns, model)
        return draft if same and measured == {name: values[name] for name in _DECIDE_SPEED} else None
    except StudioError:
        return None  # none was made, or it is gone: then time and memory are estimated


def _trial(draft: RunDir) -> Trial | None:
    """What the draft was measured to need."""
    try:
        return Trial.parse(json.loads(draft.trial.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


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
        model=base_model.ordered(studio.home, session),
        split=Split(**{f"{wish}_column": column for wish, column in session.split.items() if wish in WISHES}),
    ).with_settings(whole.values)


def fingerprint(order: RunConfig, session: Session) -> str:
    """Two forms with the same fingerprint ask for the same run under the same name."""
    said = order.model_copy(update={"name": session.name}).model_dump_json() + session.table + session.test_table
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def _source(studio: Studio, session: Session, table: Table) -> Source:
    test = uploads.read(studio.home, session.test_table, studio.limits).name if session.test_table else ""
    return Source(
        file=table.name[:300],
        sha256=table.sha256,
        rows=len(table),
        test_file=test[:300],
        read_as=uploads.choices(studio.home, session.table).said,
        edits=table.edits,
    )


def _name(table: Table) -> str:
    """As in 'support_tickets, 14:05'."""
    return f"{table.name.rpartition('.')[0] or table.name}, {time.strftime('%H:%M')}"[:200]
