"""The back office: what intake and the cube builder need. The only bundle that holds the vault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from feeds.reading import Limits
from hub.fetch import Fetcher
from hub.sealing import Opener, read_key
from hub.services.front import Front
from hub.signet import Signet
from hub.vault import Vault

#: Told of long work: phase, how much is done, how much there is (0 when not known).
Progress = Callable[[str, int, int], None]


def silent(phase: str, done: int, total: int) -> None:
    """For whoever does not want to know."""


@dataclass(frozen=True, slots=True)
class Back:
    """The front office's planes, the vault, the fetcher and the limits of reading."""

    front: Front
    vault: Vault
    fetcher: Fetcher
    timezone: str
    signet: Signet
    zones: Path | None = None
    limits: Limits = field(default_factory=Limits)
    check_s: float = 900.0
    check_memory: int = 4 << 30
    sealing_key: str = field(default="", repr=False)
    #: Where e-mail goes: ``smtp://host:port``, or a folder; and whom it is from.
    mail: str = ""
    mail_from: str = "hub@localhost"
    #: Who answers for what the hub publishes again.
    contact: str = ""
    #: After how many days a 304 is not trusted, and a row of a single request not kept.
    full_fetch_days: int = 7
    fetch_log_days: int = 180
    #: For how many days the history of GBFS and GTFS-RT is kept.
    history_days: int = 400
    progress: Progress = silent

    @property
    def opener(self) -> Opener:
        """Who opens sealed credentials: with the key of the settings, else with a file beside the signet.

        Raises:
            BadRequest: the settings' key is none.
            StorageError: the folder of keys cannot be read or written.
        """
        return Opener(read_key(self.sealing_key) if self.sealing_key else self.signet.secret("sealing"))
