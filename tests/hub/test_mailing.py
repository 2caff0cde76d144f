"""E-mail: one reader a message, both languages, an end that one request brings, and no header of a feed's making."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import smtplib
import socket
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from io import BufferedRWPair
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.bilingual import Sentence
from hub.errors import BadRequest, FetchError
from hub.services import hooks, mailing
from hub.services.delivering import deliver_due
from hub.services.notices import Notice
from tests.hub.api.hall import Hall
from tests.hub.notice_town import NOW, back_of, built, copied, happen

BASE = "https://hub.test"
SAID = Sentence("Une phrase à lire.", "A sentence to read.")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("town"))


@pytest.fixture
def hall(template: Path, tmp_path: Path) -> Iterator[Hall]:
    with copied(template, tmp_path) as made:
        yield made


def notice(feed: str = "Bus", sentence: Sentence = SAID) -> Notice:
    return Notice(
        "bus", 3, "version.new", NOW, Sentence("nouvelle version", "new version"), Sentence(feed, feed), sentence, {}
    )


def composed(given: Notice, to: str = "reader@itineo.example") -> EmailMessage:
    return mailing.compose(given, to=to, sender="hub@hub.test", hook="0123456789abcdef", base=BASE)


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def test_a_message_says_it_in_both_languages_and_how_to_end_it() -> None:
    message = read(composed(notice()).as_bytes())
    text = message.get_content()
    assert "Une phrase à lire." in text
    assert "A sentence to read." in text
    assert "hub hooks remove 0123456789abcdef" in text
    assert message["List-Unsubscribe"] == f"<{BASE}/api/v1/hooks/0123456789abcdef/unsubscribe>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Message-ID"] == "<bus_3.0123456789abcdef@hub.test>"
    assert message["Subject"] == "Bus : nouvelle version / new version"
    assert dt.datetime.strptime(message["Date"], "%a, %d %b %Y %H:%M:%S %z") == NOW


HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"]
BODY = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"]


@given(feed=st.text(max_size=300), said=st.text(max_size=200))
@settings(deadline=None, derandomize=True, max_examples=15)
def test_whatever_a_feed_calls_itself_no_header_is_added(feed: str, said: str) -> None:
    tricky = f"{feed}\r\nBcc: spy@evil.example\n\n{feed}"
    message = read(composed(notice(tricky, Sentence(f"{said}\r\n.\r\nMAIL FROM:<x>", said))).as_bytes())
    assert sorted(message.keys()) == sorted(HEADERS + BODY)
    assert message["To"] == "reader@itineo.example"


@pytest.mark.parametrize("to", ["a@b\r\nBcc: c@d", "a", "", "a@b\nX: y", "a@", '"a\r\nb"@c'])
def test_no_message_is_made_for_what_is_no_address(to: str) -> None:
    with pytest.raises(BadRequest):
        composed(notice(), to)


def test_each_reader_finds_a_file_of_its_own_and_nobody_elses_address(hall: Hall, tmp_path: Path) -> None:
    back = back_of(hall, tmp_path)
    for member in ("itineo", "trottix"):
        hooks.register(hall.front, member, target=f"reader@{member}.example", channel="mail")
    happen(hall)
    assert deliver_due(back, NOW) == 2
    assert deliver_due(back, NOW) == 0
    folder = tmp_path / "hub" / "mail"
    messages = [path.read_bytes() for path in folder.glob("*.eml")]
    assert sorted(read(content)["To"] for content in messages) == ["reader@itineo.example", "reader@trottix.example"]
    assert not any(b"itineo" in content and b"trottix" in content for content in messages)
    assert (folder.stat().st_mode & 0o077) == 0


@pytest.fixture
def relay() -> Iterator[tuple[int, list[str]]]:
    """An SMTP relay that takes one message at a time and refuses readers at `full.example`."""
    listening = socket.create_server(("127.0.0.1", 0))
    heard: list[str] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                _converse(stream, heard)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1], heard
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def _converse(stream: BufferedRWPair, heard: list[str]) -> None:
    def say(line: str) -> None:
        stream.write(f"{line}\r\n".encode())
        stream.flush()

    say("220 relay")
    for raw in stream:
        line = raw.decode().rstrip("\r\n")
        heard.append(line)
        verb = line[:4].upper()
        if verb == "QUIT":
            say("221 bye")
            return
        if verb == "DATA":
            say("354 go on")
            for raw_text in stream:
                heard.append(raw_text.decode().rstrip("\r\n"))
                if heard[-1] == ".":
                    break
        say("550 no room for reader@full.example" if verb == "RCPT" and "full" in line else "250 ok")


def test_a_relay_is_given_one_reader_a_message(relay: tuple[int, list[str]]) -> None:
    port, heard = relay
    mailing.send(f"smtp://127.0.0.1:{port}", composed(notice()))
    assert [line for line in heard if line.lower().startswith("rcpt to")] == ["rcpt TO:<reader@itineo.example>"]


def test_a_relay_that_refuses_is_a_failure_that_names_no_reader(
    hall: Hall, tmp_path: Path, relay: tuple[int, list[str]]
) -> None:
    back = replace(back_of(hall, tmp_path), mail=f"smtp://127.0.0.1:{relay[0]}")
    made = hooks.register(hall.front, "itineo", target="reader@full.example", channel="mail").hook
    happen(hall)
    assert deliver_due(back, NOW) == 1
    (sent,), _ = hooks.deliveries(hall.front, made.id, member="itineo")
    assert (sent.delivery.state, sent.delivery.status) == ("waiting", None)
    assert "SMTPRecipientsRefused" in sent.delivery.error
    assert "reader" not in sent.delivery.error


def test_no_relay_is_a_failure(relay: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise smtplib.SMTPServerDisconnected("no")

    monkeypatch.setattr(smtplib.SMTP, "send_message", refuse)
    with pytest.raises(FetchError, match="SMTPServerDisconnected"):
        mailing.send(f"smtp://127.0.0.1:{relay[0]}", composed(notice()))


@pytest.mark.parametrize("where", ["", "http://relay.example", "smtps://relay.example", "smtp://relay:port"])
def test_a_setting_that_names_neither_relay_nor_folder_is_refused(where: str) -> None:
    with pytest.raises(BadRequest, match="HUB_MAIL"):
        mailing.send(where, composed(notice()))
