"""``hub keys``: members' keys to the API and the intake door, and the keys that they sign with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from governance.signing import key_id, new_key, private_pem, public_text
from hub.cli.options import AS, HOME, JSON, WHY
from hub.cli.passphrases import PASSPHRASE_FILE, passphrase
from hub.cli.render import emit, say
from hub.cli.work import open_front
from hub.errors import BadRequest, NotFound
from hub.services import keys, signing
from hub.services.commons import current_world

app = typer.Typer(help="Members' keys: to the API, and to sign with.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
By = Annotated[str | None, AS]
Member = Annotated[str, typer.Argument(help="Id of the member.")]


@app.command("new")
def new(
    member: Member,
    scope: Annotated[
        list[str] | None, typer.Option(help="What for: read, contribute, govern (may be given more than once).")
    ] = None,
    days: Annotated[int, typer.Option(help="How many days it lives.")] = 365,
    is_signing: Annotated[bool, typer.Option("--signing", help="A key to sign with, not one to the API.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Signing: the file that the member keeps.")] = None,
    in_hub: Annotated[bool, typer.Option("--in-hub", help="Signing: keep it here, sealed under a passphrase.")] = False,
    passphrase_file: Annotated[Path | None, PASSPHRASE_FILE] = None,
    is_bare: Annotated[bool, typer.Option("--no-passphrase", help="Signing: a file that anybody can use.")] = False,
    by: By = None,
    home: Home = None,
) -> None:
    """Make a key. One to the API is printed once and cannot be shown again.

    With --signing --out the member keeps its key in a file of its own: that needs no hub, and only the public half is
    printed, to be registered. With --signing --in-hub the hub keeps it for a member that cannot.
    """
    if is_signing:
        _new_signing(member, out, in_hub=in_hub, file=passphrase_file, is_bare=is_bare, by=by, home=home)
        return
    if out is not None or in_hub or is_bare or passphrase_file is not None:
        raise BadRequest("--out, --in-hub and passphrases are for keys to sign with: add --signing")
    front = open_front(home)
    if member not in current_world(front).members:
        raise NotFound(f"no member is called {member!r}")
    say(keys.issue(front, member, scopes=scope or ["read"], days=days))


def _new_signing(
    member: str, out: Path | None, *, in_hub: bool, file: Path | None, is_bare: bool, by: str | None, home: Path | None
) -> None:
    if in_hub is (out is not None):
        raise BadRequest("say where the key is kept: --out FILE by the member itself, or --in-hub")
    if in_hub:
        if is_bare:
            raise BadRequest("a key that the hub keeps is sealed under a passphrase")
        made = signing.new_in_hub(open_front(home), member, passphrase(file, is_new=True), by=by or member)
        say(f"{made.id}  {made.public}")
    elif out is not None:
        key = new_key()
        _keep(out, private_pem(key, "" if is_bare else passphrase(file, is_new=True)))
        public = public_text(key)
        say(f"{key_id(public)}  {public}")
        say(f"The private half is in {out}. Let the secretariat register the public one:")
        say(f"hub keys register {member} {public}")


def _keep(path: Path, pem: str) -> None:
    """Write a new file that only its owner reads; a file that is there is never written over."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadRequest(f"{path} exists already: a key is never written over") from None
    except OSError as fault:
        raise BadRequest(f"{path} cannot be written ({fault.strerror})") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(pem)


@app.command("register")
def register(
    member: Member,
    public: Annotated[str, typer.Argument(help="The public half, 32 bytes in base64, as `hub keys new` printed it.")],
    by: By = None,
    home: Home = None,
) -> None:
    """Register the public half of a key that a member keeps, after making sure that it is this member's."""
    made = signing.register(open_front(home), member, public, by=by or member)
    say(f"{made.id} signs for {made.member} from now on.")


@app.command("list")
def list_keys(
    member: Annotated[str | None, typer.Argument(help="Id of a member; else all.")] = None,
    home: Home = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Keys without their secrets: to the API, and to sign with."""
    front = open_front(home)
    columns = ("id", "member_id", "kind", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    rows: list[dict[str, Any]] = []
    for one in keys.listed(front, member):
        rows.append({"kind": "api", **{name: getattr(one, name) for name in columns if name != "kind"}})
    for key in signing.listed(front, member):
        kept = "signing, in the hub" if key.in_hub else "signing"
        row = {"id": key.id, "member_id": key.member, "kind": kept, "scopes": ["sign"], "public": key.public}
        rows.append({**row, "created_at": key.registered_at, "revoked_at": key.revoked_at})
    emit(rows, columns, as_json=as_json, empty="No key yet: `hub keys new MEMBER` makes one.")


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="Id of the key.")],
    by: By = None,
    why: Annotated[str, WHY] = "",
    home: Home = None,
) -> None:
    """End a key at once. What a signing key signed before stays signed."""
    front = open_front(home)
    found = [one for one in signing.listed(front) if one.id == key]
    if found:
        signing.revoke(front, key, by=by or found[0].member, why=why)
        say("This key signs nothing from now on.")
        return
    keys.revoke(front, key)
    say("This key opens nothing from now on.")
