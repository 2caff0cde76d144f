"""Credentials of feeds: how each kind is told, to whom, and that nobody else ever reads one."""

from __future__ import annotations

import io
import json
import logging
import sys
import zipfile
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import FeedError
from hub.cli import main
from hub.errors import AddressForbidden, BadRequest, Conflict, FetchError, NotFound, StorageError
from hub.fetch import Ask
from hub.fetching.credentials import Basic, Bearer, ClientCredentials, Credential, InHeader, InQuery, Way, without
from hub.fetching.tokens import Tokens
from hub.fetching.urls import origin
from hub.records import Records, sealing
from hub.records import held as held_records
from hub.records.feed_models import Source
from hub.records.models import Base
from hub.sealing import Opener
from hub.services import credentials
from hub.services.back import Back
from hub.services.front import Front
from hub.services.ingest import ingest
from tests.hub.servers import GOOD, TOKEN, Asked, Page, Server
from tests.hub.test_fetch import near
from tests.hub.test_fetch_manners import Time
from tests.hub.test_fetch_records import BIKES, NOON, back, migrated, register, system  # noqa: F401 - two fixtures

CANARY = "c4nary/+é"
ASCII_CANARY = "c4nary/+="


def names(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def pair(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@dataclass(frozen=True)
class Told:
    """A way, and how a server knows that it was told so."""

    way: Way
    lets_in: Callable[[Asked], bool]


WAYS = {
    "header": Told(InHeader("X-Api-Key", ASCII_CANARY), lambda asked: asked.headers.get("x-api-key") == ASCII_CANARY),
    "bearer": Told(Bearer(ASCII_CANARY), lambda asked: asked.headers.get("authorization") == f"Bearer {ASCII_CANARY}"),
    "basic": Told(Basic(CANARY, CANARY), lambda asked: asked.headers.get("authorization") == pair(CANARY, CANARY)),
    "query": Told(InQuery("api key", CANARY), lambda asked: parse_qs(asked.query).get("api key") == [CANARY]),
    "oauth2": Told(
        ClientCredentials("", CANARY, CANARY, "feeds"),
        lambda asked: asked.headers.get("authorization", "").endswith(TOKEN),
    ),
}


def credential(server: Server, kind: str, *, host: str = "127.0.0.1") -> Credential:
    way = WAYS[kind].way
    if isinstance(way, ClientCredentials):
        way = replace(way, token_url=server.url("/token"))
    return Credential(origin(server.url("/", host=host)), way)


@pytest.mark.parametrize("kind", WAYS)
def test_each_kind_lets_the_hub_in(server: Server, tmp_path: Path, kind: str) -> None:
    server.shelf["/private.zip"] = Page(GOOD, lets_in=WAYS[kind].lets_in)
    url = server.url("/private.zip?format=gtfs%20x&api+key=old")
    with pytest.raises(FetchError, match="status 401"):
        near().ask(Ask(url), tmp_path / "feed")
    answer = near().ask(Ask(url, credential=credential(server, kind)), tmp_path / "feed")
    assert (tmp_path / "feed").read_bytes() == GOOD
    assert "format=gtfs%20x" in server.asked[-1].query
    assert "canary" not in repr(answer)
    assert "canary" not in repr(credential(server, kind))
    assert "canary" not in repr(Ask(url + "&k=canary", credential=credential(server, kind)))


@pytest.mark.parametrize("kind", WAYS)
def test_a_credential_goes_to_its_own_origin_and_no_further(server: Server, tmp_path: Path, kind: str) -> None:
    server.shelf["/private.zip"] = Page(GOOD, lets_in=WAYS[kind].lets_in)
    fetcher, mine = near(resolve=names), credential(server, kind, host="feeds.example")
    elsewhere = server.url("/private.zip", host="elsewhere.example")
    for url in (elsewhere, server.url(f"/redirect?to={elsewhere}", host="feeds.example")):
        server.asked.clear()
        with pytest.raises(FetchError, match=r"401; the credential is for http://feeds\.example:\d+ alone"):
            fetcher.ask(Ask(url, credential=mine), tmp_path / "feed")
        assert not WAYS[kind].lets_in(server.asked[-1])
        assert all(secret not in str(server.asked[-1]) for secret in mine.way.secrets)
    here = server.url("/redirect?to=/private.zip", host="feeds.example")
    assert fetcher.ask(Ask(here, credential=mine), tmp_path / "feed").size == len(GOOD)


@pytest.mark.parametrize("kind", ["header", "query"])
def test_a_server_that_writes_the_secret_into_a_redirect_elsewhere_is_not_followed(
    server: Server, tmp_path: Path, kind: str
) -> None:
    mine = credential(server, kind, host="feeds.example")
    elsewhere = quote(server.url(f"/feed.zip?k={quote(mine.way.secrets[0], safe='')}", host="elsewhere.example"))
    ask = Ask(server.url(f"/redirect?to={elsewhere}", host="feeds.example"), credential=mine)
    with pytest.raises(AddressForbidden, match="holds the credential") as caught:
        near(resolve=names).ask(ask, tmp_path / "feed")
    assert "c4nary" not in str(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("kind", WAYS)
def test_what_a_server_echoes_is_not_repeated(server: Server, tmp_path: Path, kind: str) -> None:
    mine = credential(server, kind)
    secrets = mine.way.secrets
    told = [repr(near().ask(Ask(server.url("/echo"), credential=mine), tmp_path / "feed"))]
    # Led to an address of its own into which it wrote the secret: the error names the address.
    there = quote(f"/missing/{quote(secrets[0], safe='')}")
    with pytest.raises(FetchError, match=r"/missing/.*status 404") as caught:
        near().ask(Ask(server.url(f"/redirect?to={there}"), credential=mine), tmp_path / "feed")
    fault = caught.value
    told.append(f"{fault} {fault!r} {fault.__cause__!r} {fault.__context__!r}")
    for word in ("c4nary", "canary", *secrets, *(quote(one, safe="") for one in secrets)):
        assert not any(word in text for text in told)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(secret=st.text(min_size=6, max_size=20), around=st.text(max_size=20))
def test_no_spelling_of_a_secret_stays_in_a_text(secret: str, around: str) -> None:
    for spelled in (secret, quote(secret, safe=""), quote(secret, safe="").lower(), json.dumps(secret)[1:-1]):
        told = without([secret], f"{around}<{spelled}>")
        assert f"<{spelled}>" not in told
    assert without(["absent-from-it"], around) == around


def test_a_user_who_is_called_like_something_else_changes_no_text() -> None:
    text = "https://api.bikes.example/bikes.json"
    assert without(Basic("bikes", "s3cret!").secrets, text) == text
    assert without(ClientCredentials("https://id.example/", "bikes", "s3cret!").secrets, text) == text
    assert without(Basic("k3y-alone", "").secrets, "?k=k3y-alone") == "?k=…"


# OAuth 2.0


def of_a_client(server: Server, **changes: Any) -> Credential:
    way = ClientCredentials(server.url("/token"), "client id", "s3cret:x", "feeds read")
    return Credential(origin(server.url("/")), replace(way, **changes))


def test_a_token_is_asked_for_as_the_standard_says_and_kept_until_it_expires(server: Server, tmp_path: Path) -> None:
    clock = Time()
    server.shelf["/a.zip"] = Page(GOOD, lets_in=WAYS["oauth2"].lets_in)
    fetcher = near(tokens=Tokens(clock.monotonic))
    for _ in range(3):
        fetcher.ask(Ask(server.url("/a.zip"), credential=of_a_client(server)), tmp_path / "feed")
    assert server.paths() == {"/token": 1, "/a.zip": 3}
    first = server.asked[0]
    assert first.headers["authorization"] == pair("client+id", "s3cret%3Ax")
    assert parse_qs(first.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["feeds read"]}
    clock.sleep(3600 - 31)
    fetcher.ask(Ask(server.url("/a.zip"), credential=of_a_client(server)), tmp_path / "feed")
    assert server.paths()["/token"] == 1
    clock.sleep(2)
    fetcher.ask(Ask(server.url("/a.zip"), credential=of_a_client(server)), tmp_path / "feed")
    assert server.paths()["/token"] == 2


def test_a_token_that_is_refused_is_renewed_once(server: Server, tmp_path: Path) -> None:
    fetcher = near()
    server.shelf["/a.zip"] = Page(GOOD, lets_in=lambda asked: f"tok-{wanted}-" in asked.headers["authorization"])
    wanted = 1
    assert fetcher.ask(Ask(server.url("/a.zip"), credential=of_a_client(server)), tmp_path / "feed").tries == 1
    assert server.paths() == {"/token": 2, "/a.zip": 2}
    wanted = 99
    with pytest.raises(FetchError, match="status 401"):
        fetcher.ask(Ask(server.url("/a.zip"), credential=of_a_client(server)), tmp_path / "feed")
    assert server.paths() == {"/token": 3, "/a.zip": 4}


def test_threads_that_want_a_token_wait_for_one_request(server: Server, tmp_path: Path) -> None:
    server.shelf["/a.zip"] = Page(GOOD, lets_in=WAYS["oauth2"].lets_in)
    fetcher, mine = near(), of_a_client(server)

    def one(number: int) -> int:
        return fetcher.ask(Ask(server.url("/a.zip"), credential=mine), tmp_path / str(number)).status

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(one, range(6))) == [200] * 6
    assert server.paths() == {"/token": 1, "/a.zip": 6}


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/feed.zip", "answered without a token"),
        ("/status?code=400", "gave no token, status 400"),
        ("/token-elsewhere?to=/token", "gave no token, status 307"),
        ("/ten-gigabytes", "more than 65536 bytes"),
    ],
)
def test_a_tokens_server_that_gives_none_is_named_and_led_nowhere(
    server: Server, tmp_path: Path, path: str, sentence: str
) -> None:
    mine = of_a_client(server, token_url=server.url(path))
    with pytest.raises(FetchError, match=sentence) as caught:
        near().ask(Ask(server.url("/a.zip"), credential=mine), tmp_path / "feed")
    assert "s3cret" not in str(caught.value)
    assert len(server.asked) == 1


