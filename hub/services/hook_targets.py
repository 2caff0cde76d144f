"""Where a hook may lead, and how much of it is shown."""

from __future__ import annotations

import re
from typing import Final

import httpx

from hub.errors import BadRequest
from hub.fetch import shown

WEBHOOK: Final = "webhook"
MAIL: Final = "mail"
CHANNELS: Final = (WEBHOOK, MAIL)
LONGEST_URL: Final = 2_000
#: What an address may be made of; narrower than RFC 5321, for nothing in it is ever quoted or folded.
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def shown_target(channel: str, target: str) -> str:
    """An address as it may be shown: of a URL the host alone, for many services keep their token in its path.

    Raises:
        BadRequest: it is none that can be sent to.
    """
    if channel == MAIL:
        if not _ADDRESS.fullmatch(target) or len(target) > 254:
            raise BadRequest("this is no e-mail address that the hub sends to")
        return f"{target[0]}…{target[target.index('@') :]}"
    if channel != WEBHOOK:
        raise BadRequest(f"no channel is called {channel!r}; there are {', '.join(CHANNELS)}")
    try:
        url = httpx.URL(target)
    except (httpx.InvalidURL, ValueError) as fault:
        raise BadRequest("this is no address") from fault
    if url.scheme not in ("http", "https") or not url.host or len(target) > LONGEST_URL:
        raise BadRequest("webhooks are sent to http and https addresses")
    return f"{shown(str(url.copy_with(raw_path=b'/')))}…"
