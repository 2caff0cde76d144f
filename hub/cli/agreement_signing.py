"""``hub agreements``, its part on signing: export a text, sign it offline or here, hand signatures in, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from governance.negotiation.text import read_text
from governance.negotiation.version import SIGNS
from governance.signing import read_private, sign
from hub.cli.negotiating import tell
from hub.cli.offers import read_json, read_small, write_json
from hub.cli.options import AS, HOME, REVISION
from hub.cli.passphrases import PASSPHRASE_FILE, passphrase
from hub.cli.render import emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import negotiate_signing
from hub.services.negotiate_reading import text_of
from hub.services.negotiate_signing import Handed, read_handed

app = typer.Typer()

Home = Annotated[Path | None, HOME]
By = Annotated[str, AS]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="File to write; else it is printed.")]


@app.command("export")
def export(
    agreement: Annotated[str, typer.Argument(help="Id of the agreement.")],
    version: Annotated[int | None, typer.Option(help="Number of a version; else the newest that was offered.")] = None,
    out: Out = None,
    home: Home = None,
) -> None:
    """Write the text of a version as JSON: what is read, signed, or edited for a counter-offer."""
    text = text_of(open_front(home), agreement, version=version)
    if out is None:
        emit_json(dict(text.plain()))
        return
    write_json(out, dict(text.plain()))
    say(f"{text.key} is in {out}, hash {text.hash()}")


@app.command("sign")
def sign_command(
    what: Annotated[str, typer.Argument(help="A file that `export` wrote (with --key), or the id of an agreement.")],
    by: By,
    key: Annotated[Path | None, typer.Option(help="The member's own key; then no hub is needed.")] = None,
    out: Out = None,
    passphrase_file: Annotated[Path | None, PASSPHRASE_FILE] = None,
    revision: Annotated[int | None, REVISION] = None,
    home: Home = None,
) -> None:
    """Sign a text with the member's own key, offline; or an accepted agreement with its key in the hub."""
    if key is not None:
        _sign_offline(Path(what), by, key, out=out, file=passphrase_file)
        return
    if out is not None:
        raise BadRequest("--out is for signatures made with one's own --key; in the hub they are handed in at once")
    front = open_front(home)
    secret = passphrase(passphrase_file)
    tell(front, negotiate_signing.sign_here(front, what, by=by, passphrase=secret, revision=revision))


def _sign_offline(path: Path, by: str, key: Path, *, out: Path | None, file: Path | None) -> None:
    text, pem = read_text(read_json(path)), read_small(key)
    private = read_private(pem, passphrase(file) if "ENCRYPTED" in pem else "")
    made = Handed(text.id, text.version, text.hash(), by, sign(private, SIGNS, by, text.plain()))
    if out is None:
        emit_json(dict(made.plain()))
        return
    write_json(out, dict(made.plain()))
    say(f"{text.key} signed by {by}, hash {made.hash}. What was signed:")
    for clause in text.clauses():
        say(f"  {clause.sentence().en} / {clause.sentence().fr}")
    say(f"Hand it in: hub agreements submit {out}")


@app.command("submit")
def submit(
    file: Annotated[Path, typer.Argument(help="A signature that `hub agreements sign` wrote.")],
    revision: Annotated[int | None, REVISION] = None,
    home: Home = None,
) -> None:
    """Hand a signature in. With the second one the hub verifies the agreement."""
    front = open_front(home)
    tell(front, negotiate_signing.submit(front, read_handed(read_json(file)), revision=revision))


@app.command("verify")
def verify(
    agreement: Annotated[str, typer.Argument(help="Id of the agreement.")],
    by: By,
    revision: Annotated[int | None, REVISION] = None,
    home: Home = None,
) -> None:
    """Let the hub look again at an agreement that both parties have signed: floors, entries, members."""
    front = open_front(home)
    tell(front, negotiate_signing.verify(front, agreement, by=by, revision=revision))