def test_a_tokens_address_is_guarded_as_every_other(server: Server, tmp_path: Path) -> None:
    mine = of_a_client(server, token_url="http://169.254.169.254/token")
    fetcher = near(allow_private=False, resolve=lambda host, port: [host])
    with pytest.raises(AddressForbidden):
        fetcher.ask(Ask(server.url("/a.zip"), credential=mine), tmp_path / "feed")
    assert server.asked == []


# At rest


@pytest.fixture
def front(records: Records) -> Front:
    with records.write() as session:
        session.add(Source(slug="bus", standard="gtfs", url="https://Feeds.example/a", auth={}, registered_at=NOON))
        sealing.tell(session, OPENER.sealer(), at=NOON)
    return Front(records, None, lambda: NOON)  # type: ignore[arg-type]  # nothing is released here


OPENER = Opener(bytes(range(32)))


def source_of(front: Front, slug: str = "bus") -> Source:
    with front.records.read() as session:
        return session.get_one(Source, slug)


GIVEN: list[tuple[str, dict[str, str], dict[str, str], Way]] = [
    ("header", {"name": "X-Key"}, {"value": "v4lue"}, InHeader("X-Key", "v4lue")),
    ("bearer", {}, {"token": "t0ken"}, Bearer("t0ken")),
    ("basic", {}, {"user": "u", "password": "p4ss é"}, Basic("u", "p4ss é")),
    ("basic", {}, {"user": "k3y-alone"}, Basic("k3y-alone", "")),
    ("query", {"name": "key"}, {"value": "v4lue&"}, InQuery("key", "v4lue&")),
    (
        "oauth2",
        {"token_url": "https://id.example/token"},
        {"client": "c", "secret": "s"},
        ClientCredentials("https://id.example/token", "c", "s"),
    ),
]


