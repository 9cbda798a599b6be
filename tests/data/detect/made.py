"""Small tables made for tests, one for every layout, with what is right for them."""

import json
import random
from collections.abc import Iterator, Sequence

import pyarrow as pa

from studio.data.table import Reading, Table

_WHO = ("The old sailor", "My neighbor", "A tired nurse", "The young teacher", "Our baker", "One of the drivers")
_DID = ("repaired", "painted", "forgot", "sold", "described", "found", "cleaned", "borrowed")
_WHAT = ("the broken clock", "a green bicycle", "her favorite letter", "the kitchen table", "an empty bottle")
_WHEN = ("on a rainy morning", "before the long journey", "after lunch", "during the winter", "without a word")
_GERMAN = (
    "Der alte Mann hat das Buch nicht gelesen",
    "Wir sind mit dem Zug nach Hause gefahren",
    "Sie ist auch nicht da",
)


def table(rows: Sequence[int] | None = None, /, **columns: Sequence[str]) -> Table:
    cells = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    return Table(cells, tuple(rows) if rows else range(2, cells.num_rows + 2), Reading("CSV"))


def renamed(seen: Table, names: Sequence[str]) -> Table:
    return Table(seen.cells.rename_columns(list(names)), seen.rows, seen.reading)


def sentences(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    pick = chance.choice
    return [f"{pick(_WHO)} {pick(_DID)} {pick(_WHAT)} number {index} {pick(_WHEN)}." for index in range(count)]


def german(count: int) -> list[str]:
    return [f"{_GERMAN[index % 3]}, und es war der Tag {index}." for index in range(count)]


def cycle(values: Sequence[str], count: int, seed: int = 2) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(values) for _ in range(count)]


def documents(count: int) -> list[str]:
    return [" ".join(sentences(12, seed)) for seed in range(count)]


def summaries(texts: Sequence[str]) -> list[str]:
    return [" ".join(text.split(". ")[3].split()[:9]) + "." for text in texts]


def dialogs(count: int) -> Iterator[list[tuple[str, str]]]:
    chance, lines = random.Random(3), sentences(count * 8, 4)
    for index in range(count):
        turns = chance.randrange(2, 5)
        yield [(who, lines[index * 8 + turn]) for turn, who in enumerate(("user", "assistant") * turns) if turn < 8]


def tagged(count: int) -> list[tuple[list[str], list[str]]]:
    names = [("Anna", "B-person"), ("Berlin", "B-place"), ("Siemens", "B-company")]
    found = []
    for index, text in enumerate(sentences(count, 5)):
        words, (name, tag) = text.rstrip(".").split(), names[index % 3]
        found.append(([*words, "with", name], ["O"] * (len(words) + 1) + [tag]))
    return found


def questions() -> tuple[list[str], list[str], list[str], list[str]]:
    contexts, asked, answers, starts = [], [], [], []
    for index, text in enumerate(documents(60)):
        sentence = text.split(". ")[index % 10]
        answer = " ".join(sentence.split()[-6:])
        contexts.append(text)
        asked.append(f"What does the text number {index} say of it?")
        answers.append(answer)
        starts.append(str(text.find(answer)))
    return contexts, asked, answers, starts


