"""What the compose file and the Dockerfile promise: who mounts what, as whom, and that each command exists."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
HUB = ("migrate", "intake", "web", "worker", "scheduler")

#: Who mounts which plane, and how: the wall between the processes, in one table.
MOUNTS = {
    "records": {("records-db", "rw")},
    "migrate": set(),
    "intake": {("vault", "rw")},
    "web": {("released", "ro")},
    "worker": {("vault", "rw"), ("released", "rw")},
    "scheduler": set(),
}


def mounts(service: str) -> set[tuple[str, str]]:
    """Volume and mode, as the short form ``volume:folder[:mode]`` says them."""
    parts = [mount.split(":") for mount in SERVICES[service].get("volumes", [])]
    return {(source, mode[0] if mode else "rw") for source, _, *mode in parts}


def mounted_at(service: str) -> dict[str, str]:
    return {mount.split(":")[0]: mount.split(":")[1] for mount in SERVICES[service].get("volumes", [])}


def test_the_services_are_these_and_no_others() -> None:
    assert set(SERVICES) == set(MOUNTS)
    assert set(COMPOSE["volumes"]) == {"records-db", "vault", "released"}


@pytest.mark.parametrize("service", MOUNTS)
def test_each_service_mounts_its_planes_and_nothing_else(service: str) -> None:
    assert mounts(service) == MOUNTS[service]


@pytest.mark.parametrize("service", ["web", "scheduler", "migrate"])
def test_no_other_door_into_the_vault(service: str) -> None:
    """No second mount, no volumes of another container, no environment that names the vault."""
    assert "volumes_from" not in SERVICES[service]
    assert "HUB_VAULT" not in SERVICES[service].get("environment", {})
    assert not any("vault" in mount for mount in SERVICES[service].get("volumes", []))


@pytest.mark.parametrize("service", ["intake", "web", "worker"])
def test_the_settings_name_the_folders_that_are_mounted(service: str) -> None:
    environment = SERVICES[service]["environment"]
    folders = {f"HUB_{volume.upper()}": folder for volume, folder in mounted_at(service).items()}
    assert {key: value for key, value in environment.items() if key.startswith("HUB_")} == folders


@pytest.mark.parametrize("service", MOUNTS)
def test_every_container_runs_with_as_little_as_it_can(service: str) -> None:
    told = SERVICES[service]
    user, _, group = told["user"].partition(":")
    assert user.isdigit()
    assert int(user) > 0
    assert group.isdigit()
    assert int(group) > 0
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert any(mount.startswith("/tmp:") for mount in told["tmpfs"])
    assert not {"privileged", "cap_add", "pid", "ipc", "network_mode", "devices", "userns_mode"} & set(told)


def test_one_image_and_its_tag_is_the_project_s_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert {SERVICES[service]["image"] for service in HUB} == {f"mobility-commons-hub:{version}"}
    assert {SERVICES[service]["build"] for service in HUB} == {"."}


def test_every_image_names_a_version() -> None:
    for service in SERVICES.values():
        name, _, tag = service["image"].partition(":")
        assert name
        assert re.match(r"\d", tag), service["image"]


def test_migrations_run_once_after_the_records_are_up_and_before_all_others() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"records": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["restart"] == "no"
    for service in set(HUB) - {"migrate"}:
        assert SERVICES[service]["depends_on"] == {
            "records": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }


@pytest.mark.parametrize("service", sorted(set(MOUNTS) - {"migrate"}))
def test_every_lasting_process_says_whether_it_is_well(service: str) -> None:
    test = SERVICES[service]["healthcheck"]["test"]
    if service == "records":
        assert test[:2] == ["CMD", "pg_isready"]
    else:
        assert test[:3] == ["CMD", "python", "-c"]
        compile(test[3], f"healthcheck of {service}", "exec")


@pytest.mark.parametrize("service", ["intake", "web"])
def test_a_door_s_healthcheck_and_published_port_are_those_it_listens_on(service: str) -> None:
    command = SERVICES[service]["command"]
    port = command[command.index("--port") + 1]
    assert SERVICES[service]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f"('127.0.0.1', {port})" in SERVICES[service]["healthcheck"]["test"][3]


def test_the_database_is_reached_from_inside_only() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["records"]["networks"] == ["inside"]
    assert "ports" not in SERVICES["records"]
    assert SERVICES["scheduler"]["networks"] == ["inside"]


def test_secrets_come_from_files_of_their_own_and_never_from_this_file() -> None:
    files = [SERVICES[service]["env_file"] for service in HUB]
    assert files == [f"secrets/{service}.env" for service in HUB]
    assert SERVICES["records"]["secrets"] == ["postgres_password"]
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            assert "DATABASE_URL" not in key
            assert "PASSWORD" not in key or value.startswith("/run/secrets/"), key


@pytest.mark.parametrize("service", HUB)
def test_every_command_is_one_that_the_hub_has(service: str) -> None:
    """Parsed by the command itself, options and choices included; nothing is run."""
    from hub.cli import app  # noqa: PLC0415 - so that the other tests of this file need no command

    program, *words = SERVICES[service]["command"]
    assert program == "hub"
    command: Any = typer.main.get_command(app)
    context = command.context_class(command, info_name=program)
    while hasattr(command, "commands"):
        name, command, words = command.resolve_command(context, words)
        context = command.context_class(command, info_name=name, parent=context)
    command.parse_args(context, words)


STAGES = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ").split("\nFROM ")[1:]


def instructions(stage: str, name: str) -> list[str]:
    return [line.removeprefix(f"{name} ").strip() for line in stage.splitlines() if line.startswith(f"{name} ")]


def test_the_image_is_built_in_two_stages_on_one_named_base() -> None:
    build, final = STAGES
    assert build.splitlines()[0].endswith(" AS build")
    assert " AS " not in final.splitlines()[0]
    assert {stage.split()[0] for stage in STAGES} == {"python:${PYTHON}"}
    text = (ROOT / "Dockerfile").read_text("utf-8")
    (base,) = re.findall(r"^ARG PYTHON=(.+)$", text, re.MULTILINE)
    assert re.fullmatch(r"3\.1[1-9]-slim-\w+", base)
    assert "latest" not in text


def test_what_is_installed_is_held_against_the_lock() -> None:
    installs = [line for line in instructions(STAGES[0], "RUN") if "pip install" in line]
    locked, project = installs
    assert {"--require-hashes", "--only-binary=:all:", "requirements.lock"} <= set(shlex.split(locked))
    assert {"--no-deps", "--no-build-isolation", "--no-index"} <= set(shlex.split(project))


def test_the_final_stage_installs_nothing_and_takes_from_the_build_alone() -> None:
    runs = " ".join(instructions(STAGES[1], "RUN"))
    for tool in ("pip install", "apt-get", "gcc", "build-essential", "curl"):
        assert tool not in runs
    assert "pip uninstall" in runs
    assert instructions(STAGES[1], "COPY") == ["--from=build /opt/hub /opt/hub"]
    assert not instructions(STAGES[1], "ADD")


def test_the_image_s_user_is_a_number_and_the_one_that_compose_names() -> None:
    users = instructions(STAGES[1], "USER")
    assert users == ["10001:10001"]
    assert {SERVICES[service]["user"] for service in HUB} == set(users)
    # Nothing may be done as root after the last USER.
    assert "\nRUN" not in STAGES[1].split("\nUSER ")[1]


@pytest.mark.parametrize("service", ["intake", "web", "worker"])
def test_folders_that_are_mounted_belong_to_the_image_s_user_from_the_start(service: str) -> None:
    (made,) = [run for run in instructions(STAGES[1], "RUN") if "install --directory" in run]
    folders = set(shlex.split(made.split("install --directory")[1]))
    assert set(mounted_at(service).values()) <= folders
    assert {"--owner=10001", "--group=10001", "--mode=0700"} <= folders


def test_only_what_the_image_is_made_of_enters_the_build() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in ("", "#")]
    assert lines[0] == "*"
    let_in = {line.removeprefix("!").rstrip("/") for line in lines if line.startswith("!")}
    copied = {word.rstrip("/") for line in instructions(STAGES[0], "COPY") for word in line.split()[:-1]}
    assert let_in == copied
    for name in let_in:
        assert (ROOT / name).exists(), name
