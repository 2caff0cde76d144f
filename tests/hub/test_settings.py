from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from hub.clock import FixedClock, system_clock
from hub.settings import Settings, settings_of

#: Another value than the default for each setting, as an environment holds it, and as it is read.
GIVEN: dict[str, tuple[str, object]] = {
    "home": ("/srv/hub", Path("/srv/hub")),
    "database_url": ("postgresql+psycopg://hub:s3cret@db/hub", "postgresql+psycopg://hub:s3cret@db/hub"),
    "vault": ("/srv/vault", Path("/srv/vault")),
    "released": ("/srv/released", Path("/srv/released")),
    "keys": ("/srv/keys", Path("/srv/keys")),
    "timezone": ("Europe/Zurich", "Europe/Zurich"),
    "zones": ("/srv/communes.geojson", Path("/srv/communes.geojson")),
    "now": ("2026-03-01T08:00:00Z", dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)),
    "memory_mib": ("256", 256),
    "threads": ("8", 8),
    "expanded_mib": ("100", 100),
    "fetch_mib": ("10", 10),
    "fetch_s": ("1.5", 1.5),
    "check_s": ("60", 60.0),
    "check_mib": ("2048", 2048),
    "allow_private_addresses": ("true", True),
    "sealing_key": ("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
    "full_fetch_days": ("3", 3),
    "host_requests": ("4", 4),
    "pollers": ("8", 8),
    "history_days": ("30", 30),
    "fetch_log_days": ("30", 30),
    "mail": ("smtp://relay.hub.example:25", "smtp://relay.hub.example:25"),
    "mail_from": ("feeds@hub.example", "feeds@hub.example"),
    "contact": ("data@hub.example", "data@hub.example"),
    "public_url": ("https://hub.example", "https://hub.example"),
    "country": ("FRA", "FRA"),
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HUB_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_each_setting_is_described_and_comes_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(Settings.model_fields[name].description or "") > 15
    text, value = GIVEN[name]
    before = getattr(Settings(), name)
    monkeypatch.setenv(f"HUB_{name.upper()}", text)
    assert getattr(Settings(), name) == value != before


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_an_empty_variable_is_one_that_is_not_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Compose files pass what is not set as nothing; Path("") would be the folder one happens to stand in.
    monkeypatch.setenv(f"HUB_{name.upper()}", "")
    assert Settings() == Settings(**{name: Settings.model_fields[name].default})


def test_paths_lie_below_the_home() -> None:
    settings = Settings(home=Path("/srv/hub"))
    assert settings.vault_folder == Path("/srv/hub/vault")
    assert settings.released_folder == Path("/srv/hub/released")
    assert settings.records_folder == Path("/srv/hub/records")
    assert settings.records_url == "sqlite:////srv/hub/records/records.sqlite3"
    assert settings.communes is None


def test_each_plane_may_lie_elsewhere() -> None:
    settings = Settings(vault=Path("/a"), released=Path("/b"), database_url="sqlite://")
    assert (settings.vault_folder, settings.released_folder, settings.records_url) == (
        Path("/a"),
        Path("/b"),
        "sqlite://",
    )


@pytest.mark.parametrize("home", ["/a b", "/a?b=c", "/a%20b", "/a#b", "relative"])
def test_a_home_of_any_name_can_hold_the_records(home: str) -> None:
    assert make_url(Settings(home=Path(home)).records_url).database == f"{home}/records/records.sqlite3"


def test_limits_are_in_bytes() -> None:
    limits = Settings(memory_mib=64, expanded_mib=2, threads=3).limits
    assert (limits.memory, limits.expanded, limits.threads) == (64 << 20, 2 << 20, 3)


def test_the_clock_is_the_machine_s_unless_it_was_stopped() -> None:
    now = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
    assert Settings().clock is system_clock
    assert Settings(now=now).clock == FixedClock(now)
    assert system_clock().tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "Europe/Pari"),
        ("timezone", "../etc/passwd"),
        ("timezone", "Europe"),
        ("now", "2026-03-01T08:00:00"),
        ("memory_mib", "1"),
        ("threads", "0"),
        ("fetch_s", "0"),
        ("fetch_mib", "-1"),
    ],
)
def test_a_value_that_cannot_work_is_refused_at_the_start(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"HUB_{name.upper()}", value)
    with pytest.raises(ValidationError, match=name):
        Settings()


def test_settings_do_not_change_and_do_not_show_the_password() -> None:
    settings = Settings(database_url="postgresql://hub:s3cret@db/hub")
    assert "s3cret" not in repr(settings)
    with pytest.raises(ValidationError, match="frozen"):
        settings.threads = 3  # type: ignore[misc]


def test_the_file_in_the_home_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hub.env").write_text("HUB_THREADS=3\nHUB_CONTACT=file@hub.example\n")
    monkeypatch.setenv("HUB_CONTACT", "environment@hub.example")
    settings = settings_of(tmp_path)
    assert (settings.home, settings.threads, settings.contact) == (tmp_path, 3, "environment@hub.example")
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    assert settings_of() == settings


def test_communes_are_found_in_the_home(tmp_path: Path) -> None:
    usual = tmp_path / "zones" / "communes.geojson"
    usual.parent.mkdir()
    usual.write_text("{}")
    assert Settings(home=tmp_path).communes == usual
    assert Settings(home=tmp_path, zones=Path("/other")).communes == Path("/other")
