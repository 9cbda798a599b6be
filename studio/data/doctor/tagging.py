"""Words with tags: as many tags as words, and tags that follow each other as they can.

Source: Ramshaw and Marcus (1995), "Text chunking using transformation-based learning": B- begins an entity and I- goes on with it.
In their first scheme (IOB1), B- stands only where two entities touch; such a table is left alone.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from studio.config import Edit
from studio.data.doctor.finding import Finding, Patient, dropping
from studio.data.phrases import counted, shortened

_OTHER_SCHEME = 0.2
"""Where more entities than this begin with I-, that is the scheme and no mistake."""


def sentences(patient: Patient) -> Iterator[Finding]:
    """One sentence a row: words and tags in a column each."""
    tokens, tags = patient.role("tokens"), patient.role("tags")
    if not tokens or not tags:
        return
    rows: dict[int, list[str]] = {}
    cells: dict[int, str] = {}
    uneven: dict[int, tuple[int, int]] = {}
    for row, words, said in zip(patient.rows, patient.column(tokens), patient.column(tags), strict=True):
        counts = _counts(words, said)
        if counts[0] != counts[1]:
            uneven[row] = counts
        else:
            rows[row], cells[row] = _parts(said), said
    if uneven:
        yield _uneven(patient, uneven)
    mended = {row: fixed for row, said in rows.items() if (fixed := _begun(said)) != said}
    if mended and not _is_other_scheme(rows.values()):
        written = {row: _written(cells[row], fixed) for row, fixed in mended.items()}
        first = next(iter(mended))
        yield _broken(patient, tags, written, " ".join(rows[first]), " ".join(mended[first]))


def words(patient: Patient) -> Iterator[Finding]:
    """One word a row: a word and its tag, and which sentence it is in."""
    token, tag, sentence = patient.role("token"), patient.role("tag"), patient.role("sentence_id", "sentence")
    if not token or not tag:
        return
    tags, rows = patient.column(tag), patient.rows
    ids: Sequence[object] = patient.column(sentence) if sentence else _by_gaps(rows)
    starts = [0, *(place for place, (one, two) in enumerate(pairwise(ids), 1) if one != two), len(tags)]
    parts = [list(map(str.strip, tags[start:end])) for start, end in pairwise(starts)]
    mended: dict[int, str] = {}
    example = ("", "")
    for start, said in zip(starts, parts, strict=False):
        fixed = _begun(said)
        if fixed != said:
            example = example if any(example) else (" ".join(said), " ".join(fixed))
            mended |= {
                rows[start + place]: new for place, (old, new) in enumerate(zip(said, fixed, strict=True)) if old != new
            }
    if mended and not _is_other_scheme(parts):
        yield _broken(patient, tag, mended, *example)


def _by_gaps(rows: Sequence[int]) -> list[int]:
    """A number a row that grows where a line of the file is empty."""
    numbers = [0]
    for one, two in pairwise(rows):
        numbers.append(numbers[-1] + (two - one > 1))
    return numbers[: len(rows)]


def _counts(words: str, tags: str) -> tuple[int, int]:
    """How many words and tags; a space that belongs to a word may be counted or not."""
    exact = (len(_parts(words)), len(_parts(tags)))
    return exact if exact[0] == exact[1] else (len(words.split(" ")) if not _is_list(words) else exact[0], exact[1])


def _is_list(cell: str) -> bool:
    return cell.lstrip().startswith("[") and cell.rstrip().endswith("]")


def _parts(cell: str) -> list[str]:
    """["B-PER", "O"] or B-PER O → the tags."""
    if _is_list(cell):
        try:
            found = json.loads(cell)
        except json.JSONDecodeError:
            found = None
        if isinstance(found, list):
            return list(map(str, found))
    return cell.split()


def _written(before: str, tags: list[str]) -> str:
    return (
        json.dumps(tags, ensure_ascii=False)
        if _is_list(before) and _parts(before) != before.split()
        else " ".join(tags)
    )


def _begun(tags: list[str]) -> list[str]:
    """The tags with a B- where an entity begins with I-."""
    if not any(tag.startswith("I-") for tag in tags):
        return tags
    begun, before = [], ""
    for tag in tags:
        goes_on = before[:2] in ("B-", "I-") and before[2:] == tag[2:]
        begun.append(f"B-{tag[2:]}" if tag.startswith("I-") and not goes_on else tag)
        before = tag
    return begun


def _is_other_scheme(sentences: Iterable[list[str]]) -> bool:
    begins = wrong = 0
    for tags in sentences:
        begins += sum(tag.startswith("B-") for tag in tags)
        wrong += sum(old != new for old, new in zip(tags, _begun(tags), strict=True))
    return wrong > _OTHER_SCHEME * (begins + wrong)


def _uneven(patient: Patient, uneven: dict[int, tuple[int, int]]) -> Finding:
    row, (words, tags) = next(iter(uneven.items()))
    text = (
        f"{counted(len(uneven), 'row')} {'has' if len(uneven) == 1 else 'have'} another number of tags than of words, as row {row:,}: "
        f"{counted(words, 'word')}, {counted(tags, 'tag')}."
    )
    why = "Nobody can say which tag belongs to which word."
    fix = dropping(
        "tag-count", f"Remove {counted(len(uneven), 'row')} with another number of tags than of words", uneven
    )
    return Finding(
        "tag-count",
        "warning",
        "Words and tags of different number",
        text,
        why,
        tuple(uneven),
        patient.share(len(uneven)),
        fix,
    )


def _broken(patient: Patient, column: str, cells: dict[int, str], before: str, after: str) -> Finding:
    text = (
        f"{counted(len(cells), 'row')} {'has' if len(cells) == 1 else 'have'} an entity that begins with I- instead of B-, as "
        f"“{shortened(before, 60)}”, which should be “{shortened(after, 60)}”."
    )
    why = "An entity that does not begin is counted in one way here and in another there."
    fix = Edit(kind="tag-order", title=f"Begin them with B- in {counted(len(cells), 'row')}", cells={column: cells})
    rows = tuple(cells)
    return Finding("tag-order", "warning", "Entities that do not begin", text, why, rows, patient.share(len(rows)), fix)


CHECKS = (sentences, words)
