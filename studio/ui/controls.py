"""Settings as widgets: kind, range and help come from `studio.config`, so that a new setting needs nothing here."""

from collections.abc import Sequence
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import annotated_types
import gradio as gr
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from studio import figures
from studio.config import SETTINGS, RunConfig, Setting
from studio.errors import StudioError
from studio.models.methods import method_choices
from studio.models.sizing import Machine
from studio.tasks import TASKS

GROUPS = {
    "optimizer": "Optimizer",
    "schedule": "Schedule",
    "regularization": "Regularization",
    "early_stopping": "Early stopping",
    "method": "Method",
    "languages": "Languages",
    "compute": "Compute",
    "split": "Split",
    "": "Repeatability",
}
"""Group of `RunConfig` → its title on the page. One that is missing here is shown under its own name."""


def titles() -> dict[str, str]:
    """Every group that has settings, in the page's order."""
    named = dict.fromkeys(setting.group for setting in SETTINGS.values())
    return {group: GROUPS.get(group, group.replace("_", " ").capitalize()) for group in named}


def field_of(setting: Setting) -> FieldInfo:
    """The pydantic field behind a setting."""
    holder: Any = RunConfig.model_fields[setting.group].annotation if setting.group else RunConfig
    field: FieldInfo = holder.model_fields[setting.name]
    return field


def limits(setting: Setting) -> tuple[float | None, float | None]:
    """Smallest and largest value; None where there is no bound. An open bound counts like a closed one."""
    low: float | None = None
    high: float | None = None
    for each in field_of(setting).metadata:
        if isinstance(each, annotated_types.Ge):
            low = each.ge  # type: ignore[assignment]
        elif isinstance(each, annotated_types.Gt):
            low = each.gt  # type: ignore[assignment]
        elif isinstance(each, annotated_types.Le):
            high = each.le  # type: ignore[assignment]
        elif isinstance(each, annotated_types.Lt):
            high = each.lt  # type: ignore[assignment]
    return low, high


def control(setting: Setting, choices: Sequence[tuple[str, str]] = ()) -> Any:
    """The widget. `choices` are its menu, where the kind does not say it."""
    named = {"label": setting.title, "info": setting.help, "elem_id": f"set-{setting.name}"}
    kind = setting.kind
    if kind is bool:
        return gr.Checkbox(value=setting.default, **named)
    if choices:
        return gr.Dropdown(list(choices), value=setting.default, **named)
    if get_origin(kind) is Literal:
        options = [(str(value).replace("_", " "), value) for value in get_args(kind)]
        return gr.Dropdown(options, value=setting.default, **named)
    low, high = limits(setting)  # the browser marks a field that lies outside (`:out-of-range`)
    if kind is int:
        return gr.Number(value=setting.default, precision=0, step=1, minimum=low, maximum=high, **named)
    if kind is float:
        return gr.Number(value=setting.default, step=_step(setting), minimum=low, maximum=high, **named)
    return gr.Textbox(value=setting.default, **named)


def menu(setting: Setting, machine: Machine) -> list[tuple[str, str]]:
    """What is shown → the value, where the setting's kind alone does not say it; the reason beside what cannot be had here."""
    if setting.name == "trains":
        return method_choices(machine, get_args(setting.kind))
    if setting.name == "watch":
        metrics = {metric.name: metric.title for task in TASKS.values() for metric in task.metrics}
        return [("the task’s own", ""), *((title, name) for name, title in {**metrics, "loss": "Loss"}.items())]
    return []


def range_in_words(setting: Setting) -> str:
    """As in '1 to 100'; empty where there is no range."""
    low, high = limits(setting)
    return "" if low is None or high is None else f"{shown_value(low)} to {shown_value(high)}"


def value_of(setting: Setting, raw: object) -> Any:
    """What a widget (or a stranger) sent, as the setting's own kind; None for an empty field.

    Raises: StudioError naming the setting and its range.
    """
    if raw is None or raw == "" and setting.kind is not str:
        return None
    if setting.kind is int and isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    part = {setting.group: {setting.name: raw}} if setting.group else {setting.name: raw}
    try:
        config = RunConfig.model_validate(part, strict=False)
    except ValidationError as error:
        told = range_in_words(setting)
        raise StudioError(
            f"{setting.title} cannot be “{str(raw)[:40]}”",
            where=f"Advanced, {GROUPS.get(setting.group, setting.group)}",
            fix=f"Use a {'whole number' if setting.kind is int else 'number'} from {told}."
            if told
            else "Choose one of the offered values.",
        ) from error
    return getattr(getattr(config, setting.group) if setting.group else config, setting.name)


def shown_value(value: object) -> str:
    """As people write it: `1e-4`, `on`, `linear`."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return figures.small(value)
    return "" if isinstance(value, NoneType) else str(value)


def _step(setting: Setting) -> float:
    """What the arrow keys add: a tenth of the default's size."""
    default = abs(float(setting.default)) or 0.1
    return float(f"{default / 10:.0e}")
