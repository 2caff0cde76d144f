"""Credentials of feeds: sealed by whoever sets them, opened by the worker alone, and for the origin they were set for.

What is sealed holds the origin and where a token comes from, so that no change of a feed's address, and no row that
somebody else wrote, sends a secret elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from hub.errors import BadRequest, Conflict, NotFound
from hub.fetching.credentials import Basic, Bearer, ClientCredentials, Credential, InHeader, InQuery, Way
from hub.fetching.urls import origin, shown, web_address
from hub.records import held, sealing
from hub.records.feed_models import Source
from hub.sealing import Opener
from hub.services.front import Front

#: What each kind is made of: what may be shown of it (a mark of interrogation: it may lack), and what may not.
KINDS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "header": (("name",), ("value",)),
    "bearer": ((), ("token",)),
    "basic": ((), ("user", "password")),
    "query": (("name",), ("value",)),
    "oauth2": (("token_url", "scope?"), ("client", "secret")),
}
#: RFC 9110 section 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
#: What the fetcher says itself.
_TAKEN = frozenset(
    {"host", "user-agent", "accept", "accept-encoding", "connection", "content-length", "transfer-encoding", "range"}
    | {"if-none-match", "if-modified-since", "if-match", "if-range", "if-unmodified-since", "expect", "upgrade", "te"}
)
_MOST = 4096


def put(front: Front, slug: str, kind: str, facts: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Seal a feed's credential, in the place of an older one; answers with what may be shown of it.

    `facts` and `secrets` are what `KINDS` names for the kind.

    Raises:
        NotFound: the feed is not registered.
        BadRequest: no such kind, or something is missing, too much, or cannot be sent.
        Conflict: the hub has no key to seal with yet.
    """
    checked(kind, facts, secrets)
    with front.records.write() as session:
        source = _source(session, slug)
        auth = {"kind": kind, "origin": origin(source.url), **facts}
        sealed = sealing.sealer(session).seal(orjson.dumps({**auth, **secrets}).decode())
        source.auth, source.secret = auth, sealed
        # What came may repeat the one before, which is known to nobody any more: all is asked for anew.
        held.forget(session, slug)
    return auth


def show(front: Front, slug: str) -> dict[str, Any]:
    """What may be shown of a feed's credential; empty when it has none.

    Raises:
        NotFound: the feed is not registered.
    """
    with front.records.read() as session:
        source = _source(session, slug)
        return dict(source.auth) if source.secret else {}


def remove(front: Front, slug: str) -> bool:
    """Forget a feed's credential; answers whether it had one.

    Raises:
        NotFound: the feed is not registered.
    """
    with front.records.write() as session:
        source = _source(session, slug)
        had = source.secret is not None
        source.auth, source.secret = {}, None
        held.forget(session, slug)
    return had


def opened(source: Source, opener: Opener) -> Credential:
    """A feed's credential, for the worker to ask with. `source` has one.

    Raises:
        Conflict: it was set for another origin than the feed's address has now.
        StorageError: it was sealed for another key.
    """
    told = orjson.loads(opener.open(source.secret or b""))
    if told["origin"] != origin(source.url):
        raise Conflict(
            f"the credential of feed {source.slug!r} was set for {told['origin']}, and its address is now "
            f"{shown(source.url)}: set it anew (`hub feeds credentials set {source.slug}`)"
        )
    return Credential(told["origin"], _way(told))


def _source(session: Session, slug: str) -> Source:
    source = session.get(Source, slug)
    if source is None:
        raise NotFound(f"no feed is registered as {slug!r}")
    return source


def checked(kind: str, facts: Mapping[str, str], secrets: Mapping[str, str]) -> Way:
    """The way in that these make.

    Raises:
        BadRequest: no such kind, or something is missing, too much, or cannot be sent; no secret is repeated.
    """
    if kind not in KINDS:
        raise BadRequest(f"{kind!r} is no kind of credential: {', '.join(KINDS)}")
    names, hidden = KINDS[kind]
    known = {name.rstrip("?") for name in names}
    missing = [name for name in (*names, *hidden) if not name.endswith("?") and not {**facts, **secrets}.get(name)]
    # An API key often stands for the user, and then there is no password.
    missing = [name for name in missing if (kind, name) != ("basic", "password")]
    if missing:
        raise BadRequest(f"a credential of kind {kind} needs {', '.join(missing)}")
    if extra := sorted((facts.keys() - known) | (secrets.keys() - set(hidden))):
        raise BadRequest(f"a credential of kind {kind} has no {', '.join(extra)}")
    for name, value in {**facts, **secrets}.items():
        if len(value) > _MOST or not value.isprintable() or value != value.strip():
            raise BadRequest(f"{name}: one line of {_MOST} characters at most, without blanks around it")
    for name in ("value", "token"):
        if kind in ("header", "bearer") and not secrets.get(name, "").isascii():
            raise BadRequest(f"{name}: only ASCII can be sent in a header")
    return _way({"kind": kind, **facts, **secrets})


def _way(told: Mapping[str, str]) -> Way:
    match told["kind"]:
        case "header":
            return InHeader(_header_name(told["name"]), told["value"])
        case "bearer":
            return Bearer(told["token"])
        case "basic":
            return Basic(told["user"], told.get("password", ""))
        case "query":
            return InQuery(told["name"], told["value"])
        case _:
            token_url = _token_url(told["token_url"])
            return ClientCredentials(token_url, told["client"], told["secret"], told.get("scope", ""))


def _header_name(name: str) -> str:
    if not _TOKEN.fullmatch(name) or name.lower() in _TAKEN:
        raise BadRequest(f"{name!r} is no header that a credential can go into")
    return name


def _token_url(url: str) -> str:
    place = web_address(url)
    if place.userinfo or place.query or place.fragment:
        raise BadRequest("the token's address is shown: give it without user, password and query")
    return url
