"""In step 1: which rows train, which watch, which judge. The components; `mending` acts on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.data.table import Table
from studio.ui.markup import element
from studio.ui.pieces import html

_CHANCE = "none: rows are dealt out by chance"
_ABOUT = (
    "By itself the studio deals rows out by chance, each label in equal shares and the same text never twice. "
    "Say more here if your table knows better."
)
_ABOUT_TEST = (
    "Or bring a separate test file with the same columns. Its rows are used for the report only, never for training."
)
FILE_TYPES = [
    ".csv",
    ".tsv",
    ".tab",
    ".txt",
    ".jsonl",
    ".ndjson",
    ".json",
    ".parquet",
    ".xlsx",
    ".xls",
    ".ods",
    ".gz",
    ".zip",
]
WISHES = ("part", "group", "time")
"""Names of the wishes in a session, in the order of the menus."""
_TITLES = {
    "part": ("Column that says train, validation or test", _CHANCE),
    "group": ("Column whose rows stay together, as a customer or document", "none: every row for itself"),
    "time": ("Column with dates: the latest rows become the test", "none: time does not matter"),
}


@dataclass(frozen=True)
class SplitMenus:
    """One menu a wish, and the separate test file."""

    menus: tuple[gr.Dropdown, ...]
    """In the order of `WISHES`."""
    test_upload: gr.File
    test_note: gr.HTML
    dealt: gr.HTML
    """How many rows each part gets, or why the split is refused."""

    @property
    def view(self) -> list[Any]:
        """What `updates` fills, in its order."""
        return [*self.menus, self.test_note, self.dealt]


def draw() -> SplitMenus:
    """Put them on the page."""
    dealt = html(elem_id="data-dealt")
    with gr.Accordion("Which rows train, and which test", open=False, elem_id="data-test"):
        html(element("p", _ABOUT, class_="fs-quiet"))
        with gr.Row():
            menus = tuple(
                gr.Dropdown([(none, "")], value="", label=title, elem_id=f"data-split-{name}")
                for name, (title, none) in _TITLES.items()
            )
        html(element("p", _ABOUT_TEST, class_="fs-quiet"))
        test_upload = gr.File(label="Test table", file_types=FILE_TYPES, elem_id="data-test-upload", height=130)
        test_note = html(elem_id="data-test-note")
    return SplitMenus(menus, test_upload, test_note, dealt)


def updates(table: Table | None, split: Mapping[str, str], note: str, dealt: str = "") -> list[Any]:
    """For this table and these wishes, in the order of `SplitMenus.view`.

    `note` is what there is to say of the test file, `dealt` of the parts.
    """
    names = table.columns if table is not None else []
    shown = [
        gr.update(
            choices=[(_TITLES[name][1], ""), *((column, column) for column in names)],
            value=split.get(name, "") if split.get(name, "") in names else "",
        )
        for name in WISHES
    ]
    return [*shown, note, dealt]
