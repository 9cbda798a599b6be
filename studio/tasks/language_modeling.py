"""Language modeling: plain texts in, and what comes next, or what stands in a gap, out."""

import re
import zlib
from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from typing_extensions import override

from studio.data.detect import reading_for
from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.gaps import hidden_tokens, word_groups
from studio.tasks.task import Answer, Feature, Guess, Metric, Piece, Setup
from studio.tasks.writing import LOSS, PERPLEXITY, WritingTask, pieces, room, token_feature

_GAP = re.compile(r"_{3,}|\[MASK\]|<mask>")


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
        texts = setup.tokenizer([example.inputs["text"] for example in examples])["input_ids"]
        end = setup.tokenizer.eos_token_id
        return [
            _windows(ids if end is None or ids[-1:] == [end] else [*ids, end], setup.max_length)
            if example.target is not None
            else [_asked(ids[:-1] if ids[-1:] == [end] else ids, room(setup))]
            for example, ids in zip(examples, texts, strict=True)
        ]

    def _with_gaps(self, example: Example, setup: Setup) -> list[Feature]:
        tokenizer = setup.tokenizer
        text = example.inputs["text"]
        if example.target is None:
            text = _GAP.sub(lambda _: tokenizer.mask_token, text)
            ids = tokenizer(text, truncation=True, max_length=setup.max_length)["input_ids"]
            return [token_feature(ids, None)]
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
        ids, guesses = list(features[0]["input_ids"]), outputs[0]
        gaps = [place for place, token in enumerate(ids) if token == setup.tokenizer.mask_token_id]
        for place in gaps:
            ids[place] = int(guesses[place, 0])
        confidence: dict[str, float] = {}
        if gaps:
            many = guesses.shape[1] // 2
            for token, share in zip(guesses[gaps[0], :many], guesses[gaps[0], many:], strict=True):
                confidence.setdefault(setup.tokenizer.decode([int(token)]).strip(), float(share))
        return Answer(setup.tokenizer.decode(ids, skip_special_tokens=True).strip(), confidence)

    @override
    def ends(self, setup: Setup) -> tuple[int, ...]:
        end = setup.tokenizer.eos_token_id
        return () if end is None or hides_words(setup) else (end,)

    @override
    def sample(self, example: Example, setup: Setup) -> Example:
        """The first half, to be written on; or the text with a word in its middle left out."""
        words = example.inputs["text"].split(" ")
        half = len(words) // 2
        text = (
            [*words[:half], setup.tokenizer.mask_token, *words[half + 1 :]]
            if hides_words(setup)
            else words[: half or 1]
        )
        return Example(example.row, {"text": " ".join(text)}, example.target)

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


def _windows(ids: Sequence[int], limit: int) -> list[Feature]:
    """One behind the other; each begins with the last token of the one before, from which its first is guessed."""
    starts = range(0, max(1, len(ids) - 1), max(1, limit - 1))
    return [token_feature(ids[start : start + limit], [True] * len(ids[start : start + limit])) for start in starts]


def _asked(ids: Sequence[int], limit: int) -> Feature:
    """The end of a text, to be written on."""
    return token_feature(ids[-limit:], None, cut=len(ids) > limit)


TASK = LanguageModeling()
