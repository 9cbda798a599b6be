"""Texts as words counted and weighted (TF-IDF): words and pairs of words, and pieces of words."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

_PIECES_CHARACTERS = 3_000_000  # pieces of words are many times as many as words, and a text's beginning tells most


def counted_words(texts: Sequence[str]) -> Callable[[Sequence[str]], Any]:
    """Learn the words of these texts; what comes back makes sparse float32 rows of any texts: words and pairs of words,
    and of 2 to 5 letters within words, each of the two of length 1."""
    from scipy.sparse import hstack  # noqa: PLC0415 - slow to import; only a worker or a script gets here
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    words = TfidfVectorizer(
        ngram_range=(1, 2), token_pattern=r"\w+", sublinear_tf=True, max_features=300_000, dtype=np.float32
    )
    pieces = TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(2, 5),
        sublinear_tf=True,
        min_df=2 if len(texts) >= 1000 else 1,
        max_features=300_000,
        dtype=np.float32,
    )
    length = max(100, _PIECES_CHARACTERS // len(texts))
    pieces.fit([text[:length] for text in texts])
    has_words = any(re.search(r"\w", text) for text in texts)  # texts of emoji or "!!!" have pieces but no words
    if has_words:
        words.fit(texts)

    def rows(asked: Sequence[str]) -> Any:
        found = [pieces.transform([text[:length] for text in asked])]
        return hstack([*found, *([words.transform(asked)] if has_words else [])]).tocsr()

    return rows
