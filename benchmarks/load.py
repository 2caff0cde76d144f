"""A generator of load over raw sockets that are kept alive, and a server that knows one answer: its ceiling."""

from __future__ import annotations

import asyncio
import gzip
import json
import multiprocessing
import socket
import time
from typing import Any, Final, cast

CONNECTIONS: Final = 8


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def request_of(path: str, headers: dict[str, str]) -> bytes:
    """A GET as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def first(port: int, path: str, headers: dict[str, str]) -> tuple[bytes, int]:
    """One whole answer as it came, and the size of its body, checked."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request_of(path, headers))
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(1 << 16)
        head, _, body = data.partition(b"\r\n\r\n")
        while len(body) < _length(head):
            body += connection.recv(1 << 16)
    expected = b" 304 " if "If-None-Match" in headers else b" 200 "
    if expected not in head.splitlines()[0]:
        raise RuntimeError(head.decode("latin-1"))
    if body and b"content-type: application/json" in head.lower():
        json.loads(gzip.decompress(body) if b"content-encoding: gzip" in head.lower() else body)
    return head + b"\r\n\r\n" + body, len(body)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def in_another_process(work: Any, *arguments: Any) -> float:
    """The seconds that a function answers with, run where it takes no time from anybody else."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds: float = pool.apply(work, arguments)
        return seconds


def loaded(port: int, request: bytes, asked: int) -> float:
    """Seconds until `asked` requests were answered over a few connections that are kept alive."""

    async def connection(share: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(share):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if length := _length(head):
                await reader.readexactly(length)
        writer.close()

    async def all_of_them() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(connection(asked // CONNECTIONS) for _ in range(CONNECTIONS)))
        return time.perf_counter() - begun

    return asyncio.run(all_of_them())


def ceiling(answer: bytes, asked: int) -> float:
    """The same load on a server that knows one answer."""
    port = free_port()
    server = multiprocessing.get_context("spawn").Process(target=_one_answer, args=(port, answer), daemon=True)
    server.start()
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        return in_another_process(loaded, port, request_of("/", {}), asked)
    finally:
        server.terminate()
        server.join()


def _one_answer(port: int, answer: bytes) -> None:
    class Door(asyncio.Protocol):
        transport: asyncio.WriteTransport

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast("asyncio.WriteTransport", transport)

        def data_received(self, data: bytes) -> None:
            self.transport.write(answer * data.count(b"\r\n\r\n"))

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Door, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())