def every_layout() -> dict[str, tuple[Table, str, str, dict[str, str | tuple[str, ...]]]]:
    """Name → table, task, layout, roles."""
    n = 80
    texts, others, long = sentences(n), sentences(n, 9), documents(60)
    labels = ("sport", "music", "food", "travel", "money")
    chance = random.Random(6)
    several = [chance.sample(labels, chance.choice((1, 1, 2, 3))) for _ in range(n)]
    contexts, asked, answers, starts = questions()
    tags, chats = tagged(60), list(dialogs(40))
    rows, places, line = [], [], 1
    for number, (words, kinds) in enumerate(tags):
        line += 1  # an empty line
        for word, kind in zip(words, kinds, strict=True):
            line += 1
            rows.append((str(number), word, kind))
            places.append(line)
    ids, words, kinds = (list(each) for each in zip(*rows, strict=True))
    turns = [(f"chat{index}", who, said) for index, chat in enumerate(chats) for who, said in chat]
    chat_ids, speakers, said = (list(each) for each in zip(*turns, strict=True))
    scores = [f"{chance.random() * 5:.2f}" for _ in range(n)]
    classification, regression = "text-classification", "text-regression"
    many, tokens, rewrite = "multi-label-classification", "token-classification", "text-to-text"
    made: dict[str, tuple[Table, str, str, dict[str, str | tuple[str, ...]]]] = {
        "label": (
            table(body=texts, topic=cycle(labels, n)),
            classification,
            "text-label",
            {"text": "body", "label": "topic"},
        ),
        "stars": (
            table(review=texts, stars=cycle("12345", n)),
            classification,
            "text-label",
            {"text": "review", "label": "stars"},
        ),
        "entailment": (
            table(premise=texts, hypothesis=others, label=cycle(("entailment", "neutral", "contradiction"), n)),
            classification,
            "pair-label",
            {"text": "premise", "text_pair": "hypothesis", "label": "label"},
        ),
        "names of tokenizers": (
            table(text=texts, text_pair=others, label=cycle(("answers", "asks back", "sends on"), n)),
            classification,
            "pair-label",
            {"text": "text", "text_pair": "text_pair", "label": "label"},
        ),
        "relevance": (
            table(query=[f"Where is {text[:20]}?" for text in texts], document=others, relevance=cycle("01", n)),
            classification,
            "pair-label",
            {"text": "query", "text_pair": "document", "label": "relevance"},
        ),
        "score": (table(essay=texts, score=scores), regression, "text-score", {"text": "essay", "score": "score"}),
        "two texts, score": (
            table(text_b=others, text_a=texts, similarity=scores),
            regression,
            "pair-score",
            {"text": "text_a", "text_pair": "text_b", "score": "similarity"},
        ),
        "labels in a cell": (
            table(text=texts, topics=["; ".join(each) for each in several]),
            many,
            "text-labels",
            {"text": "text", "labels": "topics"},
        ),
        "labels in a list": (
            table(text=texts, tags=[json.dumps(each) for each in several]),
            many,
            "text-labels",
            {"text": "text", "labels": "tags"},
        ),
        "columns of x": (
            table(text=texts, **{label: ["x" if label in each else "" for each in several] for label in labels}),
            many,
            "text-label-columns",
            {"text": "text", "labels": labels},
        ),
        "columns of yes and no": (
            table(text=texts, **{label: ["Yes" if label in each else "No" for each in several] for label in labels}),
            many,
            "text-label-columns",
            {"text": "text", "labels": labels},
        ),
        "tagged sentences": (
            table(tokens=[" ".join(a) for a, _ in tags], tags=[" ".join(b) for _, b in tags]),
            tokens,
            "tagged-sentences",
            {"tokens": "tokens", "tags": "tags"},
        ),
        "tagged lists": (
            table(words=[json.dumps(a) for a, _ in tags], ner_tags=[json.dumps(b) for _, b in tags]),
            tokens,
            "tagged-sentences",
            {"tokens": "words", "tags": "ner_tags"},
        ),
        "tagged tokens": (
            table(sent=ids, word=words, ner=kinds),
            tokens,
            "tagged-tokens",
            {"sentence": "sent", "token": "word", "tag": "ner"},
        ),
        "tagged tokens, empty lines": (
            table(places, word=words, ner=kinds),
            tokens,
            "tagged-tokens",
            {"token": "word", "tag": "ner"},
        ),
        "spans": (
            table(
                text=texts,
                marked=[json.dumps([{"start": 0, "end": text.index(" ", 4), "label": "who"}]) for text in texts],
            ),
            tokens,
            "text-spans",
            {"text": "text", "spans": "marked"},
        ),
        "question answering": (
            table(context=contexts, question=asked, answer=answers),
            "question-answering",
            "context-question-answer",
            {"context": "context", "question": "question", "answer": "answer"},
        ),
        "question answering with start": (
            table(
                title=cycle(("Clocks", "Letters"), 60), context=contexts, question=asked, answer=answers, start=starts
            ),
            "question-answering",
            "context-question-answer",
            {
                "context": "context",
                "question": "question",
                "answer": "answer",
                "answer_start": "start",
                "title": "title",
            },
        ),
        "translation": (
            table(source=texts, target=german(n)),
            rewrite,
            "translation",
            {"source": "source", "target": "target"},
        ),
        "summary": (
            table(article=long, highlights=summaries(long)),
            rewrite,
            "summary",
            {"source": "article", "target": "highlights"},
        ),
        "instructions": (
            table(
                prompt=[f"Tell me more about {text[:25]}" for text in texts],
                completion=[" ".join(sentences(5, i)) for i in range(n)],
            ),
            "instruction-tuning",
            "instruction-response",
            {"instruction": "prompt", "response": "completion"},
        ),
        "instructions with input": (
            table(
                instruction=cycle(("Translate it into German", "Make it shorter", "Say it politely"), n),
                input=texts,
                output=others,
            ),
            "instruction-tuning",
            "instruction-response",
            {"instruction": "instruction", "input": "input", "response": "output"},
        ),
        "messages": (
            table(messages=[json.dumps([{"role": who, "content": said} for who, said in chat]) for chat in chats]),
            "chat",
            "messages",
            {"messages": "messages"},
        ),
        "conversations": (
            table(conversations=[json.dumps([{"from": who, "value": said} for who, said in chat]) for chat in chats]),
            "chat",
            "conversations",
            {"messages": "conversations"},
        ),
        "turns": (
            table(dialog=chat_ids, speaker=speakers, utterance=said),
            "chat",
            "turns",
            {"conversation": "dialog", "role": "speaker", "content": "utterance"},
        ),
        "plain text": (table(text=long), "language-modeling", "text", {"text": "text"}),
    }
    return made
