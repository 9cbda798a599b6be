"""In step 1: how a file is to be read, said by a person over the studio's guesses. The components; `mending` acts on them."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.data.read import Choices
from studio.data.reading.encoding import ENCODINGS
from studio.data.reading.repairs import NO_HEADER
from studio.data.table import Reading
from studio.errors import StudioError
from studio.ui.markup import element
from studio.ui.pieces import html

_GUESS = "Found by the studio"
_DELIMITERS = (("comma  ,", ","), ("semicolon  ;", ";"), ("tab", "\t"), ("vertical bar  |", "|"), ("space", " "))
_LINES = 20
_ABOUT = (
    "If letters or columns look wrong, say how the file is to be read; everything below follows at once. "
    "Changes you made to the table stay where they still fit."
)


@dataclass(frozen=True)
class ReadingMenus:
    """One menu a guess."""

    box: gr.Accordion
    encoding: gr.Dropdown
    delimiter: gr.Dropdown
    header: gr.Dropdown
    sheet: gr.Dropdown
    member: gr.Textbox
    """Typed, and sent with Enter: the archive is not opened in this process, so its names are not known here."""

    @property
    def menus(self) -> list[Any]:
        """In the order of `choices_of`."""
        return [self.encoding, self.delimiter, self.header, self.sheet, self.member]

    @property
    def said(self) -> list[Any]:
        """Their events."""
        return [*(menu.input for menu in self.menus[:-1]), self.member.submit]

    @property
    def view(self) -> list[Any]:
        """What `updates` fills, in its order."""
        return [self.box, *self.menus]


def draw() -> ReadingMenus:
    """Put the menus on the page."""
    with gr.Accordion("Read it differently", open=False, visible=False, elem_id="data-reread") as box:
        html(element("p", _ABOUT, class_="fs-quiet"))
        with gr.Row():
            encoding = gr.Dropdown(
                [(_GUESS, ""), *((title, title) for title in ENCODINGS)], value="", label="Letters (encoding)",
                elem_id="data-reread-encoding",
            )  # fmt: skip
            delimiter = gr.Dropdown(
                [(_GUESS, ""), *_DELIMITERS], value="", label="Cells are separated by", allow_custom_value=True,
                elem_id="data-reread-delimiter",
            )  # fmt: skip
            header = gr.Dropdown(
                [(_GUESS, 0), ("nowhere: the first line is data", NO_HEADER), *((f"line {n}", n) for n in range(1, _LINES + 1))],
                value=0, label="Column names are in", elem_id="data-reread-header",
            )  # fmt: skip
            sheet = gr.Dropdown([(_GUESS, "")], value="", label="Sheet", elem_id="data-reread-sheet")
            member = gr.Textbox(label="File in the archive, then Enter", max_lines=1, elem_id="data-reread-member")
    return ReadingMenus(box, encoding, delimiter, header, sheet, member)


def choices_of(encoding: Any, delimiter: Any, header: Any, sheet: Any, member: Any) -> Choices:
    """What was said, checked. Raises: StudioError."""
    said = str(encoding or ""), str(delimiter or ""), str(sheet or "")
    if said[0] and said[0] not in ENCODINGS:
        raise StudioError(f"There is no encoding named “{said[0][:40]}”", fix="Choose one of the menu.")
    if len(said[1]) > 1:
        raise StudioError("Cells are separated by one character", fix="Type a single one, as ; or #.")
    if isinstance(header, bool) or not isinstance(header, int | None) or not NO_HEADER <= (header or 0) <= 10_000:
        raise StudioError("There is no such line", fix="Choose one of the menu.")
    return Choices(said[0], said[1], header or 0, said[2][:200], str(member or "").strip()[:300])


def updates(reading: Reading | None, chosen: Choices, kind: str) -> list[Any]:
    """The menus for a file read so; `reading` is None for one that was refused. In the order of `ReadingMenus.view`.

    `kind` is the upload's: `text`, `zip` or `other`.
    """
    is_text = bool(reading.encoding) if reading is not None else kind == "text" or bool(chosen.member)
    has_lines = bool(reading.delimiter) if reading is not None else is_text
    sheets = reading.sheets if reading is not None else ()
    is_sheet, is_zip = bool(reading and reading.sheet), kind == "zip" and not (reading and reading.sheet)
    names = [(_GUESS, ""), *((name, name) for name in sheets)]
    return [
        gr.update(visible=is_text or is_sheet or is_zip, **({"open": True} if reading is None and is_zip else {})),
        gr.update(value=chosen.encoding, visible=is_text),
        gr.update(value=chosen.delimiter, visible=has_lines),
        gr.update(value=chosen.header_row, visible=has_lines or is_sheet),
        gr.update(choices=names, value=chosen.sheet if chosen.sheet in sheets else "", visible=len(sheets) > 1),
        gr.update(value=chosen.member or (reading.member if reading is not None else ""), visible=is_zip),
    ]


def closed() -> list[Any]:
    """Nothing was brought yet."""
    return [gr.update(visible=False), *[gr.skip()] * 5]
