"""A command or a file to copy."""

from studio.ui.markup import Markup, element


def code_block(text: str, label: str) -> Markup:
    """The text as it is, with a button that copies it."""
    return element(
        "div",
        element("pre", element("code", text), tabindex=0, aria_label=label, role="region"),
        element(
            "button", "Copy", type="button", data_copy=True, class_="rs-button rs-tiny", aria_label=f"Copy {label}"
        ),
        class_="rs-code",
    )
