"""Numbers and times as people read them: shares in percent, sizes in MB, counts, durations, moments, long texts."""

import time
from collections.abc import Sequence
from os.path import commonprefix

from studio import figures

NO_BREAK = "\u202f"
"""A narrow space between a number and its unit that no line breaks at."""


def percent(share: float, digits: int = 1) -> str:
    """As in `93.4 %`, from a share between 0 and 1."""
    return f"{100 * share:.{digits}f}{NO_BREAK}%"


def quantity(value: float, unit: str = "share") -> str:
    """The value of a metric: `93.4 %` for a share, else a number alone."""
    return figures.quantity(value, unit, NO_BREAK)


def size(count: float) -> str:
    """As in `88 MB`, from bytes (decimal units, like disks and file managers)."""
    value, units = float(count), ["B", "kB", "MB", "GB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.0f}{NO_BREAK}{units[0]}" if value >= 10 or units[0] == "B" else f"{value:.1f}{NO_BREAK}{units[0]}"


def duration(seconds: float) -> str:
    """Time at work, as in `45 s`, `6 min 39 s` or `2 h 5 min`."""
    return figures.duration(seconds, NO_BREAK)


def moment(when: float, now: float | None = None) -> str:
    """As in `just now`, `12 min ago`, `3 h ago`, `2 days ago` or `14 Nov 2026`; `when` is wall time in seconds."""
    past = (time.time() if now is None else now) - when
    if past < 60:
        return "just now"
    if past < 3600:
        return f"{int(past // 60)}{NO_BREAK}min ago"
    if past < 86400:
        return f"{int(past // 3600)}{NO_BREAK}h ago"
    days = int(past // 86400)
    if days < 7:
        return f"{count(days, 'day')} ago"
    return time.strftime("%d %b %Y", time.localtime(when)).lstrip("0")


def count(number: int, thing: str, things: str = "") -> str:
    """As in `1 row`, `3,080 rows`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def shortened(text: str, most: int) -> str:
    """At most `most` characters, with an ellipsis where something was left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def told_apart(names: Sequence[str], most: int) -> list[str]:
    """Each name in at most `most` characters, its middle left out; of names that would then look the same, the beginning they share.

    As in `["A very … long name"]`, and of two that differ late `["… by card", "… by bank"]`.
    """
    short = [_without_middle(name, most) for name in names]
    for same in {cut for cut, name in zip(short, names, strict=True) if cut != name and short.count(cut) > 1}:
        places = [place for place, cut in enumerate(short) if cut == same]
        shared = len(commonprefix([names[place] for place in places]))
        for place in places:
            short[place] = "…" + shortened(names[place][max(0, shared - most // 3) :], most - 1)
    return short


def _without_middle(text: str, most: int) -> str:
    tail = most // 3
    return text if len(text) <= most else f"{text[: most - tail - 1].rstrip()}…{text[-tail:].lstrip()}"


def between(low: float, high: float, beside: Sequence[float] = ()) -> str:
    """As in `2 to 4 minutes`, `about 2 minutes`: a span of seconds that was only estimated.

    `beside` are the upper ends of other spans that are read next to it: all are then told in the same unit.
    """
    if high < 10:
        return "under 10 seconds"
    shortest, longest = min(high, *beside, high), max(high, *beside, high)
    unit, seconds, exact = (
        ("second", 1, 10.0) if longest < 90 else ("minute", 60, 1.0) if shortest < 7200 else ("hour", 3600, 0.1)
    )
    least, most = (f"{max(exact, round(value / seconds / exact) * exact):g}" for value in (low, high))
    if least == most:
        return f"about {most} {unit}{'' if most == '1' else 's'}"
    return f"{least} to {most} {unit}s"
