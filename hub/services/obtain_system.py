"""A GBFS system, file by file: what its discovery document names, each judged as the document's own address was."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from feeds.errors import FeedError, NotAFeed
from feeds.findings import Finding
from feeds.gbfs import discover
from feeds.gbfs.notices import finding
from feeds.gbfs.spec import CORE
from hub.errors import AddressForbidden, FetchError
from hub.fetch import Answer
from hub.records.feed_models import Held
from hub.services.errands import Errands

#: The name of the discovery document among a system's files.
DISCOVERY = "gbfs"
#: Files of a GBFS system are small; a discovery document that names more than this is no system.
_MOST_FILES = 40
#: A name becomes a file name here, so it may not lead anywhere.
_FILE_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
#: Without these a system is refused; before 2.x … 3.0 renamed it, one had another name.
_NEEDED = frozenset({*CORE, "free_bike_status"})


@dataclass(frozen=True, slots=True)
class HeldBytes:
    """The files that are held, out of the archive of the current version: a 304 brings no bytes."""

    held: dict[str, Held]
    current: Callable[[], Path | None]

    def lay(self, name: str, target: Path) -> bool:
        """Write a file as it is held to `target`; False where these very bytes are not there."""
        row, archive = self.held.get(name), self.current()
        if row is None or archive is None or not zipfile.is_zipfile(archive):
            return False
        with zipfile.ZipFile(archive) as packed:
            if f"{name}.json" not in packed.namelist():
                return False
            content = packed.read(f"{name}.json")
        if hashlib.sha256(content).hexdigest() != row.digest:
            return False
        target.write_bytes(content)
        return True


@dataclass(slots=True)
class System:
    """A system on its way into `folder`."""

    errands: Errands
    held: HeldBytes
    folder: Path
    unchanged: bool = True
    findings: list[Finding] = field(default_factory=list)

    def take(self, document: Path, answer: Answer) -> None:
        """Take the discovery document, and every file that it names.

        A file whose address lies inside is left out and named in a finding, unless the system needs it.

        Raises:
            FeedError: no discovery document, or a file could not be fetched; the error names it.
        """
        files = self._named_by(document)
        self.folder.mkdir()
        self._keep_discovery(document)
        self.unchanged = answer.not_modified
        for name, address in files.items():
            if name != DISCOVERY:
                self._take_file(name, address, answer.url)

    def _named_by(self, document: Path) -> dict[str, str]:
        found = discover(document.read_bytes())
        # From 3.0 on there is one list; before, each language has its own, and the first one's files are taken.
        files = dict(next(addresses for addresses in found.feeds.values() if addresses))
        if len(files) > _MOST_FILES:
            raise NotAFeed(f"names {len(files)} files, more than {_MOST_FILES}", file="gbfs.json", field="data.feeds")
        for name in files:
            if not _FILE_NAME.fullmatch(name):
                raise NotAFeed(f"{name!r} is not the name of a file", file="gbfs.json", field="data.feeds.name")
        return files

    def _keep_discovery(self, document: Path) -> None:
        self._clean(document.rename(self.folder / f"{DISCOVERY}.json"))

    def _clean(self, place: Path) -> None:
        came = place.read_bytes()
        if (clean := self.errands.clean(came)) != came:
            place.write_bytes(clean)

    def _take_file(self, name: str, address: str, named_by: str) -> None:
        target = self.folder / f"{name}.json"
        laid = self.held.lay(name, target)
        try:
            came = self.errands.ask(name, address, target, only_if_changed=laid)
        except AddressForbidden as fault:
            if name in _NEEDED:
                raise self._refusal(name, named_by, fault) from fault
            target.unlink(missing_ok=True)
            self.findings.append(finding("gbfs_file_not_fetched", str(fault), file=f"{name}.json"))
        except FetchError as fault:
            raise self._refusal(name, named_by, fault) from fault
        else:
            self.unchanged = self.unchanged and came.not_modified
            self._clean(target)

    def _refusal(self, name: str, named_by: str, fault: FetchError) -> FeedError:
        return FeedError(self.errands.without_secrets(f"named by {named_by}: {fault}"), file=f"{name}.json")
