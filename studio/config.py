"""Everything that decides a run. One field is one setting; the text under it is its help on the page."""

import json
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.columns import Columns
from studio.errors import StudioError
from studio.group import Group
from studio.source import Edit as Edit
from studio.source import Source as Source


class Optimizer(Group):
    """How the weights move."""

    epochs: int = Field(3, ge=1, le=100, title="Epochs")
    """Passes over the training rows. More passes learn more and memorize more; early stopping ends the run in time."""

    batch_rows: int = Field(32, ge=1, le=1024, title="Rows per step")
    """Rows the model sees before each weight update. Larger is steadier and needs more memory; smaller learns in more, noisier steps."""

    learning_rate: float = Field(1e-4, gt=0, le=1e-2, title="Learning rate")
    """How far each step moves the pretrained weights, at its peak. Too high forgets what the model knew; too low learns nothing."""

    head_factor: float = Field(10.0, ge=1, le=1000, title="Head learning rate factor")
    """The new classification head learns this many times faster than the pretrained weights."""

    weight_decay: float = Field(0.01, ge=0, le=1, title="Weight decay")
    """Pulls weights gently towards zero, which restrains memorizing. Higher restrains more."""

    max_gradient_norm: float = Field(1.0, gt=0, le=100, title="Gradient clipping")
    """Steps with a larger gradient are scaled down to this norm, so that one odd batch cannot throw the model off."""


class Schedule(Group):
    """How the learning rate changes over the run."""

    decay: Literal["linear", "cosine", "constant"] = Field("linear", title="Schedule")
    """After the warm-up the learning rate falls in a straight line, along a cosine, or stays."""

    warm_up: float = Field(0.06, ge=0, le=0.5, title="Warm-up share")
    """Share of all steps over which the learning rate rises from zero. Protects the pretrained weights at the start."""


class Regularization(Group):
    """What keeps the model from memorizing the training rows."""

    dropout: float = Field(0.1, ge=0, le=0.9, title="Dropout")
    """Share of signals switched off at random in training. Higher restrains memorizing, and slows learning."""

    label_smoothing: float = Field(0.1, ge=0, le=0.5, title="Label smoothing")
    """Trains for slightly less than full certainty. Helps where labels contain mistakes; 0 turns it off."""

    layer_decay: float = Field(1.0, gt=0, le=1, title="Layer-wise decay")
    """Each layer below the top learns this many times slower than the one above it. 1 means all alike; 0.9 protects the lower layers."""

    freeze_embeddings: bool = Field(True, title="Freeze word embeddings")
    """Leaves the table of word vectors as pretrained. Faster and lighter, with no loss on small data."""


class EarlyStopping(Group):
    """When to stop by itself, and which version to keep."""

    stop_early: bool = Field(True, title="Stop early")
    """Ends training when checks on the validation rows stop improving. The best version is kept either way."""

    watch: str = Field("", pattern=r"^[a-z0-9_]{0,40}$", title="Watched value")
    """The validation value that decides which version is best. Empty takes the task's own."""

    patience: int = Field(4, ge=1, le=50, title="Patience")
    """Checks in a row without progress before training stops. More patience risks wasted time; less may stop in a lull."""

    minimum_gain: float = Field(0.0, ge=0, le=1, title="Minimum gain")
    """A check counts as progress only if it is better than the best by more than this."""

    checks_per_epoch: int = Field(2, ge=1, le=50, title="Checks per epoch")
    """How often the validation rows are scored in each pass. More checks react sooner and cost time."""


class Method(Group):
    """Which weights are trained."""

    trains: Literal["whole", "head", "lora", "qlora"] = Field("whole", title="Method")
    """The whole model, only the new head on top, or small low-rank adapters (LoRA) beside frozen weights; QLoRA keeps those in 4 bits, for large models on an NVIDIA GPU."""

    lora_rank: int = Field(8, ge=1, le=256, title="LoRA rank")
    """Size of the adapters. Higher can learn more and needs more memory. Used by LoRA and QLoRA only."""

    lora_alpha: int = Field(16, ge=1, le=1024, title="LoRA alpha")
    """Strength of the adapters; their output is scaled by alpha divided by rank. Used by LoRA and QLoRA only."""

    probe_start: bool = Field(True, title="Start the head from a probe")
    """First fits the head on the frozen model, which takes seconds, then tunes from there (Kumar et al. 2022)."""


class Languages(Group):
    """How a model that rewrites texts is told what to do. Left empty, it follows from the rows and the base model."""

    source_language: str = Field("", pattern=r"^[A-Za-z_-]{0,40}$", title="Source language")
    """Of the texts that are read, as German or de. Empty: what the rows show. Matters to models that translate, in text to text."""

    target_language: str = Field("", pattern=r"^[A-Za-z_-]{0,40}$", title="Target language")
    """Of the texts that are written, as English or en. Empty: what the rows show. Matters to models that translate, in text to text."""

    prefix: str = Field("", max_length=200, title="Task prefix")
    """Words in front of every text that is read, as “translate English to German:”. Empty: what the base model was trained with; none: no words. Text to text only."""


