"""Messages on their way: signed, tried again, given up; to nobody who may not know, and to no address inside."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import httpcore
import pytest
import standardwebhooks.webhooks
from standardwebhooks import Webhook, WebhookVerificationError

from hub.clock import FixedClock
from hub.errors import AddressForbidden, FetchError, TooSlow
from hub.posting import MOST_ANSWER, Poster
from hub.records import Records
from hub.records import hooks as hook_records
from hub.records import sealing as sealing_records
from hub.records.feed_models import Delivery
from hub.records.models import Job, LogEntry
from hub.sealing import Opener
from hub.services import hooks
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.delivering import JITTER, SCHEDULE_S, deliver_due
from hub.services.notice_rhythm import enqueue_deliveries
from tests.hub.api.hall import Hall
from tests.hub.listeners import Listener, listener
from tests.hub.notice_town import BUS, NOW, SEALED, back_of, built, copied, documents, happen, town

SECOND = dt.timedelta(seconds=1)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("town"))


@pytest.fixture
def hall(template: Path, tmp_path: Path) -> Iterator[Hall]:
    with copied(template, tmp_path) as made:
        yield made


@pytest.fixture
def back(hall: Hall, tmp_path: Path) -> Back:
    return back_of(hall, tmp_path)


@pytest.fixture
def ear() -> Iterator[Listener]:
    with listener() as running:
        yield running


def deliver(back: Back, now: dt.datetime, **options: Any) -> int:
    """One run at an instant to which the hub's clock is set too."""
    clock = back.front.clock
    assert isinstance(clock, FixedClock)
    clock.now = now
    return deliver_due(back, now, jitter=lambda: 0.5, **options)


def states(hall: Hall) -> list[tuple[str, int, int | None]]:
    with hall.front.records.read() as session:
        rows = session.query(Delivery).order_by(Delivery.id)
        return [(row.state, row.tries, row.status) for row in rows]


