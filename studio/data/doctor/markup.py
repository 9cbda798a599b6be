"""HTML in texts: tags, and characters written as entities."""

import re
from collections.abc import Iterable
from html import unescape

import numpy as np
import pyarrow as pa

from studio.data.doctor.finding import Finding, Patient
from studio.data.doctor.rewriting import Mending, damage
from studio.data.doctor.scan import matching

_NAMES = (
    "a|abbr|article|b|big|blockquote|body|br|button|center|code|dd|div|dl|dt|em|font|footer|form|h[1-6]|head|header|hr|html|"
    "i|iframe|img|input|ins|label|li|link|main|meta|nav|ol|option|p|pre|s|section|select|small|span|strike|strong|style|sub|"
    "sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul|video"
)
"""Tags of HTML; anything else in angle brackets, as “<3” or “<NAME>”, is part of the text."""
_VALUE = r"""(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+)"""
_BARE = (
    "checked|disabled|hidden|selected|required|readonly|multiple|async|defer|controls|autoplay|loop|muted|nowrap|open"
)
"""Attributes that stand without a value; other words behind a tag's name are no HTML, as in “a<b and c>d”."""
_TAG = rf"</?(?i:{_NAMES})(?:\s+(?:(?i:{_BARE})|[A-Za-z:-]+\s*=\s*{_VALUE}))*\s*/?>"
_ENTITY = r"&(?:#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8}[0-9]{0,2});"
_UNREAD = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"</?(?:br|p|div|li|tr|h[1-6]|ul|ol|table|hr|blockquote|td|th)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ANY = re.compile(_TAG)
_SPACES = re.compile(r"[ \t\u00a0]{2,}")


def markup(patient: Patient) -> Iterable[Finding]:
    """Texts with tags or entities."""
    return damage(patient, patient.prose, _MARKUP)


def plain(text: str) -> str:
    """The text as a browser would show it, in one paragraph."""
    for _ in range(3):
        bare = _ANY.sub("", _BREAK.sub(" ", _UNREAD.sub(" ", text)))
        bare = unescape(bare) if "&" in bare and ";" in bare else bare
        if bare == text:
            break
        text = _SPACES.sub(" ", bare).strip()
    return text


def _search(cells: pa.Array) -> np.ndarray:
    return np.union1d(np.union1d(matching(cells, _TAG), matching(cells, "<!--")), matching(cells, _ENTITY))


_MARKUP = Mending(
    "html", "HTML in texts", "HTML tags or entities",
    "The model would spend its reading on markup that says nothing about the text.",
    "Leave only the text", _search, plain,
)  # fmt: skip

CHECKS = (markup,)
