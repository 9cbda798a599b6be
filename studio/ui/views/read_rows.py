"""What the model will read: a few training rows in its own pieces, with what is learned of them marked."""

from collections.abc import Sequence

from studio.tasks.read_rows import Reading, ReadRow, Where
from studio.tasks.task import Piece
from studio.ui.markup import Child, Markup, element, fragment
from studio.ui.pieces import card, error_card
from studio.ui.words import count, percent

TITLE = "What the model will read"
_LEARNS: dict[Where, str] = {
    "within": "The model learns to write the marked words, each from all that stands before it; the rest it only reads.",
    "second": "The model reads the first text and learns to write the second one, which is marked.",
    "hidden": "The marked words are hidden from the model. It learns to guess them from the words around them.",
}


def what_is_read(reading: Reading | None, what: str = "row") -> Markup:
    """A card; without a reading, how to get one. `what` an example is called."""
    if reading is None:
        told = f"Press “Measure time and memory” to see a few of your {what}s exactly as this model reads them."
        return card(TITLE, text=told)
    if reading.refusal is not None:
        return error_card(reading.refusal)
    rows = element("ol", [_row(row, reading, what) for row in reading.rows], class_="fs-read-rows")
    return card(TITLE, _legend(), rows, _cut(reading, what), text=_LEARNS[reading.where])


def _legend() -> Markup:
    return element(
        "p",
        element("mark", "learned"),
        " ",
        element("span", "only read"),
        " ",
        element("code", "⟨mark⟩"),
        element("small", " a sign of the model’s own, such as a beginning or an end"),
        class_="fs-read fs-read-legend",
    )


def _row(row: ReadRow, reading: Reading, what: str) -> Markup:
    told = f"{count(row.tokens, 'token')}, {row.learned:,} of them learned"
    if reading.where == "second":
        told = f"{count(row.tokens, 'token')} read, {row.learned:,} learned"
    name = f"{what.capitalize()} {'in row ' if what != 'row' else ''}{row.row:,}"
    lost = f"; its first {count(row.lost, 'message')} left out" if row.lost else ""
    cut = element("b", f"shortened to fit into {reading.limit:,}{lost}", class_="fs-read-cut") if row.is_cut else None
    beyond = element("em", f" … and {count(row.beyond, 'letter')} more") if row.beyond else None
    return element(
        "li",
        element("small", element("span", name), element("span", told), cut),
        element(
            "div",
            _pieces(row.pieces, reading.where),
            beyond,
            class_="fs-read",
            dir="auto",
            tabindex=0,
            role="group",
            aria_label=f"{name} as it is read",
        ),
    )


def _pieces(pieces: Sequence[Piece], where: Where) -> list[Child]:
    """A second text begins on a line of its own."""
    drawn: list[Child] = []
    was_learned = False
    for piece in pieces:
        if where == "second" and piece.is_learned and not was_learned:
            drawn.append(element("br"))
        was_learned = piece.is_learned
        drawn.append(_piece(piece))
    return drawn


def _piece(piece: Piece) -> Markup:
    text: Child = element("code", piece.text) if piece.is_special else piece.text
    return element("mark", text) if piece.is_learned else element("span", text)


def _cut(reading: Reading, what: str) -> Markup:
    if not reading.cut:
        return element("p", f"All {what}s fit into {reading.limit:,} tokens.", class_="fs-quiet")
    were, share = ("was" if reading.cut == 1 else "were"), reading.cut / max(1, reading.looked_at)
    lost = f": their oldest messages are left out, {reading.lost:,} in all" if reading.lost else ""
    told = (
        f"{count(reading.cut, what)} of {reading.looked_at:,} ({percent(share, 0)}) did not fit into {reading.limit:,} "
        f"tokens and {were} shortened{lost}. A higher “Text length limit” keeps more of them."
    )
    return fragment(element("p", told, class_="fs-note", data_tone="watch"))