def test_what_is_sealed_is_opened_by_the_key_and_shown_to_nobody(front: Front) -> None:
    for kind, facts, secrets, way in GIVEN:
        shown = credentials.put(front, "bus", kind, facts, secrets)
        assert shown == {"kind": kind, "origin": "https://feeds.example:443", **facts}
        assert credentials.show(front, "bus") == shown
        source = source_of(front)
        assert credentials.opened(source, OPENER) == Credential("https://feeds.example:443", way)
        assert not any(value.encode() in (source.secret or b"") for value in secrets.values() if len(value) > 1)
        with pytest.raises(StorageError):
            credentials.opened(source, Opener(bytes(32)))
    assert credentials.remove(front, "bus")
    assert not credentials.remove(front, "bus")
    assert credentials.show(front, "bus") == {}
    assert source_of(front).secret is None


def test_another_credential_lets_all_be_asked_for_anew(front: Front) -> None:
    for change in (
        lambda: credentials.put(front, "bus", "bearer", {}, {"token": "t0ken"}),
        lambda: credentials.remove(front, "bus"),
    ):
        with front.records.write() as session:
            held_records.keep(session, "bus", "", at=NOON, url="https://feeds.example/a", digest="0" * 64, size=1)
        change()
        with front.records.read() as session:
            assert held_records.held(session, "bus") == {}