class Compute(Group):
    """How the arithmetic is done."""

    max_length: int = Field(256, ge=8, le=8192, title="Text length limit")
    """Tokens of a text the model reads; what is more is left out. Longer costs time and memory."""

    parts: int = Field(1, ge=1, le=1024, title="Parts of a step")
    """Computes the rows of each step in so many parts and adds up their gradients (gradient accumulation). More need less memory; what is learned is the same."""

    recompute: bool = Field(False, title="Recompute activations")
    """Forgets what the layers computed and computes it again on the way back (gradient checkpointing): far less memory, the same result, about a third more time."""

    precision: Literal["auto", "float32", "bfloat16"] = Field("auto", title="Precision")
    """Auto uses bfloat16 only where the hardware computes it natively, else float32."""


class Split(Group):
    """Which rows are kept away from training."""

    validation_share: float = Field(0.1, gt=0, le=0.5, title="Validation share")
    """Rows used to watch for overfitting and to choose the best version."""

    test_share: float = Field(0.1, gt=0, le=0.5, title="Test share")
    """Rows touched once, at the very end, for the report. Ignored when a separate test file is given."""

    part_column: str = Field("", max_length=1000)
    """Column that says train, validation or test in each row; goes before chance."""

    group_column: str = Field("", max_length=1000)
    """Column whose equal values (a customer, a document) stay in one part."""

    time_column: str = Field("", max_length=1000)
    """Column of dates or numbers: the latest rows become the test, the earliest are trained on."""


class Model(Group):
    """The base model."""

    id: str = Field("embedded", min_length=1, max_length=300)
    """A preset's name on the Hub, `embedded`, or `folder:NAME` for a model folder the administrator offers."""

    revision: str = Field("", pattern=r"^([0-9a-f]{40})?$")
    """The pinned commit on the Hub; empty for models that do not come from the Hub."""


class RunConfig(Group):
    """The whole order for one run."""

    version: Literal[1] = 1
    """Schema version of this file."""

    name: str = Field("", max_length=200)
    """What people call the run."""

    task: str = Field("text-classification", pattern=r"^[a-z-]{1,60}$")
    """Name of the task."""

    columns: Columns = Field(default_factory=dict)
    """Role → column of the uploaded table, as {"text": "review", "label": "stars"}; several columns are a list."""

    source: Source = Source()
    model: Model = Model()
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    regularization: Regularization = Regularization()
    early_stopping: EarlyStopping = EarlyStopping()
    method: Method = Method()
    languages: Languages = Languages()
    compute: Compute = Compute()
    split: Split = Split()
    seed: int = Field(1, ge=0, le=2**31 - 1, title="Seed")
    """Fixes everything random: the split, the order of rows, dropout. The same seed gives the same run."""

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """From JSON, with problems said in words. Raises: StudioError."""
        try:
            return cls.model_validate(json.loads(text))
        except ValidationError as error:
            raise StudioError(_first_problems(error), fix="Correct the setting and try again.") from error
        except (ValueError, RecursionError) as error:
            raise StudioError(
                "The settings are not valid JSON", fix="Use a train.json that the studio wrote."
            ) from error

    def with_settings(self, settings: dict[str, Any]) -> Self:
        """A copy with some settings changed, by field name: {"epochs": 5} or {"optimizer.epochs": "5"}.

        Values may be text, as on the command line. Raises: StudioError naming every bad setting at once.
        """
        data = self.model_dump(mode="json")
        unknown = []
        for name, value in settings.items():
            group, _, field = name.rpartition(".")
            setting = SETTINGS.get(field)
            if setting is None or group not in ("", setting.group):
                unknown.append(name)
            else:
                (data[setting.group] if setting.group else data)[field] = value
        if unknown:
            raise StudioError(
                f"There is no setting named {', '.join(sorted(unknown))}",
                fix="Settings are: " + ", ".join(SETTINGS) + ".",
            )
        return self._validated(data)

    @classmethod
    def _validated(cls, data: dict[str, Any]) -> Self:
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise StudioError(_first_problems(error), fix="Correct the setting and try again.") from error


class Setting(BaseModel):
    """One setting as the page and the command line see it."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    name: str
    group: str
    title: str
    help: str
    kind: Any
    default: Any

    def of(self, config: RunConfig) -> Any:
        """The value it has there."""
        return getattr(getattr(config, self.group) if self.group else config, self.name)


def _settings() -> dict[str, Setting]:
    """Field name → setting, in the page's order; field names are unique over all groups."""
    found: dict[str, Setting] = {}
    groups = [(name, field.annotation) for name, field in RunConfig.model_fields.items()]
    for group, holder in (*(each for each in groups if _is_settings_group(each[1])), ("", RunConfig)):
        for name, field in holder.model_fields.items():  # type: ignore[union-attr]
            if field.title:
                found[name] = Setting(
                    name=name,
                    group=group,
                    title=field.title,
                    help=field.description or "",
                    kind=field.annotation,
                    default=field.default,
                )
    return found


def _is_settings_group(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Group) and annotation not in (Model, Source)


def _first_problems(error: ValidationError, most: int = 5) -> str:
    problems = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:most]]
    return "Some settings are not possible: " + "; ".join(problems)


SETTINGS = _settings()
"""Every setting a person can change, by field name."""
