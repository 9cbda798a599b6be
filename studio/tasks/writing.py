"""What tasks have in common whose models write: texts as answers, how far they are from the wanted ones, and what is learned."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from studio.data.example import Example
from studio.tasks import overlap
from studio.tasks.marks import marks_of, mended
from studio.tasks.task import Answer, Feature, Method, Metric, Piece, Setup, Task
from studio.tasks.templates import Message, Spelled, spell, without_thoughts

PERPLEXITY = Metric(
    "perplexity",
    "Perplexity",
    "Between how many tokens the model wavers, on average, where the right one is known: 1 would be certainty. "
    "Comparable between versions of one base model only.",
    best="min",
    unit="tokens",
)
LOSS = Metric(
    "loss",
    "Loss",
    "How surprised the model is by the right texts: nats a token, the logarithm of the perplexity; 0 would be certainty.",
    best="min",
    unit="nats",
)
CHRF = Metric(
    "chrf",
    "chrF",
    "How many pieces of 1 to 6 letters the answers share with the wanted texts, counted as sacreBLEU does. Fair to other "
    "word forms, in any script.",
)
BLEU = Metric(
    "bleu",
    "BLEU",
    "How many sequences of 1 to 4 words the answers share with the wanted texts, counted as sacreBLEU does; letters in "
    "place of words where no spaces tell them apart.",
)
ROUGE_1 = Metric("rouge_1", "ROUGE-1", "How many single words the answers share with the wanted texts (F1).")
ROUGE_2 = Metric("rouge_2", "ROUGE-2", "How many pairs of neighboring words they share (F1).")
ROUGE_L = Metric(
    "rouge_l", "ROUGE-L", "How much of the wanted texts' words stands in the answers, in the same order (F1)."
)
LENGTH = Metric(
    "length",
    "Length",
    "Letters of the answers for each letter of the wanted texts; 1 is as long as they should be.",
    unit="times",
    wanted=1.0,
)

_CHRF = slice(4, 4 + overlap.CHRF_SUMS)
_BLEU = slice(_CHRF.stop, _CHRF.stop + overlap.BLEU_SUMS)
_ROUGE_1, _ROUGE_2, _ROUGE_L, _SAID, _WANTED = range(_BLEU.stop, _BLEU.stop + 5)
_NATS, _TOKENS, _GUESSED, _ROWS = range(4)
_TAIL = 8
"""Tokens in which the end of a question is looked for a mark."""


class WritingTask(Task):
    """A task whose answers are texts."""

    writes = True
    methods: ClassVar[tuple[Method, ...]] = ("lora", "whole", "qlora")
    watch = "loss"
    answers_as = "text"
    untuned = "Untuned model"
    baselines: ClassVar[tuple[str, ...]] = ("nearest",)

    @property
    @override
    def checked(self) -> tuple[str, ...]:
        """Writing answers to all validation rows would take longer than training."""
        return ("perplexity",)

    @override
    def counts(self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]) -> np.ndarray:
        wanted = [without_thoughts(example.target or "", "").strip() for example in examples]
        by_character = overlap.mostly_unspaced(wanted)
        return np.array(
            [
                [
                    *answer.losses,
                    answer.guessed,
                    1,
                    *_shared(answer.value, target, by_character),
                    len(answer.value),
                    len(target),
                ]
                for answer, target in zip(answers, wanted, strict=True)
            ],
            np.float64,
        ).reshape(len(examples), _WANTED + 1)

    @override
    def measure(self, sums: np.ndarray, labels: tuple[str, ...]) -> dict[str, np.ndarray]:
        """Perplexity is not a number where no losses are known, as of models that are not asked for any."""
        tokens = sums[..., _TOKENS]
        known = np.where(tokens > 0, tokens, np.nan)
        rows = np.maximum(sums[..., _ROWS], 1)
        values = {
            "loss": sums[..., _NATS] / known,
            "perplexity": np.exp(np.minimum(sums[..., _NATS] / known, 700.0)),
            "guessed": sums[..., _GUESSED] / known,
            "chrf": overlap.chrf(sums[..., _CHRF]),
            "bleu": overlap.bleu(sums[..., _BLEU]),
            "rouge_1": sums[..., _ROUGE_1] / rows,
            "rouge_2": sums[..., _ROUGE_2] / rows,
            "rouge_l": sums[..., _ROUGE_L] / rows,
            "length": sums[..., _SAID] / np.maximum(sums[..., _WANTED], 1),
        }
        return {metric.name: values[metric.name] for metric in self.metrics}

    @override
    def how_scored(self, examples: Sequence[Example]) -> tuple[str, ...]:
        by_character = overlap.mostly_unspaced([example.target or "" for example in examples])
        signatures = {"chrf": overlap.CHRF_SIGNATURE, "bleu": overlap.bleu_signature(by_character=by_character)}
        told = [f"{metric.title} {signatures[metric.name]}" for metric in self.metrics if metric.name in signatures]
        return (f"Counted as sacreBLEU counts: {'; '.join(told)}.",) if told else ()

    @override
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        """`outputs` holds the numbers of the tokens that were written. Thoughts are no part of an answer."""
        said = setup.tokenizer.decode(outputs[0].astype(np.int64).tolist(), skip_special_tokens=True)
        said = mended(said, marks_of(setup.tokenizer))
        value = without_thoughts(said, setup.tokenizer.decode(features[0]["input_ids"][-_TAIL:])).strip()
        is_cut = bool(features[0].get("shortened", features[0].get("cut", False)))
        return Answer(value, lost=int(features[0].get("lost", 0)), is_cut=is_cut)

    @override
    def text_of(self, example: Example) -> str:
        return " ".join([*example.inputs.values(), example.target or ""])

    @override
    def reading(self, example: Example, setup: Setup) -> list[Piece]:
        return self.shown(self.encode([example], setup)[0][0], setup)

    def shown(self, feature: Feature, setup: Setup) -> list[Piece]:
        """A feature in stretches of text that are learned, or not."""
        ids, labels = feature["input_ids"], feature.get("labels", [-100] * len(feature["input_ids"]))
        return list(pieces(ids, [label != -100 for label in labels], setup.tokenizer))


@lru_cache(20_000)  # a report counts the same answers for the value, the interval and each comparison
def _shared(said: str, wanted: str, by_character: bool) -> tuple[float, ...]:
    return (
        *overlap.chrf_counts(said, wanted),
        *overlap.bleu_counts(said, wanted, by_character=by_character),
        *overlap.rouge(said, wanted),
    )


_HALF = "\ufffd"
"""What decoders write for bytes that are no whole letter."""


def pieces(ids: Sequence[int], learned: Iterable[bool], tokenizer: Any) -> Iterable[Piece]:
    """Tokens as stretches of text, each all learned or all not, special tokens one by one.

    A token may hold some of the bytes of a letter only: such a letter stands whole where its last byte is.
    """
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}

    def kind(place: tuple[int, tuple[int, bool]]) -> tuple[bool, int]:
        number, (token, is_learned) = place
        return is_learned, number if token in special else -1

    done, read = 0, ""
    for (is_learned, alone), group in groupby(enumerate(zip(ids, learned, strict=True)), kind):
        tokens = [token for _, (token, _) in group]
        done += len(tokens)
        so_far = tokenizer.decode(list(ids[:done]), skip_special_tokens=False)
        if done < len(ids):
            so_far = so_far.rstrip(_HALF)
        alone_said = tokenizer.decode(tokens, skip_special_tokens=False)
        # many tokenizers drop a space where a text begins: what a piece adds to those before it has it
        text = so_far[len(read) :] if so_far.startswith(read) else alone_said
        if text:
            yield Piece(text, is_learned, alone >= 0)
        read = so_far


def token_feature(ids: Sequence[int], learned: Sequence[bool] | None, *, cut: bool = False) -> Feature:
    """What a decoder reads, and the tokens it learns to write; the first has none before it from which it could be guessed.

    `cut`: something did not fit.
    """
    feature: Feature = {"input_ids": list(ids), "attention_mask": [1] * len(ids)}
    if learned is not None:
        feature["labels"] = [
            token if yes and place else -100 for place, (token, yes) in enumerate(zip(ids, learned, strict=True))
        ]
    if cut:
        feature["cut"] = True
    return feature


def room(setup: Setup) -> int:
    """Tokens of a question, when the answer is still to be written."""
    return setup.max_length - min(setup.new_tokens, setup.max_length // 2)


def conversation_features(
    setup: Setup, conversations: Sequence[tuple[Sequence[Message], str | None]]
) -> list[list[Feature]]:
    """One feature a conversation: with its replies to learn from, or asking for the last one.

    Replies that stand in another form once more follows are learned from features of their own, up to each of them.
    """
    features: list[list[Feature]] = [[] for _ in conversations]
    for asked in (False, True):
        some = [place for place, (_, reply) in enumerate(conversations) if (reply is None) == asked]
        told = [
            [*messages, {"role": "assistant", "content": reply}] if reply is not None else list(messages)
            for messages, reply in (conversations[place] for place in some)
        ]
        limit = room(setup) if asked else setup.max_length
        for place, messages, spelled in zip(
            some, told, spell(setup.tokenizer, told, limit, asked=asked, today=setup.today), strict=True
        ):
            earlier = [messages[: reply + 1] for reply in spelled.untold]
            begun = spell(setup.tokenizer, earlier, limit, today=setup.today)
            features[place] = [_feature(each, asked=asked) for each in (*begun, spelled)]
    return features


def _feature(spelled: Spelled, *, asked: bool) -> Feature:
    feature = token_feature(spelled.ids, None if asked else spelled.learned, cut=spelled.cut)
    return feature | {"lost": spelled.lost, "shortened": spelled.shortened} if spelled.cut else feature
