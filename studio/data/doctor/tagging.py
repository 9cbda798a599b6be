"""Words with tags: as many tags as words, and tags that follow each other as they can.

Source: Ramshaw and Marcus (1995), "Text chunking using transformation-based learning": B- begins an entity and I- goes on with it.
In their first scheme (IOB1), B- stands only where two entities touch; such a table is left alone.
"""

import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.config import Edit
from studio.data.doctor.finding import Finding, Patient, blank, dropping
from studio.data.doctor.scan import taken
from studio.data.doctor.tag_runs import Tagged, looked_through, spaced, split_up, word_counts
from studio.data.masking import cited
from studio.data.phrases import counted

_OTHER_SCHEME = 0.2
"""Where more entities than this begin with I-, that is the scheme and no mistake."""


def sentences(patient: Patient) -> Iterator[Finding]:
    """One sentence a row: words and tags in a column each."""
    tokens, tags = patient.role("tokens"), patient.role("tags")
    if not tokens or not tags:
        return
    quick = spaced(patient.cells(tags))
    is_quick = ~blank(quick) & (_spaces(quick) + 1 == word_counts(patient.cells(tokens)))
    places, rest = np.flatnonzero(is_quick), np.flatnonzero(~is_quick)
    uneven: dict[int, tuple[int, int]] = {}
    parts: dict[int, list[str]] = {}
    both = (taken(patient.cells(name), rest) for name in (tokens, tags))
    for place, words, said in zip(rest.tolist(), *both, strict=True):
        counts = _counts(words, said)
        if counts[0] != counts[1]:
            uneven[patient.rows[place]] = counts
        else:
            parts[place] = _parts(said)
    if uneven:
        yield _uneven(patient, uneven)
    line, lengths = split_up(quick.take(pa.array(places)))
    line = pa.concat_arrays([line, pa.array([tag for said in parts.values() for tag in said], pa.large_string())])
    more = np.fromiter(map(len, parts.values()), np.int64)
    owners = np.repeat(np.append(places, np.fromiter(parts, np.int64)), np.append(lengths.astype(np.int64), more))
    seen = looked_through(line, np.diff(owners, prepend=-1) != 0)
    if seen.wrong.any() and not _is_other_scheme(seen):
        broken = np.unique(owners[seen.wrong])
        before = taken(patient.cells(tags), broken)
        mended = {row: _begun(_parts(said)) for row, said in zip(patient.numbers(broken.tolist()), before, strict=True)}
        written = {row: _written(said, fixed) for (row, fixed), said in zip(mended.items(), before, strict=True)}
        yield _broken(patient, tags, written, " ".join(_parts(before[0])), " ".join(next(iter(mended.values()))))


def words(patient: Patient) -> Iterator[Finding]:
    """One word a row: a word and its tag, and which sentence it is in."""
    token, tag, sentence = patient.role("token"), patient.role("tag"), patient.role("sentence_id", "sentence")
    if not token or not tag:
        return
    said = pc.utf8_trim_whitespace(patient.cells(tag))
    if sentence:
        ids = pc.dictionary_encode(patient.cells(sentence)).indices.to_numpy()
        starts = np.diff(ids, prepend=-1) != 0
    else:  # an empty line of the file is a gap in the rows' numbers
        starts = np.diff(np.asarray(patient.rows, np.int64), prepend=-1) > 1
    seen = looked_through(said, starts)
    places = np.flatnonzero(seen.wrong)
    if not len(places) or _is_other_scheme(seen):
        return
    fixed = (f"B-{each[2:]}" for each in taken(said, places))
    start = int(np.flatnonzero(starts[: places[0] + 1])[-1]) if starts[: places[0] + 1].any() else 0
    end = int(np.append(np.flatnonzero(starts[places[0] + 1 :]), len(said))[0]) + int(places[0]) + 1
    first = taken(said, range(start, min(end, len(said))))
    mended = dict(zip(patient.numbers(places.tolist()), fixed, strict=True))
    yield _broken(patient, tag, mended, " ".join(first), " ".join(_begun(first)))


def _spaces(cells: pa.Array) -> np.ndarray:
    found: np.ndarray = pc.count_substring(cells, " ").to_numpy(zero_copy_only=False)
    return found


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


def _is_other_scheme(seen: Tagged) -> bool:
    wrong = int(seen.wrong.sum())
    return wrong > _OTHER_SCHEME * (seen.begins + wrong)


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
        f"“{cited(before, 60)}”, which should be “{cited(after, 60)}”."
    )
    why = "An entity that does not begin is counted in one way here and in another there."
    fix = Edit(kind="tag-order", title=f"Begin them with B- in {counted(len(cells), 'row')}", cells={column: cells})
    rows = tuple(cells)
    return Finding("tag-order", "warning", "Entities that do not begin", text, why, rows, patient.share(len(rows)), fix)


CHECKS = (sentences, words)
