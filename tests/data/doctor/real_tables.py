"""The real labeled files that lie beside the checkout, each with its task and the roles of its columns."""

from pathlib import Path

from data.real import SHARED_DATA
from studio.data.doctor.finding import Patient
from studio.data.read import read_table

_CLASSES, _QA, _WORDS, _PAIRS = "text-classification", "question-answering", "token-classification", "text-regression"
_TO_TEXT, _CHAT, _SEVERAL = "text-to-text", "chat", "multi-label-classification"
_ASKED = {"context": "context", "question": "question", "answer": "answer", "answer_start": "answer_start"}
_ROLES = {  # how the file's name begins → task, columns that are read, role → column
    "chat_assistant_turns": (_CHAT, ("content",), {"conversation_id": "conversation_id", "turn": "turn", "role": "role", "content": "content"}),
    "intent_banking77": (_CLASSES, ("text",), {"text": "text", "label": "category"}),
    "multilabel_emotions": (_SEVERAL, ("text",), {"text": "text", "labels": "emotions"}),
    "ner_wnut17_sentences": (_WORDS, ("tokens",), {"tokens": "tokens", "tags": "tags"}),
    "ner_wnut17_spans": (_WORDS, ("text",), {"text": "text", "spans": "entities"}),
    "ner_wnut17_tokens": (_WORDS, ("token",), {"sentence_id": "sentence_id", "token": "token", "tag": "tag"}),
    "qa_": (_QA, ("context", "question"), _ASKED),
    "sentiment_movie_reviews": (_CLASSES, ("review",), {"text": "review", "label": "sentiment"}),
    "similarity_stsb": (_PAIRS, ("sentence1", "sentence2"), {"text": "sentence1", "text_pair": "sentence2", "score": "similarity_score"}),
    "spam_sms": (_CLASSES, ("message",), {"text": "message", "label": "label"}),
    "summary_scitldr": (_TO_TEXT, ("abstract",), {"source": "abstract", "target": "summary"}),
    "support_replies": (_TO_TEXT, ("instruction",), {"source": "instruction", "target": "response"}),
    "translation_en_de": (_TO_TEXT, ("english",), {"source": "english", "target": "german"}),
    "bank_support_questions": (_CLASSES, ("question",), {"text": "question", "label": "topic"}),
    "customer_support_replies": (_TO_TEXT, ("customer_message",), {"source": "customer_message", "target": "reply"}),
    "english_to_german": (_TO_TEXT, ("english",), {"source": "english", "target": "german"}),
    "feelings.": (_SEVERAL, ("text",), {"text": "text", "labels": "feelings"}),
    "find_names": (_WORDS, ("tokens",), {"tokens": "tokens", "tags": "tags"}),
    "movie_reviews": (_CLASSES, ("review",), {"text": "review", "label": "sentiment"}),
    "papers_in_one": (_TO_TEXT, ("abstract",), {"source": "abstract", "target": "one_sentence"}),
    "questions_about": (_QA, ("passage", "question"), {**_ASKED, "context": "passage"}),
    "similar_sentences": (_PAIRS, ("sentence_1", "sentence_2"), {"text": "sentence_1", "text_pair": "sentence_2", "score": "similarity_0_to_5"}),
    "spam_filter": (_CLASSES, ("message",), {"text": "message", "label": "label"}),
}  # fmt: skip


def real_files() -> list[Path]:
    """Those that are known here; none where there are no such files."""
    paths = sorted([*SHARED_DATA.glob("*.csv"), *SHARED_DATA.glob("demo/*.csv")])
    return [path for path in paths if any(path.name.startswith(name) for name in _ROLES)]


def real_patient(path: Path) -> Patient:
    """The file as a patient; a training file has its test file beside it."""
    task, texts, roles = next(known for name, known in _ROLES.items() if path.name.startswith(name))
    asked = path.with_name(path.name.replace("_train", "_test"))
    test = read_table(asked) if asked != path and asked.exists() else None
    named = {role: (column,) for role, column in roles.items()}
    return Patient(read_table(path), task, texts, roles.get("label", ""), named, test)