def test_a_secret_follows_no_change_of_address_and_no_swap_of_rows(front: Front) -> None:
    credentials.put(front, "bus", "bearer", {}, {"token": "t0ken"})
    sealed = source_of(front).secret
    with front.records.write() as session:
        session.get_one(Source, "bus").url = "https://elsewhere.example/a"
        theirs = {"kind": "bearer", "origin": "https://theirs.example:443"}
        url = "https://theirs.example/"
        session.add(Source(slug="x", standard="gtfs", url=url, auth=theirs, secret=sealed, registered_at=NOON))
    for slug in ("bus", "x"):
        with pytest.raises(Conflict, match=r"was set for https://feeds\.example:443"):
            credentials.opened(source_of(front, slug), OPENER)


@pytest.mark.parametrize(
    ("kind", "facts", "secrets", "says"),
    [
        ("magic", {}, {}, "is no kind of credential: header, bearer"),
        ("header", {}, {"value": "v"}, "needs name"),
        ("header", {"name": "X"}, {}, "needs value"),
        ("oauth2", {}, {"client": "c"}, "needs token_url, secret"),
        ("bearer", {"name": "X"}, {"token": "t"}, "has no name"),
        ("header", {"name": "Host"}, {"value": "v"}, "is no header that a credential can go into"),
        ("header", {"name": "X\r\nY"}, {"value": "v"}, "one line"),
        ("header", {"name": "X Y"}, {"value": "v"}, "is no header that a credential can go into"),
        ("header", {"name": "X"}, {"value": "v4lue\r\nHost: x"}, "value: one line"),
        ("header", {"name": "X"}, {"value": "v4lué"}, "only ASCII"),
        ("bearer", {}, {"token": " v4lue"}, "without blanks around"),
        ("basic", {}, {"user": "v4lue" * 1000, "password": "p"}, "4096 characters at most"),
        ("oauth2", {"token_url": "https://u:v4lue@id.example/"}, {"client": "c", "secret": "s"}, "without user"),
        ("oauth2", {"token_url": "https://id.example/?k=v4lue"}, {"client": "c", "secret": "s"}, "without user"),
    ],
)
def test_what_could_not_be_sent_is_refused_and_not_repeated(
    kind: str, facts: dict[str, str], secrets: dict[str, str], says: str
) -> None:
    with pytest.raises(BadRequest, match=says) as caught:
        credentials.checked(kind, facts, secrets)
    assert "v4lu" not in str(caught.value)


def test_only_a_registered_feed_has_a_credential(front: Front) -> None:
    for act in (credentials.show, credentials.remove):
        with pytest.raises(NotFound, match="no feed is registered as 'x'"):
            act(front, "x")
    with pytest.raises(NotFound):
        credentials.put(front, "x", "bearer", {}, {"token": "t0ken"})


