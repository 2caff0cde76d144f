"""``hub mds``: what an operator's MDS feed is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import HOME, JSON
from hub.cli.render import emit_json, emit_table, say
from hub.cli.work import open_front
from hub.services.requirements import requirements

app = typer.Typer(help="Operators' data in the MDS format.", no_args_is_help=True)


@app.callback()
def mds() -> None:
    """Operators' data in the MDS format."""


@app.command("requirements")
def requirements_command(
    member: Annotated[str, typer.Argument(help="Id of the operator.")],
    provider_id: Annotated[
        list[str] | None, typer.Option(help="Its id in the list of MDS providers (repeatable).")
    ] = None,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """What the agreements in force ask of an operator, as an MDS Requirements document (with --json)."""
    found = requirements(open_front(home), member, provider_ids=provider_id or ())
    if as_json:
        emit_json(found)
        return
    say(f"version {found['metadata']['file_version']}, MDS {found['metadata']['mds_release']}")
    rows = [_row(program, one) for program in found["programs"] for one in _endpoints(program)]
    columns = ("dataset", "endpoint", "required", "disallowed")
    emit_table(rows, columns, empty="Nothing is asked of this operator.")


def _endpoints(program: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        one
        for spec in program["required_data_specs"]
        for api in spec["required_apis"]
        for one in api["required_endpoints"]
    ]


def _row(program: dict[str, Any], endpoint: dict[str, Any]) -> dict[str, Any]:
    return {
        "dataset": program["description"],
        "endpoint": endpoint["endpoint_name"],
        "required": endpoint.get("required_fields", []),
        "disallowed": endpoint.get("disallowed_fields", []),
    }
