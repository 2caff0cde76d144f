"""The vault's inbox: an upload is streamed to the disk within a limit, and is there whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterable
from pathlib import Path
from typing import Final
from uuid import uuid4

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from hub.durable import publish_file, storage_errors
from hub.errors import BadRequest

#: What may be handed in, and the ending under which the readers know it.
SUFFIX: Final = {
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/json": ".json",
    "application/geo+json": ".json",
    "application/gzip": ".json.gz",
    "application/octet-stream": "",
}
_MAGIC: Final = ((b"PK", ".zip"), (b"\x1f\x8b", ".json.gz"), (b"{", ".json"), (b"[", ".json"))


def suffix_of(media_type: str) -> str:
    """The file ending for a Content-Type; empty when the content has to tell.

    Raises:
        HTTPException: 415, for a form or another type that no feed comes in.
    """
    kind = media_type.partition(";")[0].strip().lower() or "application/octet-stream"
    if kind not in SUFFIX:
        listed = ", ".join(SUFFIX)
        raise HTTPException(415, f"send the file itself as the body (curl --data-binary @feed.zip), as one of {listed}")
    return SUFFIX[kind]


async def take(stream: AsyncIterable[bytes], inbox: Path, *, suffix: str, most_bytes: int) -> Path:
    """Write a body into the inbox, piece by piece, and answer with its path once it is whole and synced.

    Raises:
        HTTPException: 413, past `most_bytes`.
        BadRequest: an empty body, or one that broke off.
        StorageError: no room or no right; nothing is left behind.
    """
    with storage_errors(inbox):
        inbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = inbox / f"{uuid4().hex}.partial"
    try:
        start = await _write(stream, partial, most_bytes)
        ending = suffix or next((one for magic, one in _MAGIC if start.lstrip().startswith(magic)), "")
        whole = partial.with_name(partial.stem + ending)
        with storage_errors(inbox):
            await anyio.to_thread.run_sync(publish_file, partial, whole)
        return whole
    finally:
        partial.unlink(missing_ok=True)


async def _write(stream: AsyncIterable[bytes], target: Path, most_bytes: int) -> bytes:
    taken, start = 0, b""
    with storage_errors(target.parent):
        async with await anyio.open_file(target, "wb") as file:
            try:
                async for piece in stream:
                    taken += len(piece)
                    if taken > most_bytes:
                        raise HTTPException(413, f"more than {most_bytes} bytes")
                    start = start or piece[:16]
                    await file.write(piece)
            except ClientDisconnect as fault:
                raise BadRequest("the upload broke off; nothing was kept") from fault
    if taken == 0:
        raise BadRequest("the body is empty: send the file itself (curl --data-binary @feed.zip)")
    return start
