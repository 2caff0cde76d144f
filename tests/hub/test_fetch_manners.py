"""The fetcher's manners: what it asks for again, when, how often at once, and what it takes for an answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.clock import FixedClock
from hub.errors import AddressForbidden, FetchError, TooLarge, TooSlow, Unavailable
from hub.fetch import Answer, Ask, Fetcher, Hosts, Validators
from hub.fetching.headers import fresh_s, retry_after_s
from tests.hub.servers import GOOD, NOW, Page, Server
from tests.hub.test_fetch import Detour, near

MODIFIED = "Sun, 01 Mar 2026 11:00:00 GMT"


class Time:
    """A clock on which waiting takes no time, and notes how long it would have."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return time.monotonic() + sum(self.waits)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def patient(clock: Time, **changes: Any) -> Fetcher:
    seams = {"sleep": clock.sleep, "monotonic": clock.monotonic, "jitter": lambda: 0.5, "clock": FixedClock(NOW)}
    return near(**{"most_s": 300.0, **seams, **changes})


def asked(server: Server, path: str, tmp_path: Path, **known: Any) -> Answer:
    return near(clock=FixedClock(NOW)).ask(Ask(server.url(path), **known), tmp_path / "feed")


# Conditional requests


def test_an_answer_tells_all_that_the_records_want(server: Server, tmp_path: Path) -> None:
    server.shelf["/a.zip"] = Page(GOOD, '"v1"', MODIFIED, {"Cache-Control": "max-age=60"})
    answer = asked(server, "/a.zip", tmp_path)
    assert (answer.status, answer.not_modified, answer.tries) == (200, False, 1)
    assert (answer.etag, answer.last_modified, answer.fresh_s) == ('"v1"', MODIFIED, 60)
    assert (answer.bytes, answer.size, answer.digest) == (len(GOOD), len(GOOD), hashlib.sha256(GOOD).hexdigest())
    packed = asked(server, "/gzip", tmp_path)
    assert packed.digest == answer.digest
    assert packed.size == len(GOOD) != packed.bytes


@pytest.mark.parametrize("page", [Page(GOOD, '"v1"'), Page(GOOD, "", MODIFIED), Page(GOOD, 'W/"v1"', MODIFIED)])
def test_what_did_not_change_is_not_sent_again(server: Server, tmp_path: Path, page: Page) -> None:
    server.shelf["/a.zip"] = page
    first = asked(server, "/a.zip", tmp_path)
    (tmp_path / "feed").write_bytes(b"held")
    known = Validators(first.etag, first.last_modified, first.url)
    again = asked(server, "/a.zip", tmp_path, known=known)
    assert (again.status, again.not_modified, again.bytes, again.digest) == (304, True, 0, "")
    assert (tmp_path / "feed").read_bytes() == b"held"
    server.shelf["/a.zip"] = Page(GOOD + b"!", '"v2"')
    assert not asked(server, "/a.zip", tmp_path, known=known).not_modified
    assert (tmp_path / "feed").read_bytes() == GOOD + b"!"
    assert [one.conditional for one in server.asked] == [False, True, True]


@pytest.mark.parametrize("known", [None, Validators(), Validators('"x"', url="http://127.0.0.1/another.zip")])
def test_a_304_that_nobody_asked_for_is_an_error(server: Server, tmp_path: Path, known: Validators | None) -> None:
    with pytest.raises(FetchError, match="304, not modified, to a question without a condition") as caught:
        asked(server, "/unasked-304", tmp_path, known=known)
    assert caught.value.answered == 304
    assert not (tmp_path / "feed").exists()


def test_validators_go_to_the_url_that_gave_them_and_to_no_other(server: Server, tmp_path: Path) -> None:
    fetcher = near(resolve=lambda host, port: ["127.0.0.1"])
    server.shelf["/a.zip"] = Page(GOOD, '"v1"')
    elsewhere = server.url("/a.zip", host="cdn.example")
    moved = server.url(f"/redirect?to={elsewhere}", host="feeds.example")
    of_the_first = Validators('"v1"', url=moved)
    assert not fetcher.ask(Ask(moved, of_the_first), tmp_path / "feed").not_modified
    assert [(one.path, one.conditional) for one in server.asked] == [("/redirect", True), ("/a.zip", False)]
    server.asked.clear()
    answer = fetcher.ask(Ask(moved, Validators('"v1"', url=elsewhere)), tmp_path / "feed")
    assert answer.not_modified
    assert answer.url == elsewhere
    assert [(one.path, one.conditional) for one in server.asked] == [("/redirect", False), ("/a.zip", True)]


@pytest.mark.parametrize("etag", ['"' + "x" * 600 + '"', '"é"'])
def test_a_validator_that_could_not_be_sent_back_is_not_kept(server: Server, tmp_path: Path, etag: str) -> None:
    server.shelf["/a.zip"] = Page(GOOD, etag, MODIFIED)
    answer = asked(server, "/a.zip", tmp_path)
    assert (answer.etag, answer.last_modified) == ("", MODIFIED)


