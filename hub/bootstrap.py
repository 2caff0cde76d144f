"""The only place where things are wired: settings in, a front office or a back office out."""

from __future__ import annotations

from hub.fetch import Fetcher, Hosts
from hub.records import connect
from hub.released import Released
from hub.services.back import Back, Progress, silent
from hub.services.front import Front
from hub.settings import Settings
from hub.signet import Signet
from hub.vault import Vault

_MIB = 1 << 20


def front_office(settings: Settings) -> Front:
    """What answers the public: records and released plane, no vault."""
    return Front(
        records=connect(settings.records_url),
        released=Released(settings.released_folder),
        clock=settings.clock,
        public_url=settings.public_url.rstrip("/"),
        country=settings.country,
    )


def back_office(settings: Settings, *, progress: Progress = silent) -> Back:
    """What takes feeds in and builds releases: the front office's planes, and the vault."""
    agent = "mobility-commons-hub/0.1" + (f" (+{settings.contact})" if settings.contact else "")
    return Back(
        front=front_office(settings),
        vault=Vault(settings.vault_folder),
        signet=Signet(settings.keys_folder),
        sealing_key=settings.sealing_key,
        mail=settings.mail or str(settings.home / "mail"),
        mail_from=settings.mail_from,
        contact=settings.contact,
        fetcher=Fetcher(
            most_bytes=settings.fetch_mib * _MIB,
            most_s=settings.fetch_s,
            allow_private=settings.allow_private_addresses,
            user_agent=agent,
            hosts=Hosts(settings.host_requests),
        ),
        full_fetch_days=settings.full_fetch_days,
        fetch_log_days=settings.fetch_log_days,
        history_days=settings.history_days,
        timezone=settings.timezone,
        zones=settings.communes,
        limits=settings.limits,
        check_s=settings.check_s,
        check_memory=settings.check_mib * _MIB,
        progress=progress,
    )
