"""Asking an application as a server would, without a network: one event loop, one call a request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode

import anyio
import anyio.to_thread
import pytest
from fastapi import FastAPI

from hub.api.app import described_app
from hub.services.front import Front


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by lower-case name (several of one name joined) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@cache
def _door() -> FastAPI:
    return described_app()


def web_door(front: Front) -> FastAPI:
    """The web door of a front office. It is built once: to describe itself takes it longer than most walks."""
    app = _door()
    app.state.front = front
    # What it keeps at hand is of the front office before.
    app.state._state.pop("at_hand", None)
    return app


@dataclass(slots=True)
class Asker:
    """Asks one application, as a context. What an application would do in a thread is done at once instead."""

    app: FastAPI
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    patch: pytest.MonkeyPatch = field(default_factory=pytest.MonkeyPatch)

    def __enter__(self) -> Asker:
        # One request at a time is asked here, and to change threads takes longer than most answers.
        self.patch.setattr(anyio.to_thread, "run_sync", _at_once)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.patch.undo()
        self.runner.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """One request and its answer."""
        return self.runner.run(_once(self.app, _scope(method, path, query or {}, headers or {}), body))


async def _at_once(work: Callable[..., Any], *arguments: Any, **_: Any) -> Any:
    return work(*arguments)


def _scope(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    sent = {"host": "hub.test", **{name.lower(): value for name, value in headers.items()}}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": urlencode(query).encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("hub.test", 80),
        "state": {},
    }


async def _once(app: FastAPI, scope: dict[str, Any], body: bytes) -> Answer:
    pieces: list[bytes] = []
    start: dict[str, Any] = {}
    asked = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if asked.is_set():
            await asyncio.Event().wait()  # a client that stays until it is answered
        asked.set()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    headers: dict[str, str] = {}
    for name, value in start["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return Answer(start["status"], headers, b"".join(pieces))