def at_this_instant(monkeypatch: pytest.MonkeyPatch, now: dt.datetime) -> None:
    class Then(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return now.astimezone(tz)

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", Then)


def test_a_message_arrives_and_its_signature_is_verified(
    hall: Hall, back: Back, ear: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hooks.register(hall.front, "itineo", target=ear.url("/in?token=t", user="u:p%40ss@"))
    happen(hall)
    assert deliver(back, NOW) == 1
    (heard,) = ear.heard
    at_this_instant(monkeypatch, NOW + 299 * SECOND)
    body = Webhook(made.secret).verify(heard.body, heard.headers)
    assert (body["type"], body["data"]["feed"], body["data"]["number"]) == ("version.new", BUS, 1)
    assert body["data"]["href"] == f"https://hub.test/api/v1/feeds/{BUS}"
    assert heard.headers["webhook-id"] == f"{BUS}_1"
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["authorization"] == "Basic dTpwQHNz"
    assert heard.path == "/in?token=t"
    other = hooks.register(hall.front, "itineo", target=ear.url("/"), feeds=["combecycle"]).secret
    for secret, content in ((other, heard.body), (made.secret, heard.body.replace(b"bus", b"tram"))):
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            Webhook(secret).verify(content, heard.headers)
    at_this_instant(monkeypatch, NOW + 301 * SECOND)
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(made.secret).verify(heard.body, heard.headers)
    assert states(hall) == [("delivered", 1, 204)]
    assert deliver(back, NOW + SECOND) == 0


def test_what_failed_is_sent_again_under_the_same_id_and_with_the_same_body(
    hall: Hall, back: Back, ear: Listener
) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    happen(hall)
    ear.answers["/in"] = [500, 200]
    assert deliver(back, NOW) == 1
    assert states(hall) == [("waiting", 1, 500)]
    later = NOW + SCHEDULE_S[1] * (1 + JITTER / 2) * SECOND
    assert deliver(back, later - SECOND) == 0
    assert deliver(back, later) == 1
    assert states(hall) == [("delivered", 2, 200)]
    first, second = ear.heard
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_a_hook_that_nothing_reaches_is_given_up_after_five_days(hall: Hall, back: Back, ear: Listener) -> None:
    made = hooks.register(hall.front, "itineo", target=ear.url("/in")).hook
    ear.answers["/in"] = [503]
    happen(hall)
    now, waits = NOW, []
    while states(hall)[:1] != [("failed", len(SCHEDULE_S), 503)]:
        assert deliver(back, now) == 1
        with hall.front.records.read() as session:
            after = session.query(Delivery).one().next_at
        waits.append((after - now) / SECOND)
        now = max(now, after)
    assert waits[:-1] == [pytest.approx(delay * (1 + JITTER / 2)) for delay in SCHEDULE_S[1:]]
    assert hooks.listed(hall.front, "itineo")[0].ended_at is None, "three days are not five"
    happen(hall, key="2", at=now)
    while hooks.listed(hall.front, "itineo")[0].ended_at is None:
        deliver(back, now)
        with hall.front.records.read() as session:
            now = max([now, *(row.next_at for row in session.query(Delivery).filter_by(state="waiting"))])
        assert now < NOW + dt.timedelta(days=9)
    assert hooks.state_of(hooks.listed(hall.front, "itineo")[0]).en == "nothing reached it for 5 days"
    happen(hall, key="3", at=now)
    assert deliver(back, now) == 0
    assert len(hooks.deliveries(hall.front, made.id, member="itineo")[0]) == 2


def test_one_that_arrived_in_between_counts(hall: Hall, back: Back, ear: Listener) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    happen(hall)
    happen(hall, key="2", at=NOW + dt.timedelta(days=4))
    with hall.front.records.write() as session:
        (hook,) = hook_records.hooks(session)
        old, young = (one.id for one in hook_records.untold(session, hook, since=NOW))
        hook_records.add(session, hook.id, old, at=NOW, state="failed").at = NOW + dt.timedelta(days=3)
        hook_records.add(session, hook.id, young, at=NOW, state="delivered").at = NOW + dt.timedelta(days=4)
        session.flush()
        assert hook_records.failing_since(session, hook.id) is None


def test_410_ends_a_hook_at_once(hall: Hall, back: Back, ear: Listener) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    ear.answers["/in"] = [410]
    happen(hall)
    happen(hall, key="2")
    assert deliver(back, NOW) == 1
    assert states(hall) == [("failed", 1, 410), ("failed", 0, None)]
    assert hooks.state_of(hooks.listed(hall.front, "itineo")[0]).en == "its address answered 410 Gone"


def test_a_hook_that_fails_keeps_nobody_else_waiting(hall: Hall, back: Back, ear: Listener) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/bad"))
    hooks.register(hall.front, "trottix", target=ear.url("/good"))
    ear.answers["/bad"] = [500]
    for key in ("1", "2", "3"):
        happen(hall, key=key)
    assert deliver(back, NOW) == 4
    assert [heard.path for heard in ear.heard].count("/bad") == 1


def test_only_what_was_asked_for_is_sent_and_nothing_from_before(hall: Hall, back: Back, ear: Listener) -> None:
    happen(hall, at=NOW - dt.timedelta(hours=1), key="9")
    hooks.register(hall.front, "itineo", target=ear.url("/bikes"), feeds=["combecycle"])
    hooks.register(hall.front, "itineo", target=ear.url("/expired"), kinds=["service.expired"])
    hooks.register(hall.front, "itineo", target=ear.url("/all"))
    happen(hall)
    happen(hall, "combecycle")
    assert deliver(back, NOW) == 3
    assert sorted((heard.path, heard.headers["webhook-id"]) for heard in ear.heard) == [
        ("/all", f"{BUS}_2"),
        ("/all", "combecycle_1"),
        ("/bikes", "combecycle_1"),
    ]


def test_an_agreement_that_ended_in_between_lets_nothing_leave(hall: Hall, back: Back, ear: Listener) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    hooks.register(hall.front, "cars-combes", target=ear.url("/holder"))
    happen(hall)
    put_in_force(hall.front, documents(state="suspended"))
    assert deliver(back, NOW) == 1
    assert [heard.path for heard in ear.heard] == ["/holder"], "the holder knows of its own feed"
    assert sorted(state for state, _, _ in states(hall)) == ["delivered", "withheld"]
    put_in_force(hall.front, documents())
    assert deliver(back, NOW + dt.timedelta(days=1)) == 0, "what was withheld stays so"


def test_one_that_ended_between_two_tries_lets_nothing_more_leave(hall: Hall, back: Back, ear: Listener) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    ear.answers["/in"] = [500, 200]
    happen(hall)
    deliver(back, NOW)
    put_in_force(hall.front, documents(state="suspended"))
    assert deliver(back, NOW + dt.timedelta(hours=1)) == 0
    assert len(ear.heard) == 1


def test_what_happens_to_a_sealed_feed_reaches_its_holder_alone_and_is_logged(
    hall: Hall, back: Back, ear: Listener
) -> None:
    for member in ("trottix", "itineo", "secretariat", "cars-combes"):
        hooks.register(hall.front, member, target=ear.url(f"/{member}"), feeds=[SEALED])
    happen(hall, SEALED)
    happen(hall, "no-feed-of-the-commons")
    with hall.front.records.read() as session:
        logged = session.query(LogEntry).count()
    assert deliver(back, NOW) == 1
    assert [heard.path for heard in ear.heard] == ["/trottix"]
    with hall.front.records.read() as session:
        assert session.query(LogEntry).count() == logged + 1


def test_a_member_that_left_is_told_nothing(hall: Hall, back: Back, ear: Listener) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    happen(hall)
    files = documents()
    members = files["members.yaml"]
    place = members.index("status: active", members.index("Itinéo (calculateur"))
    files["members.yaml"] = members[:place] + "status: left" + members[place + len("status: active") :]
    put_in_force(hall.front, files)
    assert deliver(back, NOW) == 0
    assert ear.heard == []


def test_a_secret_of_another_key_is_a_failure_that_is_told(hall: Hall, back: Back, ear: Listener) -> None:
    with hall.front.records.write() as session:
        sealing_records.tell(session, Opener(bytes(range(32))).sealer(), at=NOW)
    made = hooks.register(hall.front, "itineo", target=ear.url("/in")).hook
    happen(hall)
    assert deliver(back, NOW) == 1
    (sent,), _ = hooks.deliveries(hall.front, made.id, member="itineo")
    assert "sealed for another key" in sent.delivery.error


def test_two_workers_never_send_the_same_at_once(records: Records, tmp_path: Path, ear: Listener) -> None:
    hall = town(records, tmp_path)
    back = back_of(hall, tmp_path)
    for index in range(2):
        hooks.register(hall.front, "itineo", target=ear.url(f"/{index}"))
    for key in range(1, 6):
        happen(hall, key=str(key))
    start = Barrier(3)

    def work() -> None:
        start.wait()
        deliver_due(back, NOW, jitter=lambda: 0.0)

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sent = [(heard.path, heard.headers["webhook-id"]) for heard in ear.heard]
    assert len(sent) == len(set(sent)) == 10
    assert {state for state, _, _ in states(hall)} == {"delivered"}


def test_a_job_is_enqueued_only_while_something_is_due(hall: Hall, back: Back, ear: Listener) -> None:
    assert not enqueue_deliveries(hall.front)
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    assert not enqueue_deliveries(hall.front)
    happen(hall)
    assert enqueue_deliveries(hall.front)
    assert not enqueue_deliveries(hall.front), "it is waiting"
    ear.answers["/in"] = [500]
    deliver(back, NOW)
    with hall.front.records.write() as session:
        session.query(Job).delete()
    assert not enqueue_deliveries(hall.front), "the next try is not due"
    hall.clock.now = NOW + dt.timedelta(minutes=1)
    assert enqueue_deliveries(hall.front)


def test_what_a_dead_worker_was_sending_is_sent_again(hall: Hall, back: Back, ear: Listener) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    happen(hall)

    class Killed(Poster):
        def post(self, *_: object) -> int:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(back, NOW, poster=Killed())
    assert deliver(back, NOW + 119 * SECOND) == 0, "its claim lasts"
    assert deliver(back, NOW + 120 * SECOND) == 1
    assert states(hall) == [("delivered", 2, 204)]


def test_a_worker_whose_claim_ran_out_does_not_undo_the_other_ones_word(hall: Hall, back: Back, ear: Listener) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    happen(hall)

    class Slow(Poster):
        def post(self, *_: object) -> int:
            assert deliver(back, NOW + dt.timedelta(minutes=3)) == 1
            return 500

    deliver(back, NOW, poster=Slow())
    assert states(hall) == [("delivered", 2, 204)]


def poster(**options: Any) -> Poster:
    return Poster(**{"most_s": 5.0, "allow_private": True, **options})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "inside.example", "169.254.169.254"])
