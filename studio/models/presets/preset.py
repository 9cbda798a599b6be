"""What a preset is: a base model as one line of facts."""

from dataclasses import dataclass
from typing import Literal

Family = Literal["encoder", "decoder", "encoder-decoder"]


@dataclass(frozen=True)
class Preset:
    """A base model people can pick."""

    id: str
    """Name on the Hub; `embedded` for the one that comes with the installation."""
    title: str
    family: Family
    parameters: float
    """Millions."""
    context: int
    """Tokens a text can have."""
    languages: str
    license: str
    """SPDX identifier, lower case; the Hub's own name for a licence that SPDX does not list."""
    revision: str = ""
    """The pinned commit; empty only for `embedded`."""
    pooling: Literal["mean", "first", "last"] = "first"
    """How token vectors become one: their mean, the first token's, or the last one's."""
    layers: int = 12
    """Of an encoder-decoder, those of both halves."""
    width: int = 768
    inner: int = 0
    """Width inside a layer's feed-forward part; 0 for four times the width."""
    vocabulary: int = 30522
    """Rows of the table of word vectors; they cost memory, and arithmetic only where words are written."""
    tables: int = 1
    """Tables of word vectors: 2 where words are written with another table than they are read with."""
    chats: bool = False
    """Whether it has been taught to follow instructions and brings a chat template."""
    fills: bool = False
    """Of encoders: whether it comes with the weights that guess hidden words."""
    sorts: bool = False
    """Of decoders: whether it is used to sort or score texts, so that no word of its vocabulary is weighed."""
    is_gated: bool = False
    """Whether its owner gives it only to people who accepted terms."""
    note: str = ""
    """One sentence on when to choose it."""

    @property
    def body(self) -> float:
        """Millions of parameters beside the word vectors: what each token is multiplied with."""
        return max(0.05 * self.parameters, self.parameters - self.tables * self.words)  # odd facts of strangers' models

    @property
    def words(self) -> float:
        """Millions of parameters of one table of word vectors."""
        return self.vocabulary * self.width / 1e6

    @property
    def writes(self) -> bool:
        """Whether it gives a chance to every word of its vocabulary, at every place it learns."""
        return self.family != "encoder" and not self.sorts
