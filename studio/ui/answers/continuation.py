"""A text written on: what was given, and what the model adds; or the text with its gaps filled, and the guesses."""

from typing_extensions import override

from studio.ui.answers.kind import Kind, Said
from studio.ui.answers.label import ladder
from studio.ui.markup import Child, element

MOST_GUESSES = 5


class ContinuationKind(Kind):
    """The text, with what the model wrote marked."""

    name = "continuation"

    @override
    def body(self, said: Said) -> Child:
        guesses = sorted(said.answer.confidence.items(), key=lambda pair: -pair[1])[:MOST_GUESSES]
        if guesses:  # a model that fills gaps gives the whole text back
            return (
                element("p", said.answer.value, class_="rs-written", dir="auto"),
                element("h4", "Guesses for the first gap", class_="rs-h4"),
                ladder(guesses, chosen={guesses[0][0]}),
            )
        given = " ".join(text.rstrip() for text in said.inputs.values())
        written = element("mark", said.answer.value, data_hue="0") if said.answer.value else None
        return element("p", given, " ", written, class_="rs-marked", dir="auto")


KIND = ContinuationKind()
