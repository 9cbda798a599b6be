"""Figures of a running training as people read them: time spent, time to come, speed."""


def clock(seconds: float) -> str:
    """Time spent, as on a stopwatch: `0:07`, `6:39`, `2:05:09`."""
    whole = max(0, round(seconds))  # as `words.duration` says it elsewhere
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def about(seconds: float) -> str:
    """Time to come, no more exact than it can be known: `a few seconds`, `about 40 s`, `about 5 min`, `about 2 h 10 min`."""
    if seconds < 8:
        return "a few seconds"
    if seconds < 55:
        return f"about {max(10, round(seconds / 10) * 10)} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {minutes} min"
    tens = round(minutes / 10) * 10  # past an hour a single minute is not known
    hours, rest = tens // 60, tens % 60
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"


def speed(per_second: float) -> str:
    """A rate with as many digits as help: `0.4`, `7.2`, `107`, `1,134`."""
    return f"{per_second:.1f}" if per_second < 9.95 else f"{per_second:,.0f}"


def speeds(examples_per_s: float, tokens_per_s: float, examples: str) -> list[str]:
    """The tile of the speed: a figure, what stands below it, and nothing to stress."""
    if not examples_per_s:
        return ["", f"{examples} and tokens per second", ""]
    figure, tokens = speed(examples_per_s), f"{speed(tokens_per_s)} tokens/s"
    return (
        [f"{figure} {examples}/s", tokens, ""] if examples == "rows" else [f"{figure}/s", f"{examples}; {tokens}", ""]
    )
