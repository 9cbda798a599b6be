"""Answering questions from a text: the stretch of a context that answers, or that none does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from typing_extensions import override

from studio.columns import Columns, columns_of
from studio.data.detect import reading_for
from studio.data.example import Example
from studio.data.phrases import counted
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.answers import NO_ANSWER, exact, from_cells, nearest, overlap, placed, read, rights, written
from studio.tasks.overlap import mostly_unspaced
from studio.tasks.pointing import candidates, tokens_of, within_reach
from studio.tasks.recipe import Recipe
from studio.tasks.task import Answer, Conventions, Feature, Guess, Metric, Setup, Task
from studio.tasks.units import often_inside, stretch

NEVER = 1e6
"""A threshold no score reaches: there is always an answer."""
_COMMON, _SPARE = 99, 1.2
"""An answer may be a fifth longer than 99 of 100 of the training rows are. More room than that costs: of 200 questions of
SQuAD, a model of few rows answers with an F1 of 0.155 where 30 tokens are the most, 0.133 with 60 and 0.124 with 120."""
_SURE = "answer"


class QuestionAnswering(Task):
    """A context and a question in, a stretch of the context out; nothing where "no answer" is likelier by the threshold."""

    name, title, order = "question-answering", "Answer questions from a text", 50
    hub_task = "question-answering"
    help = "Finds the answer to a question in a text that you give with it: a manual, a contract, an article."
    inputs, target = ("context", "question", "answer_start"), "answer"
    optional = only_learned = ("answer_start",)
    role_titles = {
        "context": "Text with the answer",
        "question": "Question",
        "answer_start": "Where the answer starts",
        "answer": "Answer",
    }
    families = frozenset({"encoder"})
    head = "span"
    metrics = (
        Metric("f1", "F1", "How many words the given and the right answer share, averaged over the questions."),
        Metric("exact_match", "Exact match", "Share of questions answered word for word, but for articles and signs."),
    )
    places_in = "context"
    answers_as = "passage"
    has_thresholds = reads_windows = True
    together = "context"
    watch = "f1"
    baselines = ("best_sentence",)
    recipe = Recipe(
        learning_rate=2e-4,
        epochs=5,
        batch_rows=16,
        label_smoothing=0.0,
        why="pointing into a text is new to the model, and takes many large steps to learn",
    )
    untuned = "Untuned model (frozen word vectors with a linear head)"
    example = "questions_about_leaflets.csv"

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name)
        if found is None:
            return None
        columns: Columns = {role: str(found.roles[role]) for role in self.roles if role in found.roles}
        return Guess(columns, found.reason, found.confidence)

    @override
    def arrange(self, table: Table, columns: Columns, conventions: Conventions) -> tuple[Table, dict[str, str]]:
        single = {role: columns_of(column)[0] for role, column in columns.items() if columns_of(column)}
        cells = {role: table.column(single[role]) for role in ("context", "question")}
        if self.target in single:
            starts = table.column(single["answer_start"]) if "answer_start" in single else [""] * len(table)
            pairs = zip(table.column(single["answer"]), starts, strict=True)
            cells["answer"] = [from_cells(answer, start) for answer, start in pairs]
        arrays = {role: pa.array(values, pa.large_string()) for role, values in cells.items()}
        return replace(table, cells=pa.table(arrays)), {role: role for role in cells}

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        for role in ("context", "question"):
            if not inputs[role].strip():
                raise StudioError(f"The {role} is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        kept = {role: inputs[role] for role in ("context", "question")}
        if target is None:
            return Example(row, kept)
        try:
            said, start = rights(target), read(target)[1]
        except (ValueError, KeyError, TypeError):
            fix = "Write the answer as it stands in the context."
            raise StudioError("The answer cannot be read", where=f"row {row}", fix=fix) from None
        return Example(row, kept, placed(inputs["context"], said, start, f"row {row}"))

    @override
    def labels(self, examples: Sequence[Example]) -> tuple[str, ...]:
        """One name, under which an answer says how sure it is."""
        return (_SURE,)

    @override
    def inside(self, examples: Sequence[Example]) -> bool:
        answers = [(each.inputs["context"], *read(each.target or NO_ANSWER)) for each in examples]
        return often_inside((context, [(start, start + len(said))]) for context, said, start in answers if said)

    @override
    def longest(self, examples: Sequence[Example], tokenizer: Any) -> int:
        said = [text for text in (read(each.target or NO_ANSWER)[0] for each in examples) if text]
        found = tokenizer(said, add_special_tokens=False)["input_ids"] if said else []
        return int(_SPARE * np.percentile(list(map(len, found)), _COMMON)) if found else 0

    @override
    def by_heart(
        self, examples: Sequence[Example], features: Sequence[Sequence[Feature]], setup: Setup
    ) -> list[Answer] | None:
        said = []
        for example, cut in zip(examples, features, strict=True):
            context = example.inputs["context"]
            held = [each for each in cut if any(each["labels"])]
            spans = [within_reach(each["places"], each["labels"], setup.longest) for each in held]
            start, end = stretch(context, *spans[0], setup.inside) if spans else (0, 0)
            is_right = (context[start:end], start if end else -1) == read(example.target or NO_ANSWER)
            said.append(Answer(example.target or "" if is_right else written(context[start:end], start)))
        return said

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        if not examples:
            return []
        tokenizer: Any = setup.tokenizer
        questions = _shortened([example.inputs["question"] for example in examples], tokenizer, setup.max_length // 2)
        encoded = tokenizer(
            questions,
            [example.inputs["context"] for example in examples],
            truncation="only_second",
            max_length=setup.max_length,
            stride=max(0, min(96, setup.max_length // 4 - 2)),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=False,
        )
        features: list[list[Feature]] = [[] for _ in examples]
        for number, row in enumerate(encoded["overflow_to_sample_mapping"]):
            which, offsets = encoded.sequence_ids(number), encoded["offset_mapping"][number]
            places = [offset if part == 1 else None for part, offset in zip(which, offsets, strict=True)]
            feature: Feature = {name: encoded[name][number] for name in ("input_ids", "attention_mask")}
            if "token_type_ids" in encoded:
                feature["token_type_ids"] = encoded["token_type_ids"][number]
            feature["places"] = places
            feature["answerable"] = [int(token == 0 or place is not None) for token, place in enumerate(places)]
            if examples[row].target is not None:
                feature["labels"] = tokens_of(*read(examples[row].target or NO_ANSWER), places)
            features[row].append(feature)
        return features

    @override
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        found, nothing = candidates(outputs, features, setup.longest)
        threshold = setup.thresholds[0] if setup.thresholds else NEVER
        if not found:
            return Answer(NO_ANSWER, {_SURE: 1.0})
        scores = np.array([each.score for each in found] + ([nothing] if threshold < NEVER else []))
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        if nothing - found[0].score > threshold:
            return Answer(NO_ANSWER, {_SURE: float(shares[-1])})
        context = example.inputs["context"]
        start, end = stretch(context, found[0].start, found[0].end, setup.inside)
        return Answer(written(context[start:end], start), {_SURE: float(shares[0])})

    @override
    def thresholds(
        self,
        outputs: Sequence[np.ndarray],
        examples: Sequence[Example],
        features: Sequence[Sequence[Feature]],
        setup: Setup,
    ) -> tuple[float, ...]:
        """How much likelier "no answer" must be than the best answer, so that the validation rows' F1 is best.

        Where every validation row has an answer, one is always given.
        """
        if all(example.target != NO_ANSWER for example in examples):
            return (NEVER,)
        margins: list[float] = []
        gains: list[float] = []  # F1 with an answer minus F1 without
        first = 0
        for example, cut in zip(examples, features, strict=True):
            some = outputs[first : first + len(cut)]
            first += len(cut)
            found, nothing = candidates(some, cut, setup.longest)
            right, unspaced = rights(example.target or NO_ANSWER), _is_unspaced(example)
            said = read(self.decode(example, some, cut, replace(setup, thresholds=())).value)[0]
            margins.append(nothing - found[0].score if found else NEVER)
            best, without = (nearest(overlap, right, each, unspaced=unspaced) for each in (said, ""))
            gains.append(best - without)
        order = np.argsort(margins, kind="stable")
        worth = np.concatenate([[0.0], np.cumsum(np.array(gains)[order])])
        best = int(worth.argmax())  # so many rows, those with the smallest margins, are answered
        edges = np.concatenate([[margins[order[0]] - 1], np.array(margins)[order], [margins[order[-1]] + 1]])
        return (float((edges[best] + edges[best + 1]) / 2),)

    @override
    def counts(self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]) -> np.ndarray:
        """F1 of a row, whether it is exact, and one."""
        rows = []
        for answer, example in zip(answers, examples, strict=True):
            right, said = _texts(answer, example)
            unspaced = _is_unspaced(example)
            rows.append((*(nearest(measure, right, said, unspaced=unspaced) for measure in (overlap, exact)), 1))
        return np.array(rows, float).reshape(-1, 3)

    @override
    def measure(self, sums: np.ndarray, labels: tuple[str, ...]) -> dict[str, np.ndarray]:
        """Source: the SQuAD 2.0 evaluation script, as shares."""
        rows = np.maximum(sums[..., 2], 1)
        return {"f1": sums[..., 0] / rows, "exact_match": sums[..., 1] / rows}

    @override
    def how_scored(self, examples: Sequence[Example]) -> tuple[str, ...]:
        unspaced = sum(map(_is_unspaced, examples))
        if not unspaced:
            return ()
        text = (
            f"In {unspaced:,} of {counted(len(examples), 'test row')} the text is written without spaces between words: there "
            "every letter counts as a word, and no sign counts."
        )
        return (text,)

    @override
    def by_label(
        self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]
    ) -> list[tuple[str, int, int, int]]:
        """Questions with and without an answer: exactly right, said to be so, being so."""
        pairs = [_texts(answer, example) for answer, example in zip(answers, examples, strict=True)]
        hits = self.counts(answers, examples, labels)[:, 1]
        counts = []
        for name, has in (("with an answer", True), ("without an answer", False)):
            due = [hit for hit, (right, _) in zip(hits, pairs, strict=True) if bool(right[0]) == has]
            said_so = sum(bool(said) == has for _, said in pairs)
            if due:
                counts.append((name, int(sum(due)), said_so, len(due)))
        return counts

    @override
    def show(self, value: str) -> str:
        return read(value)[0] or "no answer"

    @override
    def moved(self, value: str, by: int) -> str:
        text, start = read(value)
        return written(text, start + by, rights(value)[1:]) if text else value


def _texts(answer: Answer, example: Example) -> tuple[list[str], str]:
    """The right answers and the one that was given."""
    return rights(example.target or NO_ANSWER), read(answer.value)[0]


def _is_unspaced(example: Example) -> bool:
    """Whether the text is written in a script without spaces between words, which is then compared letter by letter."""
    return mostly_unspaced([example.inputs.get("context", "")])


def _shortened(questions: Sequence[str], tokenizer: Any, most: int) -> list[str]:
    """Questions cut to `most` tokens, so that there is room for the context."""
    cut = tokenizer(
        list(questions),
        add_special_tokens=False,
        truncation=True,
        max_length=max(1, most - 2),
        return_offsets_mapping=True,
    )["offset_mapping"]
    return [
        question[: offsets[-1][1]] if offsets else question for question, offsets in zip(questions, cut, strict=True)
    ]


TASK = QuestionAnswering()
