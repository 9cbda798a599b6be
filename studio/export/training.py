"""The model card's section on training: what the run was told to do, and what it did."""

from typing import Any

from studio import __version__, figures
from studio.config import SETTINGS, RunConfig
from studio.data.phrases import counted
from studio.events import Finished
from studio.export.escape import code, plain
from studio.export.order import train_again
from studio.rundir import RunDir
from studio.story import Story
from studio.tasks import task_named

_LORA_ONLY = frozenset({"lora_rank", "lora_alpha"})
_HEAD_ONLY = frozenset({"head_factor", "probe_start"})
"""Of no use to models that write, whose heads have no weights of their own."""


def how_trained(run: RunDir) -> str:
    """Course and settings, in Markdown."""
    story = Story.of(run.events())
    lines = ["## How it was trained\n", *_course(run.config, story)]
    lines += ["", "| Setting | Value |", "|---|---|"]
    lines += [f"| {setting.title} | {_value(run.config, setting.group, name)} |" for name, setting in SETTINGS.items()
              if (run.config.method.trains in ("lora", "qlora") or name not in _LORA_ONLY)
              and not (name in _HEAD_ONLY and task_named(run.config.task).writes)
              and (setting.of(run.config) != "" or name == "watch")]  # fmt: skip
    lines += [
        "",
        f"`train.json` holds all of it: {code(train_again(run.config))} (studio {__version__}) trains again.",
    ]
    return "\n".join([*lines, ""])


def _course(config: RunConfig, story: Story) -> list[str]:
    lines = []
    if story.started is not None:
        started = story.started
        learned = counted(started.train_rows, f"training {task_named(config.task).example_is}")
        lines.append(
            f"- {learned}, up to {counted(started.total_steps, 'step')} in {counted(started.epochs, 'epoch')}, "
            f"on {plain(started.device)}, in {started.precision}"
        )
    if isinstance(story.last, Finished):
        last = story.last
        kept = f"step {last.best_step:,}" if last.best_step else "before tuning: the base model with its linear head"
        lines.append(f"- Ended at step {last.step:,} ({last.reason}); the version kept is from {kept}")
    best = story.best
    if best is not None and story.started is not None:
        watch = story.started.watch
        checked = counted(story.started.validation_rows, f"validation {task_named(config.task).example_is}")
        unit = next((metric.unit for metric in task_named(config.task).metrics if metric.name == watch), "share")
        value = f", {_watch_title(config, watch)} {figures.quantity(best.best_value, unit)}" if watch != "loss" else ""
        lines.append(f"- Best check on {checked}: loss {figures.loss(best.loss)}{value}")
    if story.seconds:
        lines.append(f"- Time at work: {figures.duration(story.seconds)}")
    return lines


def _value(config: RunConfig, group: str, name: str) -> str:
    value: Any = getattr(getattr(config, group) if group else config, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "watch":
        return _watch_title(config, str(value) or task_named(config.task).watch)
    return plain(figures.small(value) if isinstance(value, float) else str(value))


def _watch_title(config: RunConfig, watch: str) -> str:
    """The watched value as the page calls it."""
    titles = {metric.name: metric.title for metric in task_named(config.task).metrics}
    return titles.get(watch, "validation loss" if watch == "loss" else plain(watch))