def test_no_message_goes_inside(hall: Hall, tmp_path: Path, ear: Listener, host: str) -> None:
    back = back_of(hall, tmp_path, allow_private=False)
    back = replace(back, fetcher=replace(back.fetcher, resolve=lambda name, _: _addresses(name)))
    made = hooks.register(hall.front, "itineo", target=ear.url("/SENTINEL", host=host)).hook
    happen(hall)
    assert deliver(back, NOW) == 1
    assert ear.heard == []
    (sent,), _ = hooks.deliveries(hall.front, made.id, member="itineo")
    assert "not on the public internet" in sent.delivery.error
    assert "SENTINEL" not in sent.delivery.error


def _addresses(name: str) -> list[str]:
    return {"localhost": ["127.0.0.1"], "inside.example": ["93.184.215.14", "10.0.0.7"]}.get(name, [name.strip("[]")])


def test_a_name_is_looked_up_once(ear: Listener) -> None:
    asked = []

    def resolve(name: str, _: int) -> list[str]:
        asked.append(name)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    class Network(httpcore.SyncBackend):
        opened: list[str] = []  # noqa: RUF012

        def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
            self.opened.append(host)
            raise httpcore.ConnectError

    with pytest.raises(FetchError, match="the connection failed"):
        poster(allow_private=False, resolve=resolve, network=Network()).post(
            ear.url("/", host="twice.example"), b"", {}
        )
    assert (asked, Network.opened) == (["twice.example"], ["93.184.215.14"])


