"""What is right for every file of shared/data: the task and the columns in their roles, with the half it belongs to.

`tune` files were looked at while the detector was written, `hold` files only through their total. Where two
readings of a file are honest ones (support replies can be answered or sorted; a translation can go either way; of two
similar sentences either may be the first), both count as right.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Right:
    """A right answer. `maybe` roles may be missing, but not be filled by another column."""

    task: str
    roles: Mapping[str, str | tuple[str, ...]]
    maybe: Mapping[str, str]


def right(task: str, maybe: Mapping[str, str] | None = None, **roles: str | tuple[str, ...]) -> Right:
    return Right(task, roles, maybe or {})


def sort(text: str, label: str) -> Right:
    return right("text-classification", text=text, label=label)


def either_way(one: str, other: str) -> tuple[Right, ...]:
    return right("text-to-text", source=one, target=other), right("text-to-text", source=other, target=one)


def similar(one: str, other: str, score: str) -> tuple[Right, ...]:
    return tuple(
        right("text-regression", text=text, text_pair=pair, score=score) for text, pair in ((one, other), (other, one))
    )


FEELINGS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
_QA = {"context": "context", "question": "question", "answer": "answer", "answer_start": "answer_start"}
_SQUAD = right("question-answering", {"title": "title"}, **_QA)
_COVID = right("question-answering", **_QA)
_SENTENCES = right("token-classification", tokens="tokens", tags="tags")
_TOKENS = right("token-classification", sentence="sentence_id", token="token", tag="tag")
_STSB = similar("sentence1", "sentence2", "similarity_score")
_SUMMARY = right("text-to-text", source="abstract", target="summary")
_CHAT = right("chat", messages="messages")
_EMOTIONS = right("multi-label-classification", text="text", labels="emotions")
_SUPPORT = (
    right("instruction-tuning", instruction="instruction", response="response"),
    sort("instruction", "category"),
    sort("instruction", "intent"),
)

FILES: dict[str, tuple[str, tuple[Right, ...]]] = {
    "intent_banking77_train.csv": ("tune", (sort("text", "category"),)),
    "intent_banking77_test.csv": ("tune", (sort("text", "category"),)),
    "spam_sms_train.csv": ("tune", (sort("message", "label"),)),
    "demo/spam_filter.csv": ("tune", (sort("message", "label"),)),
    "ner_wnut17_sentences_train.csv": ("tune", (_SENTENCES,)),
    "ner_wnut17_tokens_validation.csv": ("tune", (_TOKENS,)),
    "ner_wnut17_spans_validation.csv": ("tune", (right("token-classification", text="text", spans="entities"),)),
    "qa_squad_train.csv": ("tune", (_SQUAD,)),
    "qa_squad_unanswerable_sample.csv": ("tune", (_SQUAD,)),
    "demo/english_to_german.csv": ("tune", either_way("english", "german")),
    "support_replies_train.csv": ("tune", _SUPPORT),
    "support_replies_test.csv": ("tune", _SUPPORT),
    "chat_assistant_test.jsonl": ("tune", (_CHAT,)),
    "chat_assistant_turns_test.csv": (
        "tune",
        (right("chat", {"turn": "turn"}, conversation="conversation_id", role="role", content="content"),),
    ),
    "multilabel_emotions_test.csv": ("tune", (_EMOTIONS,)),
    "similarity_stsb_test.csv": ("tune", _STSB),
    "similarity_stsb_validation.csv": ("tune", _STSB),
    "summary_scitldr_validation.csv": ("tune", (_SUMMARY,)),
    "summary_scitldr_test.csv": ("tune", (_SUMMARY,)),
    "sentiment_movie_reviews_train.csv": ("hold", (sort("review", "sentiment"),)),
    "sentiment_movie_reviews_test.csv": ("hold", (sort("review", "sentiment"),)),
    "spam_sms_test.csv": ("hold", (sort("message", "label"),)),
    "demo/movie_reviews.csv": ("hold", (sort("review", "sentiment"),)),
    "demo/bank_support_questions.csv": ("hold", (sort("question", "topic"),)),
    "ner_wnut17_sentences_validation.csv": ("hold", (_SENTENCES,)),
    "ner_wnut17_sentences_test.csv": ("hold", (_SENTENCES,)),
    "ner_wnut17_tokens_train.csv": ("hold", (_TOKENS,)),
    "ner_wnut17_tokens_test.csv": ("hold", (_TOKENS,)),
    "demo/find_names_in_text.csv": ("hold", (_SENTENCES,)),
    "qa_squad_test.csv": ("hold", (_SQUAD,)),
    "qa_covid_train.csv": ("hold", (_COVID,)),
    "qa_covid_test.csv": ("hold", (_COVID,)),
    "demo/questions_about_articles.csv": (
        "hold",
        (right("question-answering", {"title": "article"}, **{**_QA, "context": "passage"}),),
    ),
    "translation_en_de_train.csv": ("hold", either_way("english", "german")),
    "translation_en_de_test.csv": ("hold", either_way("english", "german")),
    "demo/customer_support_replies.csv": (
        "hold",
        (
            right("instruction-tuning", instruction="customer_message", response="reply"),
            sort("customer_message", "category"),
        ),
    ),
    "chat_assistant_train.jsonl": ("hold", (_CHAT,)),
    "demo/booking_chats.jsonl": ("hold", (_CHAT,)),
    "multilabel_emotions_train.csv": ("hold", (_EMOTIONS,)),
    "demo/feelings.csv": ("hold", (right("multi-label-classification", text="text", labels="feelings"),)),
    "demo/feelings_one_column_per_label.csv": (
        "hold",
        (right("multi-label-classification", text="text", labels=FEELINGS),),
    ),
    "similarity_stsb_train.csv": ("hold", _STSB),
    "demo/similar_sentences.csv": (
        "hold",
        similar("sentence_1", "sentence_2", "similarity_0_to_5"),
    ),
    "summary_scitldr_train.csv": ("hold", (_SUMMARY,)),
    "demo/papers_in_one_sentence.csv": ("hold", (right("text-to-text", source="abstract", target="one_sentence"),)),
}