def headers(**said: str) -> httpcore.Response:
    return httpcore.Response(200, headers=[(name.replace("_", "-"), value) for name, value in said.items()])


LATER = format_datetime(NOW + dt.timedelta(seconds=90), usegmt=True)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({}, None),
        ({"Cache_Control": "public, max-age=300"}, 300),
        ({"Cache_Control": "max-age=300", "Age": "250"}, 50),
        ({"Cache_Control": "max-age=300", "Age": "400"}, 0),
        ({"Cache_Control": 'max-age="20"', "Expires": LATER}, 20),
        ({"Cache_Control": "no-store, max-age=300"}, 0),
        ({"Cache_Control": "max-age=soon"}, None),
        ({"Cache_Control": "max-age=999999999999"}, 366 * 86_400),
        ({"Expires": LATER}, 90),
        ({"Expires": LATER, "Date": format_datetime(NOW + dt.timedelta(seconds=80), usegmt=True)}, 10),
        ({"Expires": "0"}, 0),
    ],
)
def test_how_long_an_answer_stays_good_is_what_it_says(said: dict[str, str], seconds: int | None) -> None:
    assert fresh_s(headers(**said), now=NOW) == seconds


# Patience


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_trouble_that_passes_is_waited_for(server: Server, tmp_path: Path, code: int) -> None:
    clock = Time()
    answer = patient(clock).ask(Ask(server.url(f"/busy?times=3&after=never&code={code}")), tmp_path / "feed")
    assert (answer.tries, clock.waits) == (4, [1.0, 2.0, 4.0])
    assert answer.took_ms >= 7000
    assert (tmp_path / "feed").read_bytes() == GOOD


def test_waits_are_spread_so_that_all_do_not_come_back_at_once(server: Server, tmp_path: Path) -> None:
    for jitter, waits in ((0.0, [0.5, 1.0, 2.0]), (1.0, [1.5, 3.0, 6.0])):
        server.asked.clear()
        clock = Time()
        fetcher = patient(clock, jitter=lambda jitter=jitter: jitter)
        fetcher.ask(Ask(server.url("/busy?times=3&after=never&code=503")), tmp_path / "feed")
        assert clock.waits == waits


@pytest.mark.parametrize("after", ["7", "date:7"])
def test_retry_after_is_kept_in_both_forms(server: Server, tmp_path: Path, after: str) -> None:
    clock = Time()
    answer = patient(clock).ask(Ask(server.url(f"/busy?times=2&after={after}&code=429")), tmp_path / "feed")
    assert (answer.tries, clock.waits) == (3, [7.5, 7.5])


def test_what_a_server_asks_for_is_told_when_it_is_too_long_to_wait(server: Server, tmp_path: Path) -> None:
    clock = Time()
    with pytest.raises(Unavailable, match="status 429 and asks to come back in 3600 s") as caught:
        patient(clock).ask(Ask(server.url("/busy?times=9&after=3600&code=429")), tmp_path / "feed")
    assert clock.waits == []
    assert (caught.value.again_s, caught.value.answered, caught.value.tries) == (3600.0, 429, 1)


@pytest.mark.parametrize(("value", "seconds"), [("soon", None), ("", None), ("-5", None), ("1.5", None), ("0", 0.0)])
def test_a_retry_after_that_is_none_is_passed_over(value: str, seconds: float | None) -> None:
    assert retry_after_s(headers(Retry_After=value), now=NOW) == seconds


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(-(10**6), 10**6))
def test_both_forms_of_retry_after_say_the_same(seconds: int) -> None:
    date = format_datetime(NOW + dt.timedelta(seconds=seconds), usegmt=True)
    told = retry_after_s(headers(Retry_After=date), now=NOW)
    assert told == max(seconds, 0)
    assert seconds < 0 or told == retry_after_s(headers(Retry_After=str(seconds)), now=NOW)


def test_a_connection_that_breaks_is_tried_again(server: Server, tmp_path: Path) -> None:
    for path in ("/breaks?times=2", "/other-length-each-time"):
        clock = Time()
        answer = patient(clock).ask(Ask(server.url(path)), tmp_path / "feed")
        assert answer.tries == len(clock.waits) + 1 > 1
        assert (tmp_path / "feed").read_bytes() == GOOD


def test_after_so_many_tries_it_gives_up_and_says_how_often(server: Server, tmp_path: Path) -> None:
    clock = Time()
    with pytest.raises(Unavailable, match="the connection failed") as caught:
        patient(clock, tries=3).ask(Ask(server.url("/breaks?times=9")), tmp_path / "feed")
    assert (caught.value.tries, len(server.asked), clock.waits) == (3, 3, [1.0, 2.0])


@pytest.mark.parametrize("path", ["/status?code=404", "/status?code=403", "/status?code=410", "/page", "/nothing"])
def test_trouble_that_does_not_pass_is_not_asked_for_again(server: Server, tmp_path: Path, path: str) -> None:
    clock = Time()
    with pytest.raises(FetchError):
        patient(clock).ask(Ask(server.url(path)), tmp_path / "feed")
    assert (len(server.asked), clock.waits) == (1, [])


