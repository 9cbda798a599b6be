"""A conversation with two models, side by side."""

from typing import Literal

from studio.ui.answers.chat import bubbles
from studio.ui.conversation import Conversation
from studio.ui.markup import Markup, element

_BEGIN = "Say something below. Both models get it, and each goes on with its own replies."


def talk_view(run: str, told: Conversation, in_file: tuple[int, str] | None = None) -> Markup:
    """Two columns of turns; `in_file`: the row and what the file replies there."""
    if not told.known_to("tuned"):
        return element("section", element("p", _BEGIN, class_="fs-quiet"), class_="fs-card", role="log")
    file = None
    if in_file is not None:
        row, reply = in_file
        file = element(
            "section",
            element("h3", f"What the file says, in row {row:,}"),
            element("span", reply, dir="auto"),
            class_="fs-card rs-reference",
        )
    both = element("div", _side(run, told, "tuned"), _side(run, told, "untuned"), class_="rs-two")
    return element("div", both, file, class_="rs", role="log")


def _side(run: str, told: Conversation, model: Literal["tuned", "untuned"]) -> Markup:
    is_ours = model == "tuned"
    waits = element("p", "is writing …", class_="rs-hint", role="status") if told.pending else None
    return element(
        "section",
        element("h3", "Tuned model" if is_ours else "Before tuning"),
        element("p", f"The best version of “{run}”." if is_ours else "Untuned model.", class_="rs-hint"),
        bubbles(told.known_to(model), notes=told.notes(model)),
        waits,
        class_="fs-card rs-answer",
        data_ours=is_ours,
        data_kind="chat",
    )
