"""Which language a column is written in, by its script and its commonest words: enough to tell two columns apart."""

import re
from collections import Counter
from collections.abc import Iterable

_COMMON = {  # words that are common in one language and hardly occur in the others
    "English": "the and is are was were you your my this that with have has not for from will would what it's they "
    "his to of in on i me can how do we if an be",
    "German": "der die das und ist nicht ich du wir sie ein eine zu mit auf den dem für auch war wie aber hat wenn nach",
    "French": "le les des est et une pas je vous nous que qui dans pour sur au avec ce cette sont il elle c'est ne",
    "Spanish": "el los las es y una no que por para con del se lo su está muy pero como más yo qué este",
    "Italian": "il gli è e di che un una non per con sono della del mi si ma come questo più ho lo nel",
    "Portuguese": "o os as é e um uma não que para com do da eu você ele se mais muito mas isso em na",
    "Dutch": "het een en is van ik niet dat je de zijn op te voor met hij was maar ook wat er heeft",
    "Swedish": "och är det att jag inte en ett som på för med han den till av var du har",
    "Polish": "w nie na się jest że z jak co ja był ale po ma tak czy dla może już",
    "Turkish": "bir ve bu için çok ben var ama gibi daha değil olarak kadar sonra",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_SCRIPTS = (  # first match counts; kana before Han, since Japanese has both
    ("Japanese", re.compile(r"[\u3040-\u30ff]")),
    ("Korean", re.compile(r"[\uac00-\ud7af]")),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]")),
    ("Russian", re.compile(r"[\u0400-\u04ff]")),
    ("Arabic", re.compile(r"[\u0600-\u06ff]")),
    ("Greek", re.compile(r"[\u0370-\u03ff]")),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]")),
    ("Hindi", re.compile(r"[\u0900-\u097f]")),
    ("Thai", re.compile(r"[\u0e00-\u0e7f]")),
)
_SURE = 0.6
"""This share of the cells that show a language must agree."""
_SPLIT = re.compile(r"[^\w']+")


def language_of(texts: Iterable[str]) -> str:
    """The language that most texts are written in; empty when they do not show it."""
    votes: Counter[str] = Counter()
    asked = 0
    for text in texts:
        asked += 1
        if language := _of_one(text[:400]):
            votes[language] += 1
    if not votes:
        return ""
    language, most = votes.most_common(1)[0]
    return language if most >= _SURE * votes.total() and votes.total() >= max(3, 0.2 * asked) else ""


def _of_one(text: str) -> str:
    letters = sum(letter.isalpha() for letter in text)
    for script, pattern in _SCRIPTS:
        if len(pattern.findall(text)) > 0.3 * max(1, letters):
            return script
    words = set(_SPLIT.split(text.casefold()))
    ranked = sorted(((len(words & common), language) for language, common in _WORDS.items()), reverse=True)
    return ranked[0][1] if ranked[0][0] > ranked[1][0] else ""
