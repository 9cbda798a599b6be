"""A passage of a longer text: the answer, and where it stands."""

from collections.abc import Sequence

from typing_extensions import override

from studio.data.example import Example
from studio.tasks.task import Answer, Task
from studio.ui.answers.json_values import passage
from studio.ui.answers.kind import Kind, Said, sureness
from studio.ui.markup import Child, Markup, element, fragment
from studio.ui.pieces import bars, card
from studio.ui.words import count, percent, shortened

AROUND = 160
"""Characters on each side of an answer that a table shows."""
NONE = "The text does not say."


class PassageKind(Kind):
    """The words of the answer, marked in the text they come from."""

    name = "passage"
    sure_title = "Confidence"
    flawless = "Every test row got the passage that the file says."

    @override
    def body(self, said: Said) -> Child:
        text, start = passage(said.answer.value)
        if not text:
            return element("p", element("b", NONE), class_="rs-number rs-said-label"), self._sureness(said)
        where = element("h4", "Where it stands", class_="rs-h4"), _in_context(said, text, start, len(_context(said)))
        return (
            element("p", element("b", text, dir="auto"), class_="rs-number rs-said-label"),
            self._sureness(said),
            where,
        )

    def _sureness(self, said: Said) -> Markup | None:
        share = next(iter(said.answer.confidence.values()), None)
        return element("p", sureness(share), class_="rs-hint") if share is not None else None

    @override
    def sure(self, said: Said) -> str:
        share = next(iter(said.answer.confidence.values()), None)
        return "" if share is None else percent(share)

    @override
    def cell(self, said: Said, value: str) -> Markup:
        text, start = passage(value)
        return _in_context(said, text, start, AROUND) if text else element("span", NONE, class_="rs-nothing")

    @override
    def question(self, said: Said) -> Markup:
        asked = {role: text for role, text in said.inputs.items() if text != _context(said)}
        return element("span", shortened("\n".join(asked.values()), AROUND * 3), dir="auto")

    @override
    def together(self, task: Task, answers: Sequence[Answer]) -> Markup | None:
        return _share_without([answer.value for answer in answers])

    @override
    def targets(self, task: Task, examples: Sequence[Example], counts: Sequence[tuple[str, int]]) -> Markup | None:
        lengths = [len(passage(example.target or "")[0].split()) for example in examples]
        told = [length for length in lengths if length]
        if not told:
            return None
        rows = [(name, sum(low <= length <= high for length in lengths)) for name, low, high in _LENGTHS]
        text = f"Half of the answers have at most {count(sorted(told)[len(told) // 2], 'word')}."
        return card("Answers", bars([row for row in rows if row[1]], label="Answers by length"), text=text)


_LENGTHS = (
    ("no answer in the text", 0, 0),
    ("1 word", 1, 1),
    ("2 to 3 words", 2, 3),
    ("4 to 8 words", 4, 8),
    ("9 to 20 words", 9, 20),
    ("more than 20 words", 21, 1 << 31),
)


def _share_without(values: Sequence[str]) -> Markup:
    none = sum(not passage(value)[0] for value in values)
    told = f"{count(len(values) - none, 'question')} answered; to {none:,} the text does not say the answer."
    return element("p", told, class_="rs-hint")


def _context(said: Said) -> str:
    """The text that answers are passages of: the input named so, else the longest."""
    return said.inputs.get("context", max(said.inputs.values(), key=len, default=""))


def _in_context(said: Said, text: str, start: int, around: int) -> Markup:
    context = _context(said)
    if start < 0 or context[start : start + len(text)] != text:
        start = context.find(text)
    if start < 0:
        return element("p", text, class_="rs-marked", dir="auto")
    end, low, high = start + len(text), max(0, start - around), start + len(text) + around
    before = ("…" if low else "") + context[low:start]
    after = context[end:high] + ("…" if high < len(context) else "")
    return element("p", before, fragment(element("mark", text, data_hue="0")), after, class_="rs-marked", dir="auto")


KIND = PassageKind()
