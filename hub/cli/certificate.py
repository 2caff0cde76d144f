"""``hub certificate``: whether a joint release is what it is said to be, and what you could learn from it yourself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.disclosure.independent.member import Learnt
from hub.cli.options import JSON
from hub.cli.render import complain, emit_json, emit_table, say
from hub.errors import NotFound
from hub.services import certificates
from hub.services.certificates import Verification

app = typer.Typer(help="What is certified of joint releases, and how to check it.", no_args_is_help=True)


@app.callback()
def certificate() -> None:
    """What is certified of joint releases, and how to check it."""


@app.command("verify")
def verify(
    release: Annotated[Path, typer.Argument(help="The release's file.")],
    certificate: Annotated[Path, typer.Argument(help="The file of its certificate.")],
    own: Annotated[
        Path | None,
        typer.Option(help="Your own contributions (Parquet or CSV): the release's dimensions and its measure."),
    ] = None,
    holding: Annotated[str | None, typer.Option(help="Your holding, where the file does not name it.")] = None,
    salt: Annotated[str | None, typer.Option(help="The salt that the hub gave you (hexadecimal).")] = None,
    key: Annotated[str | None, typer.Option(help="The hub's public key (base64), as it was told to you.")] = None,
    most: Annotated[int, typer.Option(help="How many suppressed keys to list, the narrowest first.", min=0)] = 20,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Verify a release by its certificate, with nothing but the files; exit code 1 if anything does not hold.

    With your own contributions it also checks that they can be in every number, that they are those that the hub
    committed itself to (--salt), and runs the insider's attack: what you could work out of all others together.
    """
    found = certificates.verify(_read(release), _read(certificate), own=own, holding=holding, salt=salt, key=key)
    if as_json:
        emit_json(_plain(found))
    else:
        _tell(found, key_told=key is not None, member=own is not None, most=most)
    for fault in found.faults:
        complain(str(fault))
    if found.faults:
        raise typer.Exit(1)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise NotFound(f"{path}: {fault.strerror}") from fault


def _tell(found: Verification, *, key_told: bool, member: bool, most: int) -> None:
    certificate = found.signed.certificate
    if found.good:
        say(f"Good: {_what(found)}, signed by {found.signed.by} at {certificate.at.isoformat()}.")
    else:
        say(f"Not good: {_what(found)}; what does not hold is said below.")
    if not key_told:
        say(f"The signing key is {found.signed.key}: compare it with the one that you were told, or give it as --key.")
    say(
        f"Audited by {certificate.engine} against {', '.join(certificate.attackers)}: "
        f"{certificate.attacks} attacks at least, {certificate.slack}."
    )
    if member:
        say(_own(found))
    if found.published.about.noise is not None:
        say("Its numbers carry noise: they are not sums, so nothing can be subtracted from them.")
    else:
        _tell_learnt(found, member=member, most=most)


def _what(found: Verification) -> str:
    certificate, period = found.signed.certificate, found.signed.certificate.period
    rows = {"partition": "groups", "table": "keys"}[found.published.about.shape]
    return (
        f"{certificate.cube} for {certificate.audience}, {period.from_} to {period.to}, "
        f"a {found.published.about.shape} of {len(found.published)} {rows}"
    )


def _own(found: Verification) -> str:
    unit = found.published.about.unit
    answer = {
        None: "whether they are what the hub counted was not compared (no --salt)",
        True: "they are those that the hub committed itself to",
        False: "they are not those that the hub committed itself to",
    }
    return f"Your contributions: {found.contributed} {unit}; {answer[found.committed]}."


def _tell_learnt(found: Verification, *, member: bool, most: int) -> None:
    hidden = [one for one in found.learnt if not one.shown]
    shown = len(found.learnt) - len(hidden)
    whose = "all others together" if member else "all holdings together"
    if not len(found.published):
        say("Nothing is published in it, so there is nothing to learn.")
    elif not found.learnt:
        say("What could be learnt was not worked out: these numbers cannot be.")
    elif member:
        say(f"In {shown} published rows you can take your own out: what is left is {whose}, of several holdings.")
    if not hidden:
        return
    exact = [one for one in hidden if one.exact]
    say(f"{len(hidden)} suppressed keys; of {len(exact)} the sum of {whose} can be worked out exactly.")
    if any(one.high for one in exact):
        say("Exact sums of others are no fault by themselves: where several hold a part, none of them is told.")
    columns = ("key", "own", "low", "high", "exact")
    emit_table([_row(one) for one in hidden[:most]], columns, empty="")
    if len(hidden) > most:
        say(f"… and {len(hidden) - most} wider ones (--most, or --json for all).")


def _row(one: Learnt) -> dict[str, Any]:
    names = ("key", "shown", "own", "low", "high", "exact", "proven")
    return {name: getattr(one, name) for name in names}


def _plain(found: Verification) -> dict[str, Any]:
    faults = [
        {"name": one.name, "where": one.where, "detail": one.detail, "sentence": one.sentence.plain()}
        for one in found.faults
    ]
    return {
        "good": found.good,
        "certificate": found.signed.certificate.plain(),
        "by": found.signed.by,
        "key": found.signed.key,
        "committed": found.committed,
        "contributed": found.contributed,
        "faults": faults,
        "learnt": [_row(one) for one in found.learnt],
    }
