"""Numbers as people read them that come up everywhere: small settings, and losses."""


def small(value: float) -> str:
    """A number of any size, tiny ones with an exponent: `3e-5`, `6.7e-7`, `0.01`, `10`."""
    if value == 0 or abs(value) >= 1e-3:
        return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e6 else f"{value:g}"
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def loss(value: float) -> str:
    """A loss with three digits that say something: `1.234`, `0.0312`, `6.70e-7`."""
    if value == 0 or not abs(value) < 0.1:
        return f"{value:.3f}"
    if abs(value) >= 1e-3:
        return f"{value:#.3g}"
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def short(value: float) -> float:
    """For the wire: finer than any pixel of a chart, and half the bytes; tiny values keep four digits."""
    return round(value, 4) if not abs(value) < 0.1 else float(f"{value:.4g}")


def progress(watched: str) -> str:
    """What counts as progress in a check (`studio.worker.stopping`), to go on with 'without …'."""
    if watched.lower().removeprefix("validation ") == "loss":
        return "a lower validation loss"
    return f"a better {watched}, or the same with a lower validation loss"


def duration(seconds: float, space: str = " ") -> str:
    """Time at work, as in `45 s`, `6 min 39 s` or `2 h 5 min`; `space` stands between a number and its unit."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = [(hours, "h"), (minutes, "min"), (0 if hours else rest, "s")]
    return " ".join(f"{number}{space}{unit}" for number, unit in parts if number) or f"0{space}s"


def quantity(value: float, unit: str = "share", space: str = " ") -> str:
    """The value of a metric: a share in percent, as `93.4 %`; else three digits that say something, as `12.4` or `0.312`."""
    if unit == "share":
        return f"{100 * value:.1f}{space}%"
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"


def number(value: float) -> str:
    """Any number by the rule of `quantity`, and of tiny ones three digits too; no zeros at its end, and a real minus:
    `12,346`, `3.24`, `0.5`, `−1.25e-5`."""
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-3:
        mantissa, _, exponent = f"{size:.2e}".partition("e")
        told = f"{_trimmed(mantissa)}e{int(exponent)}"
    else:
        told = _trimmed(quantity(size, "") if size >= 0.1 else f"{size:.3g}")
    return f"−{told}" if value < 0 else told


def change(value: float) -> str:
    """A number with its sign: `+0.31`, `−12`, `+0`."""
    return number(value) if value < 0 else f"+{number(abs(value))}"


def _trimmed(decimal: str) -> str:
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal
