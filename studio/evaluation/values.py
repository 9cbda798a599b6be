"""What a report holds, as values: numbers with intervals, baselines, the comparison, labels."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["better", "perhaps", "unclear", "not better"]


class _Value(BaseModel):
    """Frozen. Unknown keys are dropped, so that an older studio reads a newer report."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class MetricResult(_Value):
    """One metric over the test rows, with its 95 % interval."""

    name: str
    title: str
    value: float
    low: float
    high: float
    unit: str = "share"
    """`share`: from 0 to 1, shown in percent; of anything else the number is shown, and the title says what it counts."""


class Comparison(_Value):
    """The model against one baseline on the same rows. `difference` (and its 95 % interval) is above 0 where the model is better."""

    against: str
    """Name of the baseline."""
    metric: str = "accuracy"
    difference: float
    low: float
    high: float
    p_value: float
    """How often chance alone would make two equally good models differ this much, from 0 to 1."""
    verdict: Verdict
    sentence: str
    """The finding in one honest sentence."""


class BaselineResult(_Value):
    """How a simple model does on the same rows."""

    name: str
    title: str
    metrics: list[MetricResult]
    comparison: Comparison | None = None
    """The model against this baseline."""


class LabelResult(_Value):
    """How well one label is found; shares from 0 to 1, `rows` of the test part that have it."""

    label: str
    precision: float
    recall: float
    f1: float
    rows: int


class Report(_Value):
    """How good the model is, on rows that took no part in training or choosing."""

    version: Literal[1] = 1
    task: str
    labels: list[str]
    """The model's labels, then those that only the test rows have (a separate test file may): order of `confusion`."""
    rows: int
    metrics: list[MetricResult]
    ladder: list[BaselineResult] = Field(default_factory=list)
    """Simplest first."""
    comparison: Comparison | None = None
    """Against the best of the ladder."""
    confusion: list[list[int]] = Field(default_factory=list)
    """Rows: right label; columns: the model's answer. Empty for tasks without single labels, as `per_label` is."""
    per_label: list[LabelResult] = Field(default_factory=list)
    calibration_error: float | None = None
    """Mean gap between confidence and share of right answers, from 0 (confidence can be taken at its word) to 1."""
    seconds: float = 0.0
    """Time the training took."""
    notes: list[str] = Field(default_factory=list)
