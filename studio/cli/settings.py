"""Settings as they are typed: checked before anything long begins, and listed with their range and meaning."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from studio.config import SETTINGS, RunConfig, Setting
from studio.errors import StudioError
from studio.tasks import TASKS


def checked(typed: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Name → value; of a name typed twice, the last. Raises: StudioError naming every one that is not possible."""
    settings = dict(typed)
    if unknown := [name for name in settings if _setting(name) is None]:
        meant = get_close_matches(unknown[0].rpartition(".")[2], SETTINGS, 1)
        raise StudioError(
            f"There is no setting named {', '.join(unknown)}",
            where="--set",
            fix=(f"Did you mean {meant[0]}? " if meant else "") + "`studio train --settings` lists all.",
        )
    if wrong := [name for name, value in settings.items() if not _is_possible(name, value)]:
        raise StudioError(
            " and ".join(f"{name} cannot be “{settings[name][:40]}”" for name in wrong),
            where="--set",
            fix=" ".join(f"Possible for {name}: {possible(SETTINGS[name.rpartition('.')[2]])}." for name in wrong),
        )
    return settings


def listed() -> str:
    """Every setting with what it can be, and below it what it does."""
    return "\n".join(f"{name}: {possible(setting)}\n    {setting.help}" for name, setting in SETTINGS.items())


def possible(setting: Setting) -> str:
    """As in `a whole number from 1 to 100` or `whole, head or lora`."""
    holder: Any = RunConfig.model_fields[setting.group].annotation if setting.group else RunConfig
    told = holder.model_json_schema()["properties"][setting.name]
    if "enum" in told:
        return _one_of(told["enum"])
    if told["type"] == "boolean":
        return "true or false"
    if setting.name == "watch":
        return _one_of(_watchable())
    if told["type"] == "string":
        return "a text, or nothing"
    low = f"above {told['exclusiveMinimum']}, up" if "exclusiveMinimum" in told else f"from {told['minimum']}"
    return f"a {'whole ' if told['type'] == 'integer' else ''}number {low} to {told['maximum']:,}"


def _one_of(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _watchable() -> list[str]:
    return list(dict.fromkeys([*(metric.name for task in TASKS.values() for metric in task.metrics), "loss"]))


def _setting(name: str) -> Setting | None:
    """The setting of that name, as `epochs` or `optimizer.epochs`."""
    group, _, field = name.rpartition(".")
    setting = SETTINGS.get(field)
    return setting if setting is not None and group in ("", setting.group) else None


def _is_possible(name: str, value: str) -> bool:
    try:
        config = RunConfig().with_settings({name: value})
    except StudioError:
        return False
    return config.early_stopping.watch in ("", *_watchable())
