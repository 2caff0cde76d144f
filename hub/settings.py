"""What the installer may set: environment variables ``HUB_<NAME>``, or the same lines in ``hub.env`` in its home."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from feeds.reading import Limits
from hub.clock import Clock, FixedClock, system_clock


class Settings(BaseSettings):
    """Settings of one hub. Paths that are not set lie below `home`."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(Path(".hub"), description="Folder that holds the three planes of a hub on one machine")
    database_url: str = Field("", repr=False, description="SQLAlchemy URL of the records; empty: SQLite below `home`")
    vault: Path | None = Field(None, description="Folder of raw archives and operator-sensitive columns")
    released: Path | None = Field(None, description="Folder of what may leave: open files, protected releases")
    keys: Path | None = Field(None, description="Folder of the hub's own signing key; the web must not read it")
    sealing_key: str = Field(
        "", repr=False, description="Key that credentials are sealed with, 32 bytes in base64; empty: a file of its own"
    )
    timezone: str = Field("Europe/Paris", description="Local time of the territory, for hour bands and days")
    zones: Path | None = Field(
        None, description="GeoJSON of the communes (properties id, name); else zones/communes.geojson below `home`"
    )
    now: AwareDatetime | None = Field(
        None, description="Stop the hub's clock at this instant (a demonstration over data of a fixed year)"
    )
    memory_mib: int = Field(1024, ge=64, description="Working memory of a reader, whatever the feed's size, in MiB")
    check_mib: int = Field(4096, ge=256, description="Memory of an external validator, in MiB; it grows with the feed")
    threads: int = Field(2, ge=1, description="Threads of the engine")
    expanded_mib: int = Field(8192, ge=1, description="How far an archive may expand, in MiB")
    fetch_mib: int = Field(2048, ge=1, description="How many MiB a fetch may take off the wire")
    fetch_s: float = Field(300.0, gt=0, description="How long a fetch may take in all, in seconds")
    check_s: float = Field(900.0, gt=0, description="How long an external validator may take, in seconds")
    allow_private_addresses: bool = Field(False, description="Fetch from private and loopback addresses too")
    full_fetch_days: int = Field(7, ge=1, description="Days after which a feed is fetched whole though it says 304")
    pollers: int = Field(4, ge=0, description="Feeds that a worker asks at once; 0: between its other jobs")
    host_requests: int = Field(2, ge=1, description="Requests at once to one host")
    history_days: int = Field(400, ge=1, description="Days for which the history of GBFS and GTFS-RT is kept")
    fetch_log_days: int = Field(180, ge=1, description="Days for which single requests are kept in the records")
    mail: str = Field(
        "", description="Where e-mail goes: smtp://host:port of a relay, or a folder; empty: mail/ below `home`"
    )
    mail_from: str = Field("hub@localhost", description="Sender of the hub's e-mail")
    contact: str = Field("", description="E-mail address that the fetcher names, and feeds that name none of their own")
    public_url: str = Field("http://127.0.0.1:8000", description="Where readers reach the web door")
    country: str = Field(
        "", pattern="^([A-Z]{3})?$", description="Country that the hub is in, for catalogues: three letters such as FRA"
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as fault:  # not there; no name of a zone; a folder of zones
            raise ValueError("no such time zone in the IANA database") from fault
        return name

    def as_environment(self) -> dict[str, str]:
        """What was set, as environment variables, for a process that may not read ``hub.env``."""
        told = self.model_dump(mode="json", exclude_unset=True)
        return {f"HUB_{name.upper()}": str(value) for name, value in told.items() if value is not None}

    @property
    def vault_folder(self) -> Path:
        """Where the vault is, or would be: a process without the right to it never opens it."""
        return self.vault or self.home / "vault"

    @property
    def released_folder(self) -> Path:
        """Where releases are kept."""
        return self.released or self.home / "released"

    @property
    def keys_folder(self) -> Path:
        """Where the hub's own signing key is: never where the web can read."""
        return self.keys or self.home / "keys"

    @property
    def communes(self) -> Path | None:
        """The polygons of the communes, where the installer gave any."""
        usual = self.home / "zones" / "communes.geojson"
        return self.zones or (usual if usual.exists() else None)

    @property
    def clock(self) -> Clock:
        """The machine's clock, or the one that was stopped."""
        return FixedClock(self.now) if self.now else system_clock

    @property
    def records_folder(self) -> Path:
        """Where SQLite keeps the records (it needs the folder, for its journal)."""
        return self.home / "records"

    @property
    def records_url(self) -> str:
        """The SQLAlchemy URL of the records."""
        file = URL.create("sqlite", database=str(self.records_folder / "records.sqlite3"))
        return self.database_url or file.render_as_string()

    @property
    def limits(self) -> Limits:
        """The limits that readers keep."""
        return Limits(memory=self.memory_mib << 20, expanded=self.expanded_mib << 20, threads=self.threads)


def settings_of(home: Path | None = None) -> Settings:
    """The settings of the hub in `home` (else in HUB_HOME, else in ``.hub``), its ``hub.env`` included.

    The environment wins over the file.
    """
    given: dict[str, Any] = {} if home is None else {"home": home}
    where = Settings(**given).home
    return Settings(_env_file=where / "hub.env", **given)
