"""A GBFS system that was handed in, and that the hub does not ask for itself: what it said is published all the same.

An operator without a server of its own gives its files to the hub (`hub ingest FOLDER`), and readers find them in 2.3
and 3.0 like those of any other. Nobody knows when it gives the next ones, so no reader is told to wait for them: their
``ttl`` is 0, and ``last_updated`` says how old they are.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Mapping
from pathlib import Path

from feeds.errors import FeedError
from feeds.gbfs.sources import locate, open_snapshot
from hub.errors import Conflict, NotFound, Refused
from hub.records.feed_models import Source
from hub.records.models import Version
from hub.services import live
from hub.services.back import Back
from hub.services.manifest import Manifest

log = logging.getLogger(__name__)


def put_pushed(back: Back, version: Version, account: Manifest) -> bool:
    """Publish the newest snapshot of a system that was taken in; answers whether it is published.

    Not where the hub asks the operator itself: what it asked for last is newer than any file that somebody has.
    """
    slug = version.feed_slug
    if account.standard != "gbfs":
        return False
    with live.turn(back, slug), back.vault.stage() as work:
        if _is_polled(back, slug):
            return False
        archive = back.vault.raw(account.raw_digest)
        if not zipfile.is_zipfile(archive):  # a discovery document by itself: what it names was never handed in
            return False
        try:
            documents = _newest(archive, work / "pushed", back)
            live.put(back, slug, documents, at=back.front.clock(), ttls={})
        except (NotFound, Conflict, Refused):
            return False  # kept for its holder, published to nobody; the log says why
        except FeedError as fault:
            log.info("%s: nothing of it can be published: %s", slug, fault)
            return False
    return True


def _is_polled(back: Back, slug: str) -> bool:
    with back.front.records.read() as session:
        source = session.get(Source, slug)
    return source is not None and source.active


def _newest(archive: Path, into: Path, back: Back) -> Mapping[str, bytes]:
    """The documents of a system's last snapshot, in its first language, by the names they came under."""
    _, place = locate(_unpacked(archive, into))[-1]
    return {name: path.read_bytes() for name, path in open_snapshot("", place, back.limits).published().items()}


def _unpacked(archive: Path, into: Path) -> Path:
    # The vault packed it, out of a folder that was read before: its names and sizes are known to be harmless.
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(into)
    return into