# Nowhere


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_ALLOW_PRIVATE_ADDRESSES", "true")

    def command(*words: str, given: str = "") -> str:
        monkeypatch.setattr(sys, "argv", ["hub", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        with pytest.raises(SystemExit):
            main()
        told = capsys.readouterr()
        return told.out + told.err

    return command


ON_THE_COMMAND_LINE = {
    "header": (["--name", "X-Api-Key"], [ASCII_CANARY]),
    "bearer": ([], [ASCII_CANARY]),
    "basic": ([], [CANARY, CANARY]),
    "query": (["--name", "api key"], [CANARY]),
    "oauth2": (["--scope", "feeds"], [CANARY, CANARY]),
}


@pytest.mark.parametrize("kind", ON_THE_COMMAND_LINE)
def test_no_output_no_row_and_no_file_holds_a_credential(
    back: Back,  # noqa: F811
    server: Server,
    run: Callable[..., str],
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    caplog.set_level(logging.INFO)
    with back.front.records.write() as session:
        sealing.tell(session, back.opener.sealer(), at=NOON)
    options, secrets = ON_THE_COMMAND_LINE[kind]
    options = [*options, "--token-url", server.url("/token")] if kind == "oauth2" else options
    url = _told_back(server, kind, secrets[0])
    addresses = {BIKES: url, "echo": server.url("/echo"), "gone": server.url("/status?code=403")}
    told = []
    for slug, address in addresses.items():
        register(back, slug, address, "gbfs" if slug == BIKES else "gtfs")
        words = ["feeds", "credentials", "set", slug, "--kind", kind, *options, "--secret-file", "-"]
        told.append(run(*words, given="\n".join(secrets) + "\n"))
        assert "is sealed, for http://127.0.0.1" in told[-1]
    done = ingest(back, url, slug=BIKES)
    assert WAYS[kind].lets_in(server.asked[-1])
    for slug in ("echo", "gone"):
        with pytest.raises((FeedError, FetchError)) as caught:
            ingest(back, addresses[slug], slug=slug)
        told.append(f"{caught.value} {caught.value!r} {caught.value.__cause__!r}")
    for command in ("credentials show", "fetches", "attempts", "findings"):
        told.append(run("feeds", *command.split(), BIKES, "--json"))
    told += [run("feeds", "fetches", "echo"), run("feeds", "attempts", "gone")]
    told += [caplog.text, repr(back), repr(done), *_rows(back)]
    with zipfile.ZipFile(back.vault.raw(done.version.raw_digest)) as packed:
        told += [packed.read(name).decode() for name in packed.namelist()]
    words = ("c4nary", "canary", *secrets, *(quote(one, safe="") for one in secrets), pair(CANARY, CANARY)[6:])
    for text in told:
        for word in words:
            assert word not in text
    assert f"kind {kind}" in run("feeds", "credentials", "show", BIKES)
    assert "its credential is forgotten" in run("feeds", "credentials", "remove", BIKES)
    assert "no credential" in run("feeds", "credentials", "show", BIKES)


def _told_back(server: Server, kind: str, secret: str) -> str:
    """A system that writes the caller's key into its files, addresses and validators, and lets nobody in without it."""
    spelled = quote(secret, safe="")
    url = system(server, named={"system_alerts": server.url(f"/system_alerts.json?api+key={spelled}")})
    server.shelf["/system_alerts.json"] = Page(server.shelf["/station_status.json"].content)
    for page in server.shelf.values():
        page.lets_in, page.etag = WAYS[kind].lets_in, f'"{spelled}"'
        page.content = page.content.replace(b"{", b'{"asked_with": "?k=%s", ' % spelled.encode(), 1)
    return url


def _rows(back: Back) -> list[str]:  # noqa: F811
    with back.front.records.read() as session:
        return [str(tuple(row)) for table in Base.metadata.sorted_tables for row in session.execute(table.select())]


def test_a_secret_is_never_an_argument_and_its_file_is_read_line_by_line(
    back: Back,  # noqa: F811
    run: Callable[..., str],
    tmp_path: Path,
) -> None:
    register(back, BIKES, "https://feeds.example/gbfs.json", "gbfs")
    words = ["feeds", "credentials", "set", BIKES, "--kind", "basic", "--secret-file"]
    assert "start its worker once" in run(*words, "-", given="us3r\nw0rd\n")
    with back.front.records.write() as session:
        sealing.tell(session, back.opener.sealer(), at=NOON)
    assert "one line for each of user, password, and no other; it has 1" in run(*words, "-", given="us3r\n")
    assert "cannot be read" in run(*words, str(tmp_path / "none"))
    (tmp_path / "secret").write_text("us3r\n\n")
    assert "is sealed" in run(*words, str(tmp_path / "secret"))
    with back.front.records.read() as session:
        assert credentials.opened(session.get_one(Source, BIKES), back.opener).way == Basic("us3r", "")
    shown = json.loads(run("feeds", "credentials", "show", BIKES, "--json"))
    assert shown == {"kind": "basic", "origin": "https://feeds.example:443"}


def test_a_file_of_a_system_on_another_host_is_asked_for_without_the_credential(
    back: Back,  # noqa: F811
    server: Server,
) -> None:
    back = replace(back, fetcher=replace(back.fetcher, resolve=names))
    elsewhere = server.url("/station_status.json", host="cdn.example")
    url = system(server, named={"station_status": elsewhere}, host="feeds.example")
    register(back, BIKES, url, "gbfs")
    with back.front.records.write() as session:
        sealing.tell(session, back.opener.sealer(), at=NOON)
    credentials.put(back.front, BIKES, "header", {"name": "X-Api-Key"}, {"value": ASCII_CANARY})
    ingest(back, url, slug=BIKES)
    sent = {one.headers["host"].partition(":")[0]: "x-api-key" in one.headers for one in server.asked}
    assert sent == {"feeds.example": True, "cdn.example": False}
