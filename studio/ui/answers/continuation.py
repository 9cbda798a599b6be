"""A text written on: what was given, and what the model adds; or the text with its gaps filled, and the guesses."""

from typing_extensions import override

from studio.tasks.samples import first_half, without_middle
from studio.tasks.task import Answer
from studio.ui.answers.kind import MOST_CHARACTERS, Kind, Said
from studio.ui.answers.label import ladder
from studio.ui.markup import Child, Markup, element, fragment

MOST_GUESSES = 5
GAP = "___"
"""As `tasks.language_modeling` reads it."""


class ContinuationKind(Kind):
    """The text, with what the model wrote marked."""

    name = "continuation"

    @override
    def offered(self, text: str, *, fills: bool) -> str:
        """The first half, to be written on; or the text without a word in its middle."""
        return without_middle(text, GAP) if fills else first_half(text)

    @override
    def hint(self, *, fills: bool) -> str:
        if fills:
            return f"Write {GAP} where a word is missing, then press Ask: the model fills it in."
        return "Begin a text, then press Ask: the model writes on."

    @override
    def body(self, said: Said) -> Child:
        guesses = sorted(said.answer.confidence.items(), key=lambda pair: -pair[1])[:MOST_GUESSES]
        if guesses:  # a model that fills gaps gives the whole text back
            return (
                element("p", _with_marks(said.answer), class_="rs-written rs-marked", dir="auto"),
                element("h4", "Guesses for the first gap", class_="rs-h4"),
                ladder(guesses, chosen={guesses[0][0]}),
            )
        given = " ".join(text.rstrip() for text in said.inputs.values())
        if given.strip() == said.answer.value:
            told = f"Nothing was filled in: write {GAP} where a word is missing."
            return element("p", given, class_="rs-written", dir="auto"), element("p", told, class_="rs-hint")
        written = element("mark", said.answer.value, data_hue="0") if said.answer.value else None
        return element("p", given, " ", written, class_="rs-marked", dir="auto")

    @override
    def cell(self, said: Said, value: str) -> Markup:
        """What was filled in is marked, but for long texts, which are cut."""
        if value != said.answer.value or not said.answer.added or len(value) > MOST_CHARACTERS:
            return super().cell(said, value)
        return element("span", _with_marks(said.answer), class_="rs-marked", dir="auto")


def _with_marks(answer: Answer) -> Markup:
    """The text, with what the model put into it marked."""
    parts: list[Child] = []
    at = 0
    for start, end in answer.added:
        parts += [answer.value[at:start], element("mark", answer.value[start:end], data_hue="0")]
        at = end
    return fragment(parts, answer.value[at:])


KIND = ContinuationKind()
