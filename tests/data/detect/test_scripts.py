"""Tables in scripts without spaces, or whose column names are in them; and tags that are damaged in places."""

import pytest

from data.detect.made import table
from studio.data.detect import detect
from studio.data.detect.names import meanings_of
from studio.data.detect.profile import columns_of

_ASKED = {  # text, questions, and the names of their columns with that of the answers
    "Arabic": (
        "يقع المبنى رقم {n} في شارع {street} وقد بناه المهندس {who} قبل زمن طويل. يزوره الناس كل يوم.",
        ("أين يقع المبنى رقم {n}؟", "من بنى المبنى رقم {n}؟"),
        ("السياق", "السؤال", "الجواب"),
    ),
    "Japanese": (
        "建物{n}は{street}通りにあり、昔{who}さんが建てました。毎日多くの人が訪れます。",
        ("建物{n}はどこにありますか。", "建物{n}は誰が建てましたか。"),
        ("文脈", "質問", "答え"),
    ),
    "Chinese": (
        "{n}号楼在{street}路，很久以前由{who}建造。每天都有很多人参观。",
        ("{n}号楼在哪里？", "{n}号楼是谁建的？"),
        ("上下文", "问题", "答案"),
    ),
    "Thai": (
        "อาคาร{n}ตั้งอยู่ที่ถนน{street}และสร้างโดยคุณ{who}เมื่อนานมาแล้ว มีคนมาเยี่ยมชมทุกวัน",
        ("อาคาร{n}อยู่ที่ไหน", "ใครสร้างอาคาร{n}"),
        ("บริบท", "คำถาม", "คำตอบ"),
    ),
    "Hindi": (
        "भवन {n} सड़क {street} पर है और इसे बहुत पहले {who} ने बनाया था। यहाँ रोज़ लोग आते हैं।",
        ("भवन {n} कहाँ है?", "भवन {n} किसने बनाया?"),
        ("संदर्भ", "प्रश्न", "उत्तर"),
    ),
}
_LETTERS = {
    "Arabic": "ابتثجحخد",
    "Japanese": "東西南北山川田村",
    "Chinese": "东西南北山川田村",
    "Thai": "กขคงจฉชซ",
    "Hindi": "कखगघचछजझ",
}


def _words(letters: str, length: int, place: int) -> str:
    return "".join(letters[(place // len(letters) ** each + each) % len(letters)] for each in range(length))


@pytest.mark.parametrize("script", _ASKED)
def test_questions_about_texts_in_any_script(script: str) -> None:
    context, questions, names = _ASKED[script]
    rows = []
    for place in range(60):
        said = {"n": place, "street": _words(_LETTERS[script], 3, place), "who": _words(_LETTERS[script], 4, place)}
        for question, answer in zip(questions, (said["street"], said["who"]), strict=True):
            rows.append((context.format(**said), question.format(**said), answer))
    found = detect(table(**dict(zip(names, zip(*rows, strict=True), strict=True))))
    assert (found.task, found.roles) == (
        "question-answering",
        dict(zip(("context", "question", "answer"), names, strict=True)),
    )
    assert found.confidence > 0.9


def test_the_same_questions_asked_of_every_text() -> None:
    rows = []
    for place in range(60):
        context = (
            f"Invoice {place} came from the shop in street {place * 7} and has to be paid within {place + 3} days."
        )
        rows.append((context, "From which street does it come?", f"street {place * 7}"))
        rows.append((context, "When has it to be paid?", f"within {place + 3} days"))
    context, question, answer = (list(column) for column in zip(*rows, strict=True))
    assert detect(table(context=context, question=question, answer=answer)).task == "question-answering"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("three plain words", 3),
        ("今日は天気がいいですね", 5.5),
        ("我很喜欢这个地方", 4),
        ("วันนี้อากาศดี", 2.6),
        ("मौसम अच्छा है", 3),
    ],
)
def test_words_of_scripts_without_spaces_are_reckoned(cell: str, words: float) -> None:
    assert columns_of(table(a=[cell] * 4))[0].words == pytest.approx(words)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("النص", "text"), ("التصنيف", "label"), ("السؤال", "question"), ("पाठ", "text"), ("श्रेणी", "label"), ("उत्तर", "answer"),
        ("ข้อความลูกค้า", "text"), ("ประเภท", "label"), ("คำถาม", "question"), ("질문", "question"), ("분류", "label"),
    ],
)  # fmt: skip
def test_names_in_other_scripts(name: str, meaning: str) -> None:
    assert meanings_of(name).get(meaning, 0) >= 0.6


def test_damaged_tags_are_still_tags() -> None:
    texts = [f"Anna went to Paris on day {place} of the trip" for place in range(60)]
    tags = ["B-person O O B-place O O O O O O"] * 60
    damaged = [
        tag.rsplit(" ", 1)[0] if place % 4 == 0 else "" if place % 4 == 1 else tag for place, tag in enumerate(tags)
    ]
    found = detect(table(tokens=texts, tags=damaged))
    assert (found.task, found.roles) == ("token-classification", {"tokens": "tokens", "tags": "tags"})
    assert found.confidence == 0.85
    assert "in 66.7 % of the tagged rows" in found.reason
    assert found.reason.endswith("find words of the types “person” and “place”.")


def test_a_few_rows_of_tags_again_and_again_are_no_labels():
    texts = [f"Anna went to Paris on day {place} of the trip" for place in range(60)]
    tags = ["B-person O O B-place O O O O O O", "O O O B-place O O O O O O"] * 30
    found = detect(table(tokens=texts, tags=tags))
    assert (found.task, found.confidence) == ("token-classification", 0.97)
    assert max(each.confidence for each in found.readings if each.task == "text-classification") <= 0.3
