"""What is said of real labeled files: what is there, and nothing else. Skipped where the files are not."""

import pytest

from studio.data.doctor import diagnose

from .real_tables import real_files, real_patient

REPEATS = {"repeated-rows", "near-repeats", "numbered-repeats", "similar-texts", "near-contradictions"}
OVERLAP = {"test-overlap", "test-overlap-similar"}
TRACES = {"html", "hidden-characters", "mojibake", "personal-data", "short-texts", "imbalance"}
"""Each of these was looked at by hand when the check was written: they are in the files."""


@pytest.mark.parametrize("path", real_files(), ids=lambda path: path.name)
def test_only_what_is_there(path):
    found = diagnose(real_patient(path))
    assert {finding.kind for finding in found} <= REPEATS | OVERLAP | TRACES
    assert not [finding for finding in found if finding.severity == "error"]
    for finding in found:
        assert len(finding.text) < 600
        assert finding.why
