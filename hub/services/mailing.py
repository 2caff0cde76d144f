"""E-mail: a happening as a message in both languages, sent to a relay or written to a folder.

One message has one reader: nobody finds another's address in it. No header holds a line break, whatever a feed calls
itself.
"""

from __future__ import annotations

import hashlib
import smtplib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from hub.durable import publish_file, staging, storage_errors
from hub.errors import BadRequest, FetchError
from hub.services.notices import Notice

#: How long the relay may take for one step, in seconds.
RELAY_S: Final = 10.0
_LONGEST_SUBJECT: Final = 200


def compose(notice: Notice, *, to: str, sender: str, hook: str, base: str) -> EmailMessage:
    """The message that tells a happening to one reader. `base` is where readers reach this hub.

    Raises:
        BadRequest: the reader's or the sender's address is none.
    """
    end = f"{base}/api/v1/hooks/{hook}/unsubscribe"
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender)
    message["To"] = _address(to)
    message["Subject"] = _line(f"{notice.feed.fr} : {notice.title.fr} / {notice.title.en}")
    message["Date"] = format_datetime(notice.at)
    message["Message-ID"] = f"<{notice.id}.{hook}@{urlsplit(base).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    # RFC 2369 and RFC 8058: a reader's program ends it with one request, and no look at a link does.
    message["List-Unsubscribe"] = f"<{end}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_text(notice, hook, base), cte="quoted-printable")
    return message


def send(where: str, message: EmailMessage) -> None:
    """Hand a message to the relay ``smtp://host:port``, or write it into the folder `where`.

    Raises:
        FetchError: the relay did not take it; the sentence holds no address.
        BadRequest: HUB_MAIL names neither.
        StorageError: the folder cannot be written.
    """
    if where.startswith("smtp://"):
        _to_relay(where, message)
    elif "://" in where or not where:
        raise BadRequest("HUB_MAIL is smtp://host:port or a folder")
    else:
        _to_folder(Path(where), message)


def _to_relay(where: str, message: EmailMessage) -> None:
    try:
        parts = urlsplit(where)
        host, port = parts.hostname or "", parts.port or 25
    except ValueError as fault:
        raise BadRequest("HUB_MAIL is smtp://host:port or a folder") from fault
    try:
        with smtplib.SMTP(host, port, timeout=RELAY_S) as relay:
            relay.send_message(message)
    except (smtplib.SMTPException, OSError) as fault:
        # The relay's own sentence may repeat the reader's address.
        code = getattr(fault, "smtp_code", None)
        raise FetchError(f"the relay did not take it ({type(fault).__name__}{f' {code}' if code else ''})") from fault


def _to_folder(folder: Path, message: EmailMessage) -> None:
    # Named by what it is, so that a message that is sent again after a kill lies there once.
    name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:16]
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with staging(folder) as work, storage_errors(folder):
        (work / "mail").write_bytes(message.as_bytes())
        publish_file(work / "mail", folder / f"{name}.eml")


def _text(notice: Notice, hook: str, base: str) -> str:
    address = f"{base}/api/v1/feeds/{notice.slug}"
    said = "\n\n".join(" ".join(text.split()) for text in (notice.sentence.fr, notice.sentence.en))
    ends = (
        "Pour ne plus recevoir ces messages / to receive no more of these:\n"
        f"  hub hooks remove {hook}\n  {base}/api/v1/hooks/{hook}/unsubscribe (POST)"
    )
    return f"{said}\n\n{address}\n\n-- \n{ends}\n"


def _line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:_LONGEST_SUBJECT]


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError) as fault:  # `email.errors.HeaderParseError` is a ValueError too
        raise BadRequest("an e-mail address is none") from fault
