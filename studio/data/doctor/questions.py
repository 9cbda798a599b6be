"""Questions with their answers in a text: answers that are not there, or not where they are said to be."""

import re
from collections.abc import Iterator

from studio.config import Edit
from studio.data.doctor.finding import Finding, Patient, dropping, writing
from studio.data.masking import cited
from studio.data.phrases import counted

_NUMBER = re.compile(r"\s*[-+]?\d+(?:\.0+)?\s*")


def answers(patient: Patient) -> Iterator[Finding]:
    """Answers that their context does not hold, that it spells in another way, or that start elsewhere."""
    context, answer, start = (patient.role(name) for name in ("context", "answer", "answer_start"))
    if not context or not answer:
        return
    rows = zip(patient.rows, patient.column(context), patient.column(answer), strict=True)
    missing = {row: (text, said) for row, text, said in rows if said.strip() and said not in text}
    spelled = {row: found for row, (text, said) in missing.items() if (found := _as_spelled(text, said))}
    if spelled:
        yield _spelled(patient, answer, {row: missing[row][1] for row in spelled}, spelled)
    lost = {row: said for row, (_, said) in missing.items() if row not in spelled}
    if lost:
        yield _lost(patient, lost)
    if start:
        yield from _starts(patient, (context, answer, start), set(missing))
    else:
        yield from _ambiguous(patient, context, answer)


def _as_spelled(text: str, said: str) -> str:
    """The answer as its context writes it, where only case, spaces or final punctuation differ; empty where it is not there."""
    words = [re.escape(word) for word in said.strip().rstrip(".,;:!?").split()]
    found = re.search(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", text, re.IGNORECASE) if words else None
    return found[0] if found else ""


def _spelled(patient: Patient, column: str, said: dict[int, str], spelled: dict[int, str]) -> Finding:
    row = next(iter(spelled))
    text = (
        f"{counted(len(spelled), 'answer')} {'is' if len(spelled) == 1 else 'are'} spelled in another way than in the text, as "
        f"“{cited(said[row], 60)}” for “{cited(spelled[row], 60)}” (row {row:,})."
    )
    why = "The model answers with a piece of the text; an answer that is no piece of it cannot be learned."
    fix = writing("answer-spelling", f"Spell {counted(len(spelled), 'answer')} as in the text", column, spelled)
    return Finding(
        "answer-spelling", "warning", "Answers spelled in another way than in the text", text, why,
        tuple(spelled), patient.share(len(spelled)), fix,
    )  # fmt: skip


def _lost(patient: Patient, lost: dict[int, str]) -> Finding:
    row, said = next(iter(lost.items()))
    are = "is" if len(lost) == 1 else "are"
    text = f"{counted(len(lost), 'answer')} {are} not in the text that should hold them, as “{cited(said, 80)}” (row {row:,})."
    why = "The model answers with a piece of the text; where the answer is not in it, there is nothing to find."
    fix = dropping("answer-missing", f"Remove {counted(len(lost), 'row')} without their answer", lost)
    return Finding(
        "answer-missing",
        "warning",
        "Answers that are not in their text",
        text,
        why,
        tuple(lost),
        patient.share(len(lost)),
        fix,
    )


def _ambiguous(patient: Patient, context: str, answer: str) -> Iterator[Finding]:
    """Answers that stand in their text several times, where nothing says which place is meant."""
    cells = zip(patient.rows, patient.column(context), patient.column(answer), strict=True)
    several = {row: said for row, text, said in cells if said.strip() and text.count(said.strip()) > 1}
    if not several:
        return
    row, said = next(iter(several.items()))
    stand = "stands" if len(several) == 1 else "stand"
    text = f"{counted(len(several), 'answer')} {stand} in the text several times, as “{cited(said, 60)}” (row {row:,})"
    text += "; the first place is learned."
    why = "Where another place answers the question, a column with the start of the answer (in characters) says so."
    title = "Answers that stand in several places"
    yield Finding("answer-ambiguous", "info", title, text, why, tuple(several), patient.share(len(several)))


def _starts(patient: Patient, columns: tuple[str, str, str], missing: set[int]) -> Iterator[Finding]:
    cells = zip(patient.rows, *(patient.column(name) for name in columns), strict=True)
    wrong: dict[int, tuple[str, str, str]] = {}
    for row, text, said, start in cells:
        if said.strip() and row not in missing and not _is_at(text, said, start):
            wrong[row] = (text, said, start)
    if not wrong:
        return
    right = {row: str(_nearest(*cells)) for row, cells in wrong.items()}
    row = next(iter(wrong))
    _, said, start = wrong[row]
    text = (
        f"{counted(len(wrong), 'answer')} {'does' if len(wrong) == 1 else 'do'} not start where column “{columns[2]}” says, as "
        f"“{cited(said, 60)}”: at {right[row]}, not at “{cited(start, 20)}” (row {row:,})."
    )
    kind = "answer-start"
    fix = Edit(kind=kind, title=f"Write the right start of {counted(len(right), 'answer')}", cells={columns[2]: right})
    why = "The model would learn to point at another place of the text."
    yield Finding(
        kind, "warning", "Answers that start elsewhere", text, why, tuple(wrong), patient.share(len(wrong)), fix
    )


def _is_at(text: str, said: str, start: str) -> bool:
    at = int(float(start)) if _NUMBER.fullmatch(start) else -1
    return at >= 0 and text.startswith(said, at)


def _nearest(text: str, said: str, start: str) -> int:
    """Where the answer begins; of several places the one nearest to what was said."""
    told = int(float(start)) if _NUMBER.fullmatch(start) else 0
    before, after = text.rfind(said, 0, max(0, told) + len(said)), text.find(said, max(0, told))
    return min((place for place in (before, after, text.find(said)) if place >= 0), key=lambda place: abs(place - told))


CHECKS = (answers,)
