"""Hooks: who may have what sent where, what is kept of it, and what its member is shown."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.errors import BadRequest, Conflict, NotFound
from hub.records import hooks as hook_records
from hub.records.feed_models import Delivery, HubKey
from hub.services import hooks
from hub.services.commons import put_in_force
from tests.hub.api.hall import Hall
from tests.hub.notice_town import BUS, SEALED, back_of, built, copied, documents, happen
from tests.hub.test_bad_input import Answer, hub  # noqa: F401 - the fixture `hub`

URL = "https://user:SENTINEL@listen.example:8443/in/SENTINEL?token=SENTINEL"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("town"))


@pytest.fixture
def hall(template: Path, tmp_path: Path) -> Iterator[Hall]:
    with copied(template, tmp_path) as made:
        back_of(made, tmp_path)
        yield made


def test_a_hook_shows_neither_its_address_in_full_nor_its_secret(hall: Hall, tmp_path: Path) -> None:
    made = hooks.register(hall.front, "itineo", target=URL, feeds=[BUS], kinds=["version.new"])
    assert len(b64decode(made.secret.removeprefix("whsec_"), validate=True)) == 32
    (shown,) = hooks.listed(hall.front, "itineo")
    plain = hooks.plain(shown)
    assert plain["target"] == "https://listen.example:8443/…"
    assert (plain["feeds"], plain["kinds"], plain["state"]) == ([BUS], ["version.new"], {"fr": "actif", "en": "active"})
    told = repr([getattr(shown, column.name) for column in shown.__table__.columns]) + json.dumps(plain, default=str)
    assert "SENTINEL" not in told
    assert made.secret not in told
    database = b"".join(path.read_bytes() for path in (tmp_path / "records").iterdir())
    assert b"SENTINEL" not in database
    assert made.secret.encode() not in database
    opener = back_of(hall, tmp_path).opener
    assert (opener.open(shown.target), opener.open(shown.secret or b"")) == (URL, made.secret)


def test_two_hooks_share_neither_id_nor_secret(hall: Hall) -> None:
    first, second = (hooks.register(hall.front, "itineo", target=URL) for _ in range(2))
    assert first.hook.id != second.hook.id
    assert first.secret != second.secret


@pytest.mark.parametrize(
    "target",
    ["", "x", "ftp://a.example/", "file:///etc/passwd", "https://", "http://[::1", "https://a.example/" + "x" * 2_000],
)
def test_an_address_that_is_no_web_address_is_refused(hall: Hall, target: str) -> None:
    with pytest.raises(BadRequest):
        hooks.register(hall.front, "itineo", target=target)


@pytest.mark.parametrize(
    "target",
    ["", "a", "a@", "@b", "a@b\r\nBcc: c@d", "a@b\n", "a@b,c@d", "a b@c", '"a"@b', "a@b..c", "é@b.example",
     "a@b." + "c" * 260],
)  # fmt: skip
def test_an_address_that_is_no_mail_address_is_refused(hall: Hall, target: str) -> None:
    with pytest.raises(BadRequest, match="no e-mail address"):
        hooks.register(hall.front, "itineo", target=target, channel="mail")


def test_what_nobody_can_ask_for_is_refused(hall: Hall) -> None:
    for fault, options in (
        (NotFound, {"feeds": ["no-such-feed"]}),
        (BadRequest, {"kinds": ["no.such.kind"]}),
        (BadRequest, {"channel": "pigeon"}),
    ):
        with pytest.raises(fault):
            hooks.register(hall.front, "itineo", target=URL, **options)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no member"):
        hooks.register(hall.front, "nobody", target=URL)
    with hall.front.records.write() as session:
        session.query(HubKey).delete()
    with pytest.raises(Conflict, match="no sealing key"):
        hooks.register(hall.front, "itineo", target=URL)


def test_a_member_has_so_many_and_no_more(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "MOST", 2)
    first, _ = (hooks.register(hall.front, "itineo", target=URL) for _ in range(2))
    with pytest.raises(Conflict, match="2 hooks at most"):
        hooks.register(hall.front, "itineo", target=URL)
    hooks.remove(hall.front, first.hook.id, member="itineo")
    hooks.register(hall.front, "itineo", target=URL)
    hooks.register(hall.front, "trottix", target=URL)


def test_another_members_hook_is_no_hook_of_yours(hall: Hall) -> None:
    made = hooks.register(hall.front, "itineo", target=URL).hook
    with pytest.raises(NotFound):
        hooks.remove(hall.front, made.id, member="trottix")
    with pytest.raises(NotFound):
        hooks.deliveries(hall.front, made.id, member="trottix")
    with pytest.raises(NotFound):
        hooks.again(hall.front, made.id, f"{BUS}_1", member="trottix")
    assert hooks.listed(hall.front, "trottix") == []
    assert hooks.listed(hall.front, None)[0].ended_at is None


def test_removing_a_hook_stops_what_was_on_its_way(hall: Hall) -> None:
    made = hooks.register(hall.front, "itineo", target=URL).hook
    happening = happen(hall)
    with hall.front.records.write() as session:
        hook_records.add(session, made.id, happening.id, at=hall.clock())
    removed = hooks.remove(hall.front, made.id, member="itineo")
    assert removed.ended_at == hall.clock()
    (sent,), following = hooks.deliveries(hall.front, made.id, member="itineo")
    assert (sent.delivery.state, sent.delivery.error, following) == ("failed", "removed", None)
    with pytest.raises(Conflict, match="has ended"):
        hooks.again(hall.front, made.id, f"{BUS}_1", member="itineo")


def test_a_mail_hook_is_ended_from_its_message_and_a_webhook_is_not(hall: Hall) -> None:
    mail = hooks.register(hall.front, "itineo", target="reader@itineo.example", channel="mail")
    web = hooks.register(hall.front, "itineo", target=URL)
    assert (mail.secret, mail.hook.shown) == ("", "r…@itineo.example")
    hooks.unsubscribe(hall.front, mail.hook.id)
    with pytest.raises(NotFound):
        hooks.unsubscribe(hall.front, web.hook.id)
    states = [hooks.state_of(one).en for one in hooks.listed(hall.front, "itineo")]
    assert sorted(states) == ["active", "its reader wants no more of it"]


def test_the_list_of_what_was_sent_hides_what_was_closed_since(hall: Hall) -> None:
    made = hooks.register(hall.front, "itineo", target=URL).hook
    rows = [happen(hall), happen(hall, key="2"), happen(hall, SEALED)]
    with hall.front.records.write() as session:
        for row, state in zip(rows, ("delivered", "withheld", "failed"), strict=True):
            hook_records.add(session, made.id, row.id, at=hall.clock(), state=state)
    assert [one.notice.id for one in hooks.deliveries(hall.front, made.id, member="itineo")[0]] == [f"{BUS}_1"]
    for message in (f"{BUS}_2", f"{SEALED}_1", f"{BUS}_9", "x", f"{BUS}_", f"{BUS}_{'9' * 5_000}", f"{BUS}_²"):
        with pytest.raises(NotFound, match="no such message"):
            hooks.again(hall.front, made.id, message, member="itineo")
    put_in_force(hall.front, documents(state="suspended"))
    assert hooks.deliveries(hall.front, made.id, member="itineo")[0] == []
    with pytest.raises(NotFound):
        hooks.again(hall.front, made.id, f"{BUS}_1", member="itineo")


def test_the_pages_of_what_was_sent_count_nothing_of_a_sealed_feed(hall: Hall) -> None:
    made = hooks.register(hall.front, "itineo", target=URL, feeds=[BUS, SEALED]).hook
    hidden = [happen(hall, SEALED, key=str(number)) for number in range(1, 5)]
    rows = [hidden[0], happen(hall), *hidden[1:], happen(hall, key="2")]
    with hall.front.records.write() as session:
        for row, state in zip(rows, ("failed", "failed", "waiting", "delivered", "waiting", "waiting"), strict=True):
            hook_records.add(session, made.id, row.id, at=hall.clock(), state=state)
    pages = [hooks.deliveries(hall.front, made.id, member="itineo", most=1, after=place) for place in range(4)]
    told = [[one.notice.id for one in sent] for sent, _ in pages]
    assert told == [[f"{BUS}_2"], [f"{BUS}_1"], [], []]
    assert [following for _, following in pages] == [1, None, None, None]


def test_asking_again_makes_another_round_one_at_a_time(hall: Hall) -> None:
    made = hooks.register(hall.front, "itineo", target=URL).hook
    happening = happen(hall)
    with hall.front.records.write() as session:
        hook_records.add(session, made.id, happening.id, at=hall.clock(), state="failed")
    sent = hooks.again(hall.front, made.id, f"{BUS}_1", member="itineo")
    assert (sent.delivery.round, sent.delivery.state, sent.delivery.tries) == (2, "waiting", 0)
    with pytest.raises(Conflict, match="on its way already"):
        hooks.again(hall.front, made.id, f"{BUS}_1", member="itineo")
    with hall.front.records.read() as session:
        assert session.query(Delivery).count() == 2
    page, following = hooks.deliveries(hall.front, made.id, member="itineo", most=1)
    assert ([one.delivery.round for one in page], following) == ([2], 1)
    page, following = hooks.deliveries(hall.front, made.id, member="itineo", most=1, after=1)
    assert ([one.delivery.round for one in page], following) == ([1], None)


def test_the_commands_do_the_same(hub: Callable[..., Answer]) -> None:  # noqa: F811 - the fixture
    assert "No hook yet" in hub("hooks", "list").out
    assert json.loads(hub("hooks", "kinds", "--json").out)[0]["kind"] == "version.new"
    assert hub("hooks", "add", "itineo", "file:///etc/passwd").code == 2
    made = json.loads(hub("hooks", "add", "itineo", URL, "--feed", BUS, "--json").out)
    assert made["secret"].startswith("whsec_")
    listed = hub("hooks", "list", "itineo", "--json").out
    assert json.loads(listed) == [{name: value for name, value in made.items() if name != "secret"}]
    assert "SENTINEL" not in listed
    assert "Nothing was sent" in hub("hooks", "deliveries", made["id"]).out
    assert hub("hooks", "again", made["id"], f"{BUS}_1").code == 2
    assert hub("hooks", "remove", made["id"], "--as", "trottix").code == 2
    assert hub("hooks", "remove", made["id"]).code == 0
    assert "removed" in hub("hooks", "list").out
    mail = hub("hooks", "add", "itineo", "reader@itineo.example", "--mail").out
    assert "whsec_" not in mail
