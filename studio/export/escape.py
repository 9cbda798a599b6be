"""What people wrote (labels, file and run names) inside Markdown and YAML: always shown, never obeyed."""

import json
import re
import unicodedata

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&!$@]|:(?=//))")


def one_line(text: str, most: int = 200) -> str:
    """Without line breaks and invisible characters that could turn the text around; at most `most` characters."""
    kept = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter
        for letter in text
        if letter not in _BIDI
    )
    kept = " ".join(kept.split())
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def plain(text: str) -> str:
    """For running Markdown: no emphasis, link, HTML, mention or formula comes from it."""
    return re.sub(r"\bwww\.", r"www\\.", _MARKS.sub(r"\\\1", one_line(text, 2000)))


def code(text: str) -> str:
    """For Markdown as a code span, with as many backticks around as it needs."""
    text = one_line(text) or " "
    fence = "`" * (max(map(len, re.findall(r"`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def cell(text: str) -> str:
    """A code span inside a table, where a vertical bar would end the cell."""
    return code(text).replace("|", "\\|")


def quoted(text: str) -> str:
    """For YAML: a double-quoted scalar. JSON's strings are YAML's."""
    return json.dumps(one_line(text), ensure_ascii=False)
