"""Where the published objects of the GBFS systems lie, and where readers find their files."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from hub.errors import NotFound
from hub.released import Released
from hub.services.front import Front

#: Below the address that this hub is reached at.
ADDRESS: Final = "/api/v1/gbfs"
#: Below the released plane: one folder a system, which holds what is published and what was before.
_FOLDER: Final = "live"
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def base_of(front: Front, slug: str) -> str:
    """The address of a system, which never changes; its versions lie below."""
    return f"{front.public_url}{ADDRESS}/{slug}"


def packs(front: Front, slug: str) -> Released:
    """The objects of one system.

    Raises:
        NotFound: a slug that is none: it would name another folder.
    """
    if not _SLUG.fullmatch(slug):
        raise NotFound(f"no feed is called {slug!r}")
    return Released(front.released.root / _FOLDER / slug)


def remove_old(front: Front, slug: str, *, keep: Collection[str]) -> None:
    """Remove the objects of a system but those of these digests.

    The one before the current is kept once more: a reader may have read the row and not yet the object.
    """
    for path in packs(front, slug).root.glob("[0-9a-f][0-9a-f]/*"):
        if path.name not in keep:
            path.unlink(missing_ok=True)
