"""Two columns of texts side by side: lengths, languages, and how much of the shorter stands in the longer."""

from dataclasses import dataclass

from studio.data.detect.profile import Column
from studio.data.detect.view import View

_LOOKED_AT = 150
_SHORTEST_WORD = 4


@dataclass(frozen=True)
class Comparison:
    """Of two columns, in the order of the table."""

    one: Column
    two: Column
    shorter: Column
    longer: Column
    ratio: float
    """Median characters of the shorter over those of the longer."""
    overlap: float
    """Mean share of the shorter text's words of some length that stand in the longer one."""
    languages: tuple[str, str]
    """Of one and two; empty where they do not show."""

    @property
    def are_translations(self) -> bool:
        """Whether the languages show and differ."""
        return bool(self.languages[0] and self.languages[1]) and self.languages[0] != self.languages[1]


def compare(view: View, one: Column, two: Column) -> Comparison:
    """Look at two columns, row by row."""
    shorter, longer = sorted((one, two), key=lambda column: column.chars)
    rows = [(a, b) for a, b in zip(shorter.cells, longer.cells, strict=True) if a and b][:_LOOKED_AT]
    shares = [_share(set(_words(short)), set(_words(long))) for short, long in rows]
    return Comparison(
        one,
        two,
        shorter,
        longer,
        shorter.chars / max(1.0, longer.chars),
        sum(shares) / max(1, len(shares)),
        (view.languages.get(one.name, ""), view.languages.get(two.name, "")),
    )


def _words(text: str) -> list[str]:
    """Words of some length; of texts without spaces, every two characters."""
    words = text.casefold().replace(",", " ").replace(".", " ").split()
    words = [word for word in words if len(word) >= _SHORTEST_WORD]
    return words or [text[place : place + 2] for place in range(len(text) - 1)]


def _share(short: set[str], long: set[str]) -> float:
    return len(short & long) / len(short) if short else 0.0


def is_named_like_title(column: Column) -> bool:
    """Whether the name says title, and not rather something else."""
    return column.said("title") > 0.5 and column.said("title") >= column.said("summary", "target", "response")