def test_no_redirect_is_followed(ear: Listener) -> None:
    ear.answers["/away"] = [307]
    ear.headers["/away"] = {"Location": "http://169.254.169.254/latest/meta-data"}
    assert poster().post(ear.url("/away"), b"{}", {}) == 307
    ear.headers["/away"] = {"Location": ear.url("/there")}
    assert poster().post(ear.url("/away"), b"{}", {}) == 307
    assert [heard.path for heard in ear.heard] == ["/away", "/away"]


def test_an_answer_without_end_is_not_read_to_its_end(ear: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    ear.endless.add("/flood")
    taken = []
    whole = httpcore.Response.iter_stream

    def counted(answer: httpcore.Response) -> Iterator[bytes]:
        for piece in whole(answer):
            taken.append(len(piece))
            yield piece

    monkeypatch.setattr(httpcore.Response, "iter_stream", counted)
    assert poster().post(ear.url("/flood"), b"{}", {}) == 204 or taken == []
    ear.answers["/flood"] = [200]
    assert poster().post(ear.url("/flood"), b"{}", {}) == 200
    assert MOST_ANSWER < sum(taken) <= MOST_ANSWER + (1 << 18)


def test_whoever_says_nothing_is_not_waited_for(ear: Listener) -> None:
    ear.silent.add("/mute")
    with pytest.raises(TooSlow, match=r"did not answer within 0\.2 s"):
        poster(most_s=0.2).post(ear.url("/mute"), b"{}", {})


@pytest.mark.parametrize(
    ("url", "fault"), [("ftp://a/", AddressForbidden), ("http://[", FetchError), ("", AddressForbidden)]
)
def test_what_is_no_web_address_is_not_sent_to(url: str, fault: type[FetchError]) -> None:
    with pytest.raises(fault):
        poster().post(url, b"{}", {})


def test_the_body_is_json_that_every_reader_spells_alike(hall: Hall, back: Back, ear: Listener) -> None:
    hooks.register(hall.front, "itineo", target=ear.url("/in"))
    happen(hall)
    deliver(back, NOW)
    body = ear.heard[0].body
    assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
