from __future__ import annotations

import os
import socket
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import httpcore
import pytest

from hub.errors import AddressForbidden, FetchError, StorageError, TooLarge, TooSlow
from hub.fetch import Fetcher, shown
from tests.hub.servers import GOOD, Server, hostile_server

PUBLIC = "93.184.215.14"


def near(**changes: Any) -> Fetcher:
    """A fetcher that may call the loopback server."""
    usual = {"most_bytes": 1 << 20, "most_s": 5.0, "allow_private": True, "sleep": lambda s: None}
    return Fetcher(**{**usual, **changes})


class Detour(httpcore.NetworkBackend):
    """A network on which every address leads to the local server; notes which one was asked for."""

    def __init__(self, dead: tuple[str, ...] = ()) -> None:
        self.asked: list[tuple[str, int]] = []
        self.dead = dead

    def connect_tcp(self, host: str, port: int, **options: Any) -> httpcore.NetworkStream:
        self.asked.append((host, port))
        if host in self.dead:
            raise httpcore.ConnectError("no route")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", port, **options)


def refusal(fetcher: Fetcher, url: str, tmp_path: Path) -> FetchError:
    """The error of a fetch that must fail and leave nothing behind."""
    place = tmp_path / "refused"
    place.mkdir(exist_ok=True)
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url, place / "feed")
    assert list(place.iterdir()) == []
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_feed_arrives_whole_and_says_where_from(server: Server, tmp_path: Path) -> None:
    url = server.url("/feed.zip?token=t0p")
    assert near(user_agent="hub (+dev@hub.example)").fetch(url, tmp_path / "feed") == url
    assert (tmp_path / "feed").read_bytes() == GOOD
    assert [path.name for path in tmp_path.iterdir()] == ["feed"]
    (asked,) = server.asked
    assert asked.query == "token=t0p"
    assert asked.headers["user-agent"] == "hub (+dev@hub.example)"
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"


def test_a_good_answer_replaces_what_was_there_and_a_bad_one_does_not(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "feed"
    target.write_bytes(b"the last good one")
    with pytest.raises(FetchError):
        near().fetch(server.url("/short"), target)
    assert target.read_bytes() == b"the last good one"
    near().fetch(server.url("/feed.zip"), target)
    assert target.read_bytes() == GOOD


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://intranet.example/feed.zip",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",  # 169.254.169.254 as one number
        "//10.0.0.1/feed.zip",
        "file:///etc/passwd",
        "ftp://10.0.0.1/feed.zip",
        "gopher://127.0.0.1:70/",
    ],
)
def test_a_redirect_leads_nowhere_inside(server: Server, tmp_path: Path, location: str) -> None:
    def names(host: str, port: int) -> list[str]:
        return [{"feeds.example": PUBLIC, "2852039166": "169.254.169.254"}.get(host, host.strip("[]"))]

    def inside(host: str, port: int) -> list[str]:
        return ["192.168.7.7"] if host == "intranet.example" else names(host, port)

    network = Detour()
    fetcher = near(allow_private=False, resolve=inside, network=network)
    error = refusal(fetcher, server.url(f"/redirect?to={location}", host="feeds.example"), tmp_path)
    assert isinstance(error, AddressForbidden)
    assert network.asked == [(PUBLIC, server.port)]


def test_the_connection_goes_to_the_judged_address_though_the_name_then_changes(server: Server, tmp_path: Path) -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    network = Detour()
    fetcher = near(allow_private=False, resolve=lambda host, port: answers.pop(0), network=network)
    fetcher.fetch(server.url("/feed.zip", host="rebinds.example"), tmp_path / "feed")
    assert network.asked == [(PUBLIC, server.port)]
    assert server.asked[0].headers["host"] == f"rebinds.example:{server.port}"
    refusal(fetcher, server.url("/feed.zip", host="rebinds.example"), tmp_path)
    assert network.asked == [(PUBLIC, server.port)], "the second look-up was judged, not called"


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["fe80::1%eth0"], ["not an address"]])
def test_a_name_with_an_address_inside_is_not_called(server: Server, tmp_path: Path, addresses: list[str]) -> None:
    network = Detour()
    fetcher = near(allow_private=False, resolve=lambda host, port: addresses, network=network)
    error = refusal(fetcher, server.url("/feed.zip", host="feeds.example"), tmp_path)
    assert isinstance(error, AddressForbidden)
    assert network.asked == []


def test_an_address_that_does_not_answer_gives_way_to_the_next(server: Server, tmp_path: Path) -> None:
    network = Detour(dead=("2600:1f18::1",))
    fetcher = near(allow_private=False, resolve=lambda host, port: ["2600:1f18::1", PUBLIC], network=network)
    fetcher.fetch(server.url("/feed.zip", host="feeds.example"), tmp_path / "feed")
    assert [host for host, _ in network.asked] == ["2600:1f18::1", PUBLIC]


@pytest.mark.parametrize(
    "path", ["/status?code=404", "/status?code=500", "/missing", "/redirect?to=", "/garbage", "/short", "/loop"]
)
def test_a_bad_answer_is_one_line_and_leaves_nothing(server: Server, tmp_path: Path, path: str) -> None:
    error = refusal(near(), server.url(path), tmp_path)
    assert "127.0.0.1" in str(error)
    assert len(server.asked) <= 6


