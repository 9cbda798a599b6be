"""Written text: what the model wrote, and what the file has there."""

from studio.ui.answers.kind import Kind


class TextKind(Kind):
    """Text beside text, as the plain way is."""

    name = "text"
    worst_hint = "The rows whose answer is least like the text in the file. A good answer may be worded in another way."
    flawless = "Every test row got the very text of the file."


KIND = TextKind()
