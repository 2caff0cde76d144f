"""What an errand adds to a question: a bound for what is read into memory, and a credential that nobody reads again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from feeds.gtfs_rt.message import MessageLimits
from hub.errors import AddressForbidden, TooLarge
from hub.fetching.client import Fetcher
from hub.fetching.credentials import Bearer, ClientCredentials, Credential
from hub.fetching.questions import Ask
from hub.records.feed_models import Source
from hub.services import errands as module
from hub.services.errands import Errands
from tests.hub.servers import GOOD, TOKEN, Page, Server

NOON = dt.datetime(2026, 9, 15, 12, tzinfo=dt.UTC)
KEY = "c4nary-key-of-the-hub"


def near(most_bytes: int = 1 << 20) -> Fetcher:
    return Fetcher(most_bytes=most_bytes, most_s=5.0, allow_private=True, sleep=lambda _: None)


def errands(standard: str, url: str, credential: Credential | None = None) -> Errands:
    source = Source(slug="x", standard=standard, url=url, auth={}, registered_at=NOON)
    return Errands(near(), "x", NOON, source, credential)


@pytest.mark.parametrize(("standard", "is_bound"), [("gbfs", True), ("gtfs-rt", True), ("gtfs", False), ("mds", False)])
def test_what_is_read_into_memory_is_bound_below_what_an_archive_may_have(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, standard: str, is_bound: bool
) -> None:
    monkeypatch.setattr(module, "_MOST_BYTES", dict.fromkeys(module._MOST_BYTES, len(GOOD)))
    server.shelf["/fits"], server.shelf["/more"] = Page(GOOD), Page(GOOD + b"!")
    asking = errands(standard, server.url("/fits"))
    assert asking.ask("", server.url("/fits"), tmp_path / "fits").size == len(GOOD)
    if is_bound:
        with pytest.raises(TooLarge):
            asking.ask("", server.url("/more"), tmp_path / "more")
        assert not (tmp_path / "more").exists()
    else:
        assert asking.ask("", server.url("/more"), tmp_path / "more").size == len(GOOD) + 1


def test_the_bounds_are_those_of_the_readers() -> None:
    assert {"gbfs": 64 << 20, "gtfs-rt": MessageLimits().bytes} == module._MOST_BYTES


def test_a_question_may_not_raise_the_bound_of_the_fetcher(server: Server, tmp_path: Path) -> None:
    server.shelf["/more"] = Page(GOOD)
    with pytest.raises(TooLarge):
        near(len(GOOD) - 1).ask(Ask(server.url("/more"), most_bytes=1 << 20), tmp_path / "more")


def test_an_address_that_is_refused_unasked_repeats_no_credential(tmp_path: Path) -> None:
    asking = errands("gbfs", "https://bikes.example/", Credential("https://bikes.example:443", Bearer(KEY)))
    with pytest.raises(AddressForbidden) as refusal:
        asking.ask("station_status", f"ftp://bikes.example/{KEY}/station_status.json", tmp_path / "x")
    assert KEY not in str(refusal.value)
    assert str(refusal.value).startswith("ftp://bikes.example/…/station_status.json: only http and https")


def test_a_document_is_cleaned_of_the_key_and_of_the_token_that_was_got_with_it(server: Server, tmp_path: Path) -> None:
    url = server.url("/feed")
    server.shelf["/feed"] = Page(GOOD)
    client = ClientCredentials(server.url("/token"), "bikes", KEY)
    asking = errands("gbfs", url, Credential(server.url("").rstrip("/"), client))
    assert asking.clean(f'"{KEY}" "{TOKEN}"'.encode()) == f'"…" "{TOKEN}"'.encode(), "no token was got yet"
    asking.ask("gbfs", url, tmp_path / "x")
    (token,) = server.tokens
    said = f'{{"url": "{url}?k={KEY}&t={token}", "name": "Vélo \\u00e9", "n": 1}} \xff'.encode("latin-1")
    assert asking.clean(said) == said.replace(KEY.encode(), "…".encode()).replace(token.encode(), "…".encode())
    assert errands("gbfs", url).clean(said) is said