@pytest.mark.parametrize("path", ["/endless", "/bomb", "/feed.zip"])
def test_more_bytes_than_the_limit_are_not_taken(server: Server, tmp_path: Path, path: str) -> None:
    limit = len(GOOD) - 1 if path == "/feed.zip" else 1 << 20
    assert isinstance(refusal(near(most_bytes=limit), server.url(path), tmp_path), TooLarge)


def test_exactly_the_limit_is_taken(server: Server, tmp_path: Path) -> None:
    near(most_bytes=len(GOOD)).fetch(server.url("/feed.zip"), tmp_path / "feed")
    assert (tmp_path / "feed").read_bytes() == GOOD


@pytest.mark.parametrize("path", ["/stalled", "/silent", "/dripping-headers", "/dripping-body"])
def test_the_time_limit_is_for_all_of_it_and_not_for_each_byte(server: Server, tmp_path: Path, path: str) -> None:
    began = time.monotonic()
    assert isinstance(refusal(near(most_s=0.3), server.url(path), tmp_path), TooSlow)
    assert time.monotonic() - began < 3.0


def test_a_compressed_answer_is_expanded(server: Server, tmp_path: Path) -> None:
    near().fetch(server.url("/gzip"), tmp_path / "feed")
    assert (tmp_path / "feed").read_bytes() == GOOD


@pytest.mark.parametrize("path", ["/gzip-short", "/gzip-false", "/bomb-in-bomb"])
def test_an_answer_that_is_badly_compressed_is_refused(server: Server, tmp_path: Path, path: str) -> None:
    assert type(refusal(near(), server.url(path), tmp_path)) is FetchError


@pytest.mark.parametrize("path", ["/status?code=500&key=s3cret", "/short?key=s3cret", "/endless?key=s3cret"])
def test_no_error_holds_a_credential(server: Server, tmp_path: Path, path: str) -> None:
    error = refusal(near(), server.url(path, user="operator:s3cret@"), tmp_path)
    assert "s3cret" not in str(error)
    assert "operator" not in str(error)
    assert server.asked[0].headers["authorization"] == "Basic b3BlcmF0b3I6czNjcmV0"


def test_a_credential_stays_with_its_host(server: Server, tmp_path: Path) -> None:
    elsewhere = server.url("/feed.zip", host="localhost")
    near(resolve=lambda host, port: ["127.0.0.1"]).fetch(
        server.url(f"/redirect?to={elsewhere}", user="operator:s3cret@"), tmp_path / "feed"
    )
    assert ["authorization" in asked.headers for asked in server.asked] == [True, False]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.zip",
        "file:///etc/passwd",
        "http://",
        "http:///feed.zip",
        "http://[::1",
        "http://[bad]/",
        "http://host:99999/",
        "http://host:port/",
        "http://a..b/",
        f"http://{'a' * 64}.example/",
        "http://\u0000/",
        "http://bad\nhost/",
    ],
)
def test_what_is_no_web_address_is_refused_in_one_line(tmp_path: Path, url: str) -> None:
    refusal(near(), url, tmp_path)


def test_a_name_that_does_not_resolve_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    error = refusal(near(), "https://u:s3cret@gone.example/feed.zip", tmp_path)
    assert str(error) == "gone.example: this name does not resolve"


@pytest.mark.parametrize("location", ["http://[::1", "http://host:99999/", "http://a..b/", "http://%00/"])
def test_a_redirect_to_what_is_no_address_is_refused_in_one_line(server: Server, tmp_path: Path, location: str) -> None:
    refusal(near(), server.url(f"/redirect?to={location}"), tmp_path)


def test_a_url_is_shown_without_its_secrets() -> None:
    assert shown("https://u:p@feeds.example:8443/a/b.zip?key=k#f") == "https://feeds.example:8443/a/b.zip"
    assert shown("https://u:p@ss@feeds.example/x") == "https://feeds.example/x"
    assert "secret" not in shown("http://u:secret@[::1")


def test_over_tls_the_name_is_asked_for_and_the_certificate_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path, "feeds.example")
    with hostile_server(certificate) as server:
        fetcher = near(resolve=lambda host, port: ["127.0.0.1"])
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        refusal(fetcher, server.url("/feed.zip", host="feeds.example"), tmp_path)  # nobody vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", os.fspath(tmp_path / "cert.pem"))
        refusal(fetcher, server.url("/feed.zip", host="others.example"), tmp_path)  # not its name
        fetcher.fetch(server.url("/feed.zip", host="feeds.example"), tmp_path / "feed")
    assert server.server_names == ["feeds.example", "others.example", "feeds.example"]
    assert len(server.asked) == 1


def _certificate(folder: Path, name: str) -> ssl.SSLContext:
    words = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={name}"
    where = ["-addext", f"subjectAltName=DNS:{name}", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    try:
        subprocess.run(["openssl", *words.split(), *where], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl on this machine to make a certificate with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_no_folder_to_write_in_is_a_fault_of_the_caller_and_no_half_feed(server: Server, tmp_path: Path) -> None:
    with pytest.raises((FileNotFoundError, StorageError)):
        near().fetch(server.url("/feed.zip"), tmp_path / "none" / "feed")