def test_all_tries_and_waits_together_take_no_longer_than_the_limit(server: Server, tmp_path: Path) -> None:
    clock = Time()
    fetcher = patient(clock, most_s=5.0, tries=50)
    with pytest.raises(Unavailable):
        fetcher.ask(Ask(server.url("/busy?times=99&after=never&code=503")), tmp_path / "feed")
    assert clock.waits == [1.0, 2.0], "the third wait, of four seconds, would have passed the limit"


# How many at once


def test_a_host_gets_so_many_requests_at_once_and_others_do_not_wait_for_it() -> None:
    hosts = Hosts(2)
    with hosts.turn("a.example", within_s=0), hosts.turn("A.example", within_s=0):
        with pytest.raises(TooSlow, match=r"a\.example: other requests"), hosts.turn("a.example", within_s=0):
            pass
        with hosts.turn("b.example", within_s=0):
            pass
    with hosts.turn("a.example", within_s=0):
        pass


@pytest.mark.parametrize("most", [1, 3])
def test_threads_of_one_process_share_the_turns(server: Server, tmp_path: Path, most: int) -> None:
    fetcher = near(hosts=Hosts(most))
    ready = threading.Barrier(9)

    def one(number: int) -> int:
        ready.wait()
        return fetcher.ask(Ask(server.url("/slow")), tmp_path / str(number)).size

    with ThreadPoolExecutor(9) as threads:
        assert list(threads.map(one, range(9))) == [len(GOOD)] * 9
    assert min(most, 2) <= server.busiest <= most


def test_waiting_for_a_turn_is_within_the_limit_of_time(server: Server, tmp_path: Path) -> None:
    hosts = Hosts(1)
    with hosts.turn("127.0.0.1", within_s=0), pytest.raises(TooSlow):
        near(hosts=hosts, most_s=0.1).ask(Ask(server.url("/feed.zip")), tmp_path / "feed")
    assert server.asked == []


# What is taken for an answer


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/page", "answered with a page, which is no feed"),
        ("/nothing", "answered with nothing at all"),
        ("/two-lengths", "RemoteProtocolError, the connection failed"),
        ("/short", "RemoteProtocolError, the connection failed"),
        ("/gzip-short", "not compressed as it says"),
    ],
)
def test_a_bad_answer_never_replaces_what_is_held(server: Server, tmp_path: Path, path: str, sentence: str) -> None:
    (tmp_path / "feed").write_bytes(b"the last good one")
    with pytest.raises(FetchError, match=sentence):
        near().ask(Ask(server.url(path)), tmp_path / "feed")
    assert (tmp_path / "feed").read_bytes() == b"the last good one"
    assert [one.name for one in tmp_path.iterdir()] == ["feed"]


def test_no_more_is_taken_than_was_announced(server: Server, tmp_path: Path) -> None:
    assert asked(server, "/more-than-said", tmp_path).size == len(GOOD) - 20


@pytest.mark.parametrize("path", ["/ten-gigabytes", "/bomb", "/endless"])
def test_ten_gigabytes_cost_what_the_limit_allows(server: Server, tmp_path: Path, path: str) -> None:
    began = time.process_time()
    with pytest.raises(TooLarge, match="more than 4194304 bytes"):
        near(most_bytes=4 << 20).ask(Ask(server.url(path)), tmp_path / "feed")
    assert time.process_time() - began < 2.0
    assert list(tmp_path.iterdir()) == []


def test_a_byte_a_second_is_not_waited_for(server: Server, tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(TooSlow, match=r"took longer than 0\.3 s") as caught:
        near(most_s=0.3).ask(Ask(server.url("/dripping-body?every=1")), tmp_path / "feed")
    assert time.monotonic() - began < 3.0
    assert caught.value.tries == 1


def test_a_name_that_resolves_to_loopback_at_the_second_look_up_is_not_called(server: Server, tmp_path: Path) -> None:
    answers = {"first.example": ["93.184.215.14"], "rebinds.example": ["93.184.215.14"]}
    network = Detour()

    def names(host: str, port: int) -> list[str]:
        told = answers[host]
        answers[host] = ["127.0.0.1"]
        return told

    fetcher = near(allow_private=False, resolve=names, network=network)
    there = server.url("/status?code=503", host="rebinds.example")
    with pytest.raises(AddressForbidden):  # the second try of the redirect looks the first name up again
        fetcher.ask(Ask(server.url(f"/redirect?to={there}", host="first.example")), tmp_path / "feed")
    assert [host for host, _ in network.asked] == ["93.184.215.14", "93.184.215.14"]
    assert [one.path for one in server.asked] == ["/redirect", "/status"]


# The page that tells all this


def test_every_test_that_the_page_names_is_there() -> None:
    root = Path(__file__).resolve().parents[2]
    told = set(re.findall(r"`(test_\w+)`", (root / "docs" / "reference" / "fetching.md").read_text("utf-8")))
    files = (root / "tests").rglob("test_*.py")
    there = {name for path in files for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)}
    assert len(told) > 40
    assert told <= there
