"""The walk: every address, for every role, in one state of the agreements, and what was seen on the way."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select

from hub.records.models import LogText
from tests.surface.asking import Answer, Asker
from tests.surface.basin import Basin
from tests.surface.discovery import Operation
from tests.surface.lawful import AGREED, ALIKE, ROLES, WEAK, may_see
from tests.surface.scanning import Scanner
from tests.surface.values import QUERY, RIGHT_PURPOSE

LANGUAGES: Final = ("fr", "en")

#: Ways of asking that must change nothing about who may see what.
_WAYS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("GET", {"Accept": "text/html"}),
    ("HEAD", {}),
    ("GET", {"Range": "bytes=0-"}),
    ("GET", {"Accept": "text/csv, */*;q=0.1", "Accept-Language": "fr"}),
    ("GET", {"Range": "bytes=0-3,5-9"}),
    ("GET", {"If-None-Match": "{tags}"}),
    ("GET", {"Accept-Encoding": "gzip, br, zstd", "Accept": "application/vnd.apache.parquet"}),
    ("GET", {"If-Modified-Since": "Sun, 01 Jan 2040 00:00:00 GMT"}),
    ("GET", {"If-Range": "{tag}", "Range": "bytes=-4"}),
    ("GET", {"X-Forwarded-For": "127.0.0.1", "X-HTTP-Method-Override": "GET", "X-Original-URL": "/"}),
)


#: What tells everybody the same, whatever was agreed: asked by a few in every state, and compared.
SAME_FOR_ALL: Final = frozenset(
    {
        "/api/v1/openapi.json",
        "/api/v1/docs",
        "/api/v1/problems",
        "/api/v1/problems/{code}",
        "/api/v1/statistics",
        "/api/v1/statistics/{name}",
        "/problems/{code}",
        "/static/style.css",
        "/statistics",
        "/statistics/{name}",
    }
)
FEW: Final = ("public", "authority", "rival operator", "key that nobody issued")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask an address."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(slots=True)
class Walk:
    """Everything that can be read is asked, as everybody, in one state of the agreements; and what was seen there."""

    asker: Asker
    basin: Basin
    state: str
    values: Mapping[str, list[str]]
    #: Each address in several ways, or in one of them at a time.
    thorough: bool = False
    #: The operations at which something is decided or handed out; None: not known yet.
    exits: frozenset[str] | None = None
    found_exits: set[str] = field(default_factory=set)
    asked: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)
    seen_agreed: set[tuple[str, str]] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    scanner: Scanner = field(init=False)
    _scanned: dict[bytes, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scanner = Scanner(self.basin.sentinels)

    def through(self, found: Sequence[Operation], *, start: int) -> None:
        """Ask each operation that reads; `start` turns the order in which ways of asking are tried."""
        turn = start
        for operation in (one for one in found if one.method == "GET"):
            before = self._decisions(), len(self.seen_agreed)
            for address in operation.addresses(self.values):
                bodies = set()
                for role in self._roles(operation, turn):
                    turn += 1
                    for way in self._ways(operation, turn):
                        answer = self.ask(way, address, role)
                        bodies.add(answer.body if way.method == "GET" and answer.status == 200 else b"")
                if operation.template in SAME_FOR_ALL and len(bodies - {b""}) > len(LANGUAGES):
                    self.faults.append(f"{address} is not the same for all: take it from SAME_FOR_ALL")
            if (self._decisions(), len(self.seen_agreed)) != before:
                self.found_exits.add(operation.template)

    def _decisions(self) -> int:
        with self.basin.front.records.read() as session:
            acts = LogText.action.contains(".")
            return session.scalar(select(func.count()).select_from(LogText).where(~acts)) or 0

    def _roles(self, operation: Operation, turn: int) -> Sequence[str]:
        """Everybody; once the exits are known, the weakest keys in turns, and few where nothing is decided."""
        if operation.template in SAME_FOR_ALL:
            return FEW
        if self.exits is None:
            return tuple(ROLES)
        if operation.template not in self.exits:
            return FEW[0], FEW[1 + turn % (len(FEW) - 1)]
        here = {group[(turn + place) % len(group)] for group in (WEAK, ALIKE) for place in range(2)}
        return [role for role in ROLES if role in here or role not in (*WEAK, *ALIKE)]

    def _ways(self, operation: Operation, turn: int) -> Iterator[Way]:
        """Plainly for the purpose that would be right, then in one of all the other ways; or one of all.

        The ways take turns, so that over all roles and states each address is asked in each of them many times.
        """
        named = (operation.template, *operation.marks)
        right = next((RIGHT_PURPOSE[name] for name in named if name in RIGHT_PURPOSE), QUERY["purpose"][0])
        usual = {"purpose": right, "limit": "1000"}
        purpose = {name: value for name, value in usual.items() if name in operation.query}
        others = [
            Way("GET", {**purpose, name: value}, {})
            for name, listed in operation.query.items()
            for value in listed or QUERY[name]
        ]
        others += [Way(method, purpose, self._sent(headers)) for method, headers in _WAYS]
        if self.thorough or turn % 2:
            yield Way("GET", purpose, {})
        if not turn % 2:
            yield others[turn // 2 % len(others)]

    def _sent(self, headers: Mapping[str, str]) -> dict[str, str]:
        tags = self.basin.tags
        told = ", ".join(f'"{tag}"' for tag in tags)
        return {name: value.replace("{tags}", told).replace("{tag}", f'"{tags[0]}"') for name, value in headers.items()}

    def ask(self, way: Way, address: str, role: str, body: bytes = b"") -> Answer:
        """Ask once, and judge what is seen."""
        basin = self.basin
        key = {"Authorization": f"Bearer {basin.keys[role]}"} if basin.keys[role] else {}
        basin.watched.handed.clear()
        answer = self.asker.ask(way.method, address, query=way.query, headers={**way.headers, **key}, body=body)
        self.asked += 1
        self.statuses[int(answer.status)] += 1
        asking = f"{way.method} {address} {dict(way.query)} {dict(way.headers)} as {role}, {self.state}"
        if answer.status >= 500:
            self.faults.append(f"{asking}: {answer.status} {answer.body[:200]!r}")
        opened = {basin.objects[digest] for digest in basin.watched.handed & basin.objects.keys()}
        for of in (told := self._told(answer) | opened):
            if (of, role) in basin.also or may_see(
                of, role=role, state=self.state, purpose=way.query.get("purpose", "open-reuse")
            ):
                self.seen.add((of, role))
            else:
                self.leaks.append(f"{asking}: {answer.status} shows {of}: {answer.body[:300]!r}")
        self.seen_agreed |= {(address, of) for of in told & AGREED.keys()}
        return answer

    def _told(self, answer: Answer) -> set[str]:
        # The same page comes a thousand times; it is looked through once.
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
        found: set[str] = set()
        for part in (headers, answer.body):
            mark = hashlib.sha256(part).digest()
            if mark not in self._scanned:
                self._scanned[mark] = frozenset(self.scanner.found(part))
            found |= self._scanned[mark]
        return found
