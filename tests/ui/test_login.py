"""Who may serve the page to whom."""

import pytest

from studio.errors import StudioError
from studio.ui.server import checked_address, login_from_environment


def test_the_login_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("STUDIO_AUTH", "ada:s3:cret")
    assert login_from_environment() == (("ada", "s3:cret"),)
    monkeypatch.delenv("STUDIO_AUTH")
    assert login_from_environment() == ()


@pytest.mark.parametrize("wrong", ["ada", "ada:", ":secret", ":"])
def test_half_a_login_is_refused_and_not_ignored(monkeypatch, wrong):
    monkeypatch.setenv("STUDIO_AUTH", wrong)
    with pytest.raises(StudioError, match="STUDIO_AUTH"):
        login_from_environment()


def test_a_public_address_needs_a_login(monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    with pytest.raises(StudioError, match="open to everyone"):
        checked_address("0.0.0.0", (), allow_open=False)
    assert checked_address("0.0.0.0", (("ada", "secret"),), allow_open=False) == "0.0.0.0"
    assert checked_address("127.0.0.1", (), allow_open=False) == "127.0.0.1"
