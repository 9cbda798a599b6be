"""A conversation that goes on turn by turn with two models, each of which knows its own replies only.

It is kept by the browser between two turns, so that a restart of the server loses nothing: it is a stranger's word.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

from studio.data.example import Example
from studio.ui.answers.json_values import turns

Turn = tuple[str, str]
"""Who speaks (`user`, `assistant`, `system`), and what."""
MOST_TURNS, LONGEST = 200, 20_000
"""Of a conversation and of one text in it; what is beyond is not taken from a browser."""


@dataclass(frozen=True)
class Exchange:
    """What a person said, and what each model replied."""

    said: str
    tuned: str
    untuned: str
    tuned_note: str = ""
    """What of the conversation the model did not read, as a sentence."""
    untuned_note: str = ""


@dataclass(frozen=True)
class Conversation:
    """All that was said so far."""

    run: str = ""
    """Id of the run whose models reply."""
    before: tuple[Turn, ...] = ()
    """How it begins, where a row of the file was taken."""
    row: int = 0
    """That row's number; 0 for none."""
    exchanges: tuple[Exchange, ...] = ()
    pending: str = ""
    """What was said and is not replied to yet."""

    @classmethod
    def parse(cls, value: object, run: str) -> Self:
        """From what the browser kept; a new one where that is of another run or not as it should be."""
        if not isinstance(value, dict) or value.get("run") != run:
            return cls(run)
        try:
            before = tuple((_text(who), _text(said)) for who, said in value["before"][:MOST_TURNS])
            told = [
                Exchange(
                    *(_text(each[name]) for name in ("said", "tuned", "untuned")),
                    *(_text(each.get(name, "")) for name in ("tuned_note", "untuned_note")),
                )
                for each in value["exchanges"]
            ]
            return cls(run, before, int(value["row"]), tuple(told[:MOST_TURNS]), _text(value["pending"]))
        except (KeyError, TypeError, ValueError):
            return cls(run)

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        return asdict(self)

    @classmethod
    def like(cls, run: str, example: Example) -> tuple[Self, str]:
        """As a row of the file goes, and its last request, to be sent."""
        told = [each for text in example.inputs.values() if text.strip() for each in turns(text) or [("user", text)]]
        if not told or told[-1][0] != "user":
            return cls(run, tuple(told), example.row), ""
        return cls(run, tuple(told[:-1]), example.row), told[-1][1]

    def known_to(self, model: Literal["tuned", "untuned"]) -> list[Turn]:
        """All turns as one of the models knows them."""
        found = list(self.before)
        for each in self.exchanges:
            found += [("user", each.said), ("assistant", each.tuned if model == "tuned" else each.untuned)]
        return [*found, ("user", self.pending)] if self.pending else found

    def notes(self, model: Literal["tuned", "untuned"]) -> dict[int, str]:
        """What the model did not read when it replied: place of the reply among the turns that it knows → a sentence."""
        told = (each.tuned_note if model == "tuned" else each.untuned_note for each in self.exchanges)
        return {len(self.before) + 2 * place + 1: note for place, note in enumerate(told) if note}

    def replied(self, tuned: str, untuned: str, notes: tuple[str, str] = ("", "")) -> Self:
        """With the replies to what is pending, and what either model did not read of it."""
        told = Exchange(self.pending, tuned, untuned, *notes)
        return replace(self, exchanges=(*self.exchanges, told), pending="")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value[:LONGEST]
