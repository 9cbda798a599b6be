"""Language modeling: plain texts in, and what comes next, or what stands in a gap, out."""

import zlib
from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from typing_extensions import override

from studio.data.detect import reading_for
from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.continued import end_of, windows_of
from studio.tasks.fill import around_gaps, filled, readable, with_masks, word_with
from studio.tasks.gaps import hidden_tokens, word_groups
from studio.tasks.marks import broken, marks_of
from studio.tasks.samples import first_half, without_middle
from studio.tasks.task import Answer, Feature, Guess, Metric, Piece, Setup
from studio.tasks.writing import LOSS, PERPLEXITY, WritingTask, pieces, room, token_feature

_MOST_GUESSES = 5
"""Words that are shown for a gap."""


class LanguageModeling(WritingTask):
    """Plain texts in; what comes next, or what stands in a gap, out."""

    name, title, order = "language-modeling", "Continue texts", 90
    help = "Learns the language of your texts, without any answers: to write on as they do, or to fill gaps in them."
    inputs, target = ("text",), ""
    role_titles = {"text": "Text"}
    families = frozenset({"decoder", "encoder"})
    head = "causal"
    answers_as = "continuation"
    reads_windows = True
    metrics = (
        PERPLEXITY,
        LOSS,
        Metric(
            "guessed",
            "Top 5",
            "How often the right token is among the five that the model holds likeliest at its place.",
        ),
    )
    baselines: ClassVar[tuple[str, ...]] = ()
    example = "trail_notes.csv"

    @override
    def head_for(self, columns: Iterable[str], family: str) -> str:
        return "masked" if family == "encoder" else "causal"

    @override
    def title_for(self, head: str) -> str:
        return "Fill gaps in texts" if head == "masked" else self.title

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name, ("text",))
        return None if found is None else Guess({"text": str(found.roles["text"])}, found.reason, found.confidence)

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        """There is nothing to say of a text but the text: a target of "" has it learned, None has it written on."""
        if not inputs["text"].strip():
            raise StudioError("The text is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        return Example(row, inputs, "")

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        """Long texts as several windows: nothing is cut off."""
        if not examples:
            return []
        hides = hides_words(setup)
        if hides:
            return [self._with_gaps(example, setup) for example in examples]
        marks = marks_of(setup.tokenizer)
        texts = setup.tokenizer([broken(example.inputs["text"], marks) for example in examples])["input_ids"]
        end = setup.tokenizer.eos_token_id
        return [
            _learned(ids if end is None or ids[-1:] == [end] else [*ids, end], setup)
            if example.target is not None
            else [_asked(ids, setup)]
            for example, ids in zip(examples, texts, strict=True)
        ]

    def _with_gaps(self, example: Example, setup: Setup) -> list[Feature]:
        tokenizer = setup.tokenizer
        text = example.inputs["text"]
        if example.target is None:
            windows = around_gaps(with_masks(text, tokenizer), tokenizer, setup.max_length)
            return [{**token_feature(ids, None), "gaps": gaps} for ids, gaps in windows]
        text = broken(text, marks_of(tokenizer))
        found = tokenizer(text, truncation=True, max_length=setup.max_length, return_overflowing_tokens=True)
        features = []
        for window, ids in enumerate(found["input_ids"]):
            groups = word_groups(found.word_ids(window))
            hidden = hidden_tokens(groups, zlib.crc32(f"{window} {text}".encode()))
            feature = token_feature(
                [tokenizer.mask_token_id if gone else token for token, gone in zip(ids, hidden, strict=True)], None
            )
            feature["labels"] = [token if gone else -100 for token, gone in zip(ids, hidden, strict=True)]
            feature["groups"] = groups
            features.append(feature)
        return features

    @override
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        """What is written on; or the text with its gaps filled, and the shares of the guesses for the first of them."""
        if not hides_words(setup):
            return super().decode(example, outputs, features, setup)
        gaps = {
            (start, end): output[place]
            for feature, output in zip(features, outputs, strict=True)
            for place, start, end in feature["gaps"]
        }
        text = with_masks(example.inputs["text"], setup.tokenizer)
        words: dict[tuple[int, int], str] = {}
        confidence: dict[str, float] = {}
        for gap in sorted(gaps):
            tokens, shares = np.split(gaps[gap], 2)
            said = readable([int(token) for token in tokens], text, gap, setup.tokenizer)
            words[gap] = said[0][1] if said else ""
            for place, word in said[: _MOST_GUESSES if gap == min(gaps) else 0]:
                confidence.setdefault(word_with(text, gap, word, setup.tokenizer), float(shares[place]))
        value, places = filled(text, words, setup.tokenizer)
        return Answer(value, confidence, added=places)

    @override
    def ends(self, setup: Setup) -> tuple[int, ...]:
        end = setup.tokenizer.eos_token_id
        return () if end is None or hides_words(setup) else (end,)

    @override
    def sample(self, example: Example, setup: Setup) -> Example:
        """The first half, to be written on; or the text with a word in its middle left out."""
        text = example.inputs["text"]
        asked = without_middle(text, setup.tokenizer.mask_token) if hides_words(setup) else first_half(text)
        return Example(example.row, {"text": asked}, example.target)

    @override
    def reading(self, example: Example, setup: Setup) -> list[Piece]:
        """The first window of a text. Words that are hidden are shown, as what is to be guessed."""
        feature = self.encode([example], setup)[0][0]
        wanted = feature["labels"]
        ids = [token if label == -100 else label for token, label in zip(feature["input_ids"], wanted, strict=True)]
        return list(pieces(ids, [label != -100 for label in wanted], setup.tokenizer))

    @override
    def counts(self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]) -> np.ndarray:
        sums = np.zeros((len(examples), 3))
        sums[:, :2] = [answer.losses for answer in answers]
        sums[:, 2] = [answer.guessed for answer in answers]
        return sums

    @override
    def measure(self, sums: np.ndarray, labels: tuple[str, ...]) -> dict[str, np.ndarray]:
        known = np.where(sums[..., 1] > 0, sums[..., 1], np.nan)
        return {
            "perplexity": np.exp(np.minimum(sums[..., 0] / known, 700.0)),
            "loss": sums[..., 0] / known,
            "guessed": sums[..., 2] / known,
        }


def hides_words(setup: Setup) -> bool:
    """Whether the model fills gaps. Its tokenizer does not say it: some decoders' have a mask that they never saw."""
    return setup.head == "masked"


def _learned(ids: Sequence[int], setup: Setup) -> list[Feature]:
    return [token_feature(*window) for window in windows_of(ids, setup.max_length, setup.tokenizer)]


def _asked(ids: Sequence[int], setup: Setup) -> Feature:
    """The end of a text, to be written on."""
    kept = end_of(ids, room(setup), setup.tokenizer)
    return token_feature(kept, None, cut=len(kept) + (ids[-1:] == [setup.tokenizer.eos_token_id]) < len(ids))


TASK = LanguageModeling()
