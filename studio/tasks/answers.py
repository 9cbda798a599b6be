"""Answers that are a stretch of their text: written, found in the text, and compared as SQuAD compares them.

A target is JSON, `{"text": "Hoesung Lee", "start": 17}`, in characters; without an answer `{"text": "", "start": -1}`.
Where other answers are right too, as several people gave them, `also` lists them: they count, but are not learned.
"""

import json
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

from studio.errors import StudioError
from studio.tasks.overlap import words_of

NO_ANSWER = '{"text": "", "start": -1}'
_NUMBER = re.compile(r"\s*[-+]?\d+(?:\.0+)?\s*")
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NO_SIGNS = str.maketrans("", "", string.punctuation)


def written(text: str, start: int, also: Sequence[str] = ()) -> str:
    """A target, or an answer."""
    more = {"also": list(also)} if also else {}
    return json.dumps({"text": text, "start": start, **more}, ensure_ascii=False) if text else NO_ANSWER


def read(target: str) -> tuple[str, int]:
    """What `written` wrote: the answer and where it starts."""
    found = json.loads(target)
    return found["text"], found["start"]


def rights(target: str) -> list[str]:
    """All texts that are right, the one that is learned first."""
    found = json.loads(target)
    return [found["text"], *found.get("also", ())]


def from_cells(answer: str, start: str) -> str:
    """A target from a cell with the answer (or SQuAD's `{"text": […], "answer_start": […]}`) and one with its start.

    Nothing, or a start of -1 beside nothing, is a question without an answer.
    """
    also: list[str] = []
    if answer.lstrip().startswith("{"):
        try:
            found = json.loads(answer)
            texts, starts = found.get("text", ""), found.get("answer_start", found.get("start", ""))
            if isinstance(texts, list):
                also = [said for each in dict.fromkeys(texts[1:]) if (said := str(each).strip())]
            answer = str(texts[0] if texts else "") if isinstance(texts, list) else str(texts)
            start = str(starts[0] if starts else "") if isinstance(starts, list) else str(starts)
        except (ValueError, AttributeError, RecursionError):
            pass  # a text that begins like this
    told = int(float(start)) if _NUMBER.fullmatch(start) else None
    target = {"text": answer, "start": told, "also": [said for said in also if said != answer.strip()]}
    return json.dumps(target, ensure_ascii=False) if answer.strip() else NO_ANSWER


def placed(context: str, answers: Sequence[str], start: int | None, where: str) -> str:
    """The target, at the place of the first of the right answers that is nearest to where it was said to be, else its first.

    Raises: StudioError where the context does not hold the answer.
    """
    shift = len(answers[0]) - len(answers[0].lstrip())
    said = answers[0].strip()
    if not said:
        return NO_ANSWER
    told = max(0, start + shift) if start is not None and start >= 0 else 0
    places = [place for place in (context.rfind(said, 0, told + len(said)), context.find(said, told)) if place >= 0]
    if not places:
        fix = "Spell the answer as the context does; leave it empty where the context has none."
        raise StudioError(f"The answer “{said[:60]}” is not in its context", where=where, fix=fix)
    return written(said, min(places, key=lambda place: (abs(place - told), place)), answers[1:])


def normal(text: str) -> str:
    """Lower case, without punctuation, articles and extra spaces. Source: the SQuAD 2.0 evaluation script."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_SIGNS)).split())


def words(text: str, *, unspaced: bool = False) -> list[str]:
    """What of an answer is compared. Source: the SQuAD 2.0 evaluation script.

    In an `unspaced` text, as of Chinese or Thai, each letter of such a script is a word, and no sign counts, whatever
    script it is of. Source: `mixed_segmentation` of the MLQA evaluation script, for more scripts than Chinese.
    """
    return words_of(text) if unspaced else normal(text).split()


def exact(right: str, said: str, *, unspaced: bool = False) -> float:
    """1 where both are the same. Source: `compute_exact` of the SQuAD 2.0 evaluation script."""
    return float(words(right, unspaced=unspaced) == words(said, unspaced=unspaced))


def overlap(right: str, said: str, *, unspaced: bool = False) -> float:
    """F1 of the words. Source: `compute_f1` of the SQuAD 2.0 evaluation script."""
    ours, theirs = words(right, unspaced=unspaced), words(said, unspaced=unspaced)
    if not ours or not theirs:
        return float(ours == theirs)
    common = (Counter(ours) & Counter(theirs)).total()
    return 2 * common / (len(ours) + len(theirs))


def nearest(measure: Callable[..., float], right: Sequence[str], said: str, *, unspaced: bool = False) -> float:
    """By the right answer that is nearest. Source: `metric_max_over_ground_truths` of the SQuAD evaluation script."""
    return max(measure(each, said, unspaced=unspaced) for each in right)
