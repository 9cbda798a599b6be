"""Real files damaged in known ways, and what the table reader made of them: `python benchmarks/messy.py [kind …]`.

Every kind of damage (benchmarks/damage/) is done to the same real files with a seed, so that the table they held is known.
What comes back is `exact`, `stated` (it differs only where the notes or problems say so), `refused` with what to do, or
SILENTLY WRONG; `not accepted` is a refusal or statement where a careful person expects better. Ends with an error for
anything but the first three.

    python benchmarks/messy.py --family content     one family
    python benchmarks/messy.py "CR" "blank rows" -v  two kinds, with every verdict
    python benchmarks/messy.py --keep FOLDER         keep the files that came back wrong
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from damage import containers, content, header, letters, lines, objects, quotes, rows
from damage.judge import Verdict, judge
from damage.kinds import BAD, OUTCOMES, STATED, Case, Kind, Source
from damage.writing import sources

ROOT = Path(__file__).resolve().parents[1]
_MODULES = (letters, lines, header, quotes, rows, content, containers, objects)
KINDS = [kind for module in _MODULES for kind in module.KINDS.every]


def main() -> int:
    """0 when no file came back wrong."""
    options = _options()
    kinds = [kind for kind in KINDS if _is_wanted(kind, options)]
    tables = sources(Path(options.data))
    began = time.monotonic()
    width = max(len(kind.name) for kind in kinds)
    print(f"{'kind':{width}}  " + "  ".join(OUTCOMES) + "  rows named")
    family, total, bad, slow = "", Counter[str](), [], []
    with tempfile.TemporaryDirectory() as scratch:
        for kind in kinds:
            if kind.family != family:
                family = kind.family
                print(f"-- {family}")
            found = list(_verdicts(kind, tables, options.seed, Path(scratch)))
            total.update(verdict.outcome for _, _, verdict in found)
            print(_line(kind, [verdict for _, _, verdict in found], width), flush=True)
            bad += [(kind, source, case, verdict) for source, case, verdict in found if verdict.outcome in BAD]
            slow += [(verdict.seconds, kind.name, source.name) for source, _, verdict in found]
            if options.verbose:
                _tell((kind, source, verdict) for source, _, verdict in found)
        print(f"\n{len(kinds)} kinds, {total.total()} files, {time.monotonic() - began:.0f} s;", _counts(total))
        print("slowest:", ", ".join(f"{name} of {file} {seconds:.2f} s" for seconds, name, file in sorted(slow)[-3:]))
        _report(bad, options, Path(scratch))
    return 1 if bad else 0


def _is_wanted(kind: Kind, options: argparse.Namespace) -> bool:
    return (not options.kinds or kind.name in options.kinds) and options.family in ("", kind.family)


def made(kind: Kind, source: Source, seed: int) -> Case | None:
    """The same file for the same seed, whatever else is made."""
    return kind.make(source, random.Random(f"{seed} {kind.name} {source.name}"))


def _verdicts(kind: Kind, tables: list[Source], seed: int, folder: Path) -> Iterator[tuple[Source, Case, Verdict]]:
    for source in tables:
        if (case := made(kind, source, seed)) is not None:
            yield source, case, judge(kind, case, folder)


def _line(kind: Kind, verdicts: list[Verdict], width: int) -> str:
    counts = Counter(verdict.outcome for verdict in verdicts)
    named = sum(verdict.differing for verdict in verdicts if verdict.outcome == STATED)
    cells = [f"{counts[outcome] or '·':>{len(outcome)}}" for outcome in OUTCOMES]
    return f"{kind.name:{width}}  " + "  ".join(cells) + f"  {named or '·':>10}"


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES)


def _tell(found: Iterator[tuple[Kind, Source, Verdict]]) -> None:
    for kind, source, verdict in found:
        if verdict.why:
            print(f"    {kind.name} / {source.name}: {verdict.outcome}: {verdict.why[:600]}")


def _report(bad: list[tuple[Kind, Source, Case, Verdict]], options: argparse.Namespace, folder: Path) -> None:
    """Each wrong case, and for every kind the smallest file that is still wrong."""
    last = ""
    for kind, source, case, verdict in bad:
        if kind.name != last:
            last = kind.name
            print(f"\n{kind.family}: {kind.name}. {kind.careful}")
            if small := _smallest(kind, source, verdict.outcome, options.seed, folder):
                print(f"  smallest: {small[0].data!r}\n       -> {small[1].outcome}: {small[1].why[:500]}")
        print(f"  {source.name}: {verdict.outcome}: {verdict.why[:400]}")
        if options.keep:
            kept = Path(options.keep) / f"{kind.name}-{source.name}{Path(case.name).suffix}".replace("/", "_")
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(case.data)


def _smallest(kind: Kind, source: Source, outcome: str, seed: int, folder: Path) -> tuple[Case, Verdict] | None:
    """The same damage done to fewer rows and shorter cells, where it still goes wrong."""
    for count in (3, 4, 6, 9, 15):
        for most in (6, 12, 30):
            short = [[cell[:most] if most < 30 else cell[:60] for cell in row] for row in source.rows[:count]]
            less = replace(source, columns=[name[:8] for name in source.columns], rows=short)
            try:
                case = made(kind, less, seed)
            except (IndexError, ValueError):  # too little left to damage
                continue
            if case is not None and (verdict := judge(kind, case, folder)).outcome == outcome:
                return (case, verdict) if len(case.data) < 3000 else None
    return None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="names of kinds; all without")
    parser.add_argument("--family", default="", choices=("encodings", "structure", "content", "containers"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="", metavar="FOLDER", help="write the files that came back wrong there")
    parser.add_argument("--data", default=str(ROOT.parent / "shared" / "data"))
    parser.add_argument("--verbose", "-v", action="store_true", help="say what was stated or refused, too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
