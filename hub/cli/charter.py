"""``hub charter``: the charter, the mandate behind the commons, and who signed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.choice.charter import SIGNS
from governance.signing import read_private
from governance.signing import sign as made_by
from hub.cli.options import AS, HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.services import charter
from hub.services.commons import current_world
from hub.services.front import Front

app = typer.Typer(help="The charter, its signatures, the mandate.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]


@app.command("show")
def show(home: Home = None, as_json: AsJson = False) -> None:
    """The charter's present version, and who recognises the commons until when."""
    front = open_front(home)
    if as_json:
        emit_json(_plain(front))
        return
    basin = current_world(front).basin
    if basin.charter is None:
        say("This commons has no charter: commons.yaml may tell one.")
    else:
        say(f"{basin.charter.title.en} / {basin.charter.title.fr}, version {basin.charter.version}")
        say(f"  {basin.charter.text.en} / {basin.charter.text.fr}")
        say(f"  to be signed by {basin.charter.sign_by:%Y-%m-%d %H:%MZ}; digest {basin.charter.digest()}")
    if basin.mandate is not None:
        warning = basin.mandate.warning(front.clock())
        by, basis = basin.mandate.by, basin.mandate.basis
        say(f"Recognised by {by.en} / {by.fr}: {basis.en} / {basis.fr}")
        say(f"  {warning.en} / {warning.fr}" if warning else f"  until {basin.mandate.until:%Y-%m-%d %H:%MZ}")


def _plain(front: Front) -> dict[str, Any]:
    basin, at = current_world(front).basin, front.clock()
    return {
        "charter": {**basin.charter.plain(), "digest": basin.charter.digest(), "sign_by": basin.charter.sign_by}
        if basin.charter
        else None,
        "mandate": {
            "basis": basin.mandate.basis.plain(),
            "by": basin.mandate.by.plain(),
            "ended": basin.mandate.ended(at),
            "until": basin.mandate.until,
        }
        if basin.mandate
        else None,
        "parent": basin.parent.id if basin.parent else None,
        "statement": charter.text_to_sign(front) if basin.charter else None,
    }


@app.command("sign")
def sign(
    by: Annotated[str, AS],
    key: Annotated[
        Path | None, typer.Option(help="The member's private key (PEM); else its key in the hub signs.", dir_okay=False)
    ] = None,
    signature: Annotated[str, typer.Option(help="A signature that was made elsewhere, in base64.")] = "",
    passphrase_file: Annotated[
        Path | None, typer.Option(help="File with the passphrase; else it is asked for.", dir_okay=False)
    ] = None,
    home: Home = None,
) -> None:
    """Sign the charter's present version for a member; an admitted candidate becomes active by it."""
    front = open_front(home)
    if signature:
        charter.submit(front, by, signature)
    elif key is None:
        charter.sign(front, by, _passphrase(passphrase_file))
    else:
        pem = key.read_text("utf-8")
        secret = _passphrase(passphrase_file) if "ENCRYPTED" in pem else ""
        charter.submit(front, by, made_by(read_private(pem, secret), SIGNS, by, charter.text_to_sign(front)))
    say(f"{by} has signed. It is {current_world(front).members[by].status.value}.")


def _passphrase(file: Path | None) -> str:
    if file is not None:
        return file.read_text("utf-8").rstrip("\r\n")
    return str(typer.prompt("Passphrase", hide_input=True))


@app.command("signatures")
def signatures(home: Home = None, as_json: AsJson = False) -> None:
    """Who signed which version, and who still should."""
    rows = [
        {
            "member": one.member,
            "signed_version": one.signed.version if one.signed else None,
            "signed_at": one.signed.at if one.signed else None,
            "key": one.signed.key if one.signed else None,
            "current": one.current,
            "overdue": one.overdue,
        }
        for one in charter.standings(open_front(home))
    ]
    columns = ("member", "signed_version", "signed_at", "current", "overdue")
    emit(rows, columns, as_json=as_json, empty="No member.")
