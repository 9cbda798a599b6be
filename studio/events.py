"""What a worker can say. Appended as one JSON line each to the run's `events.jsonl`; everything shown is a fold over them."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError


class _Event(BaseModel):
    """`seq` counts from 1 without gaps in a run; `time` is wall time, seconds since 1970 (UTC)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    seq: int = 0
    time: float = 0.0


class Preparing(_Event):
    """The worker is getting ready: `what` is a sentence for people, `done` a share from 0 to 1 where it is known."""

    kind: Literal["preparing"] = "preparing"
    what: str
    done: float | None = None


class Started(_Event):
    """Training begins, or begins again after a pause (`step` above 0)."""

    kind: Literal["started"] = "started"
    step: int = 0
    total_steps: int
    steps_per_epoch: int
    epochs: int
    check_every: int
    train_rows: int
    validation_rows: int
    watch: str
    watch_mode: Literal["min", "max"]
    patience: int
    early_stopping: bool = True
    device: str
    precision: str
    memory_limit: int = 0
    """Bytes of memory on the device (or the machine)."""
    packed: bool = False
    """Whether short rows may share a row of a batch where that is faster, none of them seeing another."""


class Step(_Event):
    """One or more optimizer steps, ending at `step`.

    `loss` is the mean over the rows since the last Step, in nats; `tokens_per_s` counts real (not padding) tokens;
    `memory` is the peak in bytes.
    """

    kind: Literal["step"] = "step"
    step: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float = 0.0
    rows_per_s: float = 0.0
    tokens_per_s: float = 0.0
    memory: int = 0
    seconds_left: float | None = None


class Sample(BaseModel):
    """What the model as it is writes for a validation row, shortened."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    row: int
    answer: str


class Checked(_Event):
    """The validation rows were scored at `step`. Step 0 is the probe, before any training."""

    kind: Literal["checked"] = "checked"
    step: int
    epoch: float
    loss: float
    metrics: dict[str, float]
    is_best: bool
    best_step: int
    best_value: float
    chances_left: int
    seconds: float = 0.0
    samples: tuple[Sample, ...] = ()
    """Of tasks whose models write: a few rows, the same ones at every check."""


class Saved(_Event):
    """A resumable checkpoint is safe on disk."""

    kind: Literal["saved"] = "saved"
    step: int


class Warned(_Event):
    """Something people should know that does not end the run."""

    kind: Literal["warned"] = "warned"
    step: int = 0
    text: str


class Scoring(_Event):
    """Training is over; the test rows are being answered with the best version."""

    kind: Literal["scoring"] = "scoring"
    step: int
    reason: Literal["all epochs done", "stopped early", "stopped by you"]
    best_step: int


class Paused(_Event):
    """The worker saved everything and left on request; the run can go on from `step`."""

    kind: Literal["paused"] = "paused"
    step: int
    by: Literal["you", "shutdown"] = "you"


class Finished(_Event):
    """The model and the report are on disk. `metrics` are the test rows' own."""

    kind: Literal["finished"] = "finished"
    step: int
    reason: Literal["all epochs done", "stopped early", "stopped by you"]
    best_step: int
    metrics: dict[str, float]
    seconds: float


class Failed(_Event):
    """The run ended badly. `what`, `where`, `fix` are a StudioError's; `can_resume` says a checkpoint is there."""

    kind: Literal["failed"] = "failed"
    step: int = 0
    what: str
    where: str = ""
    fix: str = ""
    can_resume: bool = False


Event = Preparing | Started | Step | Checked | Saved | Warned | Scoring | Paused | Finished | Failed
_ADAPTER: TypeAdapter[Any] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
_validate = _ADAPTER.validator.validate_json


def to_line(event: Event) -> bytes:
    """One line of `events.jsonl`, newline included."""
    return event.model_dump_json(exclude_none=True).encode() + b"\n"


def from_line(line: bytes) -> Event | None:
    """The event, or None for a line that a newer or damaged writer left: one bad line never hides the rest."""
    try:
        event: Event = _validate(line)
    except ValidationError:
        return None
    return event


def whole_lines(data: bytes) -> bytes:
    """All but a line that is still being written: it waits."""
    return data[: data.rfind(b"\n") + 1]


def each_event(lines: bytes) -> Iterator[Event]:
    """The lines as events, one after the other: a reader that keeps few of them needs a third of the time of a list."""
    return (event for line in lines.splitlines() if (event := from_line(line)) is not None)


def parse_events(data: bytes) -> tuple[list[Event], int]:
    """All whole lines in `data` as events, and the bytes they took."""
    lines = whole_lines(data)
    return list(each_event(lines)), len(lines)
