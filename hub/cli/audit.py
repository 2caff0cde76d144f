"""``hub audit``: the log of every decision and act, and the proofs that it is whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from governance.log.check import Verified, check_export
from governance.log.faults import Fault
from governance.log.witness import public_bytes
from hub.cli import witness
from hub.cli.options import AS, HOME, JSON, WHY
from hub.cli.render import complain, emit, emit_json, say
from hub.cli.work import back_at_work, open_front
from hub.errors import NotFound
from hub.records import log_pages
from hub.services import log_check, log_checkpoints, log_erasure, log_export, log_listing, log_proofs
from hub.services.commons import current_world
from hub.services.replay import replay
from hub.settings import settings_of

app = typer.Typer(help="The log of every decision and act, and the proofs that it is whole.", no_args_is_help=True)
app.add_typer(witness.app, name="witness")

#: Of an Ed25519 public key (RFC 8032, section 5.1.5).
PUBLIC_BYTES: Final = 32

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Entry = Annotated[str, typer.Argument(help="Place in the log (from 0), or the id that the reader was handed.")]


@app.command("list")
def list_entries(
    member: Annotated[str | None, typer.Argument(help="Only entries that concern this member.")] = None,
    home: Home = None,
    as_json: AsJson = False,
    most: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=10_000)] = 50,
) -> None:
    """The newest entries, newest first."""
    with open_front(home).records.read() as session:
        rows = [log_listing.row(one) for one in log_pages.newest_page(session, member, before=None, most=most)]
    columns = ("index", "id", "at", "actor", "action", "subject", "permitted", "parties")
    emit(rows, columns, as_json=as_json, empty="Nothing is in the log yet.")


@app.command("show")
def show(entry: Entry, home: Home = None) -> None:
    """One entry as JSON: what it says, whom it concerns, and what opens its commitments."""
    with open_front(home).records.read() as session:
        index = log_proofs.place_of(session, entry)
        page = log_pages.page(session, begin=index, most=1)
    if not page or page[0].index != index:
        raise NotFound(f"the log has no entry {entry!r}")
    emit_json(log_listing.whole(page[0]))


@app.command("verify")
def verify(
    export: Annotated[Path | None, typer.Argument(help="A file of `hub audit export`; else the hub's own log.")] = None,
    home: Home = None,
    as_json: AsJson = False,
    key: Annotated[str | None, typer.Option(help="The hub's public key (base64), to hold against the file's.")] = None,
    since: Annotated[Path | None, typer.Option(help="A witness's file: the log must go on from what it saw.")] = None,
    after: Annotated[int, typer.Option(help="As in your `hub audit export --after`: more is not left out.", min=0)] = 0,
    witnesses: Annotated[
        list[str] | None, typer.Option("--witness", help="MEMBER=KEY: a witness's public key as it was told to you.")
    ] = None,
) -> None:
    """Verify the hub's own log, or an export with nothing but the file; exit code 1 if anything does not hold."""
    pinned = _pinned(witnesses or [])
    if export is None:
        if after or pinned:
            raise typer.BadParameter("--after and --witness are about an export: name its file")
        _verify_own(home, as_json=as_json, key=key)
        return
    seen = witness.read_state(since) if since is not None else None
    try:
        with export.open("rb") as lines:
            found = check_export(lines, key=key, since=seen, after=after, witnesses=pinned)
    except OSError as fault:
        raise NotFound(f"{export}: {fault.strerror}") from fault
    _tell(_told(found), found.faults, as_json=as_json, sentence=_sentence(found))


def _verify_own(home: Path | None, *, as_json: bool, key: str | None) -> None:
    found = log_check.check(open_front(home), key=key)
    names = ("entries", "parties", "erased", "checkpoints", "covered", "cosignatures", "acts")
    told = {name: getattr(found, name) for name in names}
    sentence = f"Whole: {found.entries} entries, {found.covered} of them under a signed checkpoint, "
    sentence += (
        f"{found.cosignatures} cosignatures, {found.erased} texts erased; the state is what {found.acts} acts say"
    )
    _tell(told, found.faults, as_json=as_json, sentence=sentence)


def _pinned(words: list[str]) -> dict[str, str]:
    """Witnesses' public keys by member; of base64 the padding at the end has equals signs too."""
    pairs = [word.partition("=") for word in words]
    if any(not member or len(public_bytes(key)) != PUBLIC_BYTES for member, _, key in pairs):
        raise typer.BadParameter("--witness takes MEMBER=KEY, an Ed25519 public key in base64")
    return {member: key for member, _, key in pairs}


def _told(found: Verified) -> dict[str, Any]:
    names = ("origin", "key", "member", "size", "entries", "erased", "shut", "after", "last")
    told = {name: getattr(found, name) for name in names}
    return told | {"witnesses": list(found.witnesses), "unverified": dict(found.unverified)}


def _sentence(found: Verified) -> str:
    whose = f"{found.entries} entries of {found.member}" if found.member else f"all {found.entries} entries"
    whose += f" after the first {found.after}" if found.after else ""
    verified = [f"cosigned by {', '.join(found.witnesses)}"] if found.witnesses else []
    unverified = [f"unverified: {member} by key {key}" for member, key in found.unverified]
    seen = "; ".join(verified + unverified) or "cosigned by nobody yet"
    return f"Whole: {whose}, under the checkpoint of {found.size} ({seen}); the hub's key is {found.key}"


def _tell(told: dict[str, Any], faults: tuple[Fault, ...], *, as_json: bool, sentence: str) -> None:
    if as_json:
        listed = [
            {"name": one.name, "where": one.where, "detail": one.detail, "sentence": one.sentence.plain()}
            for one in faults
        ]
        emit_json({"whole": not faults, **told, "faults": listed})
    for fault in faults:
        complain(str(fault))
    if faults:
        raise typer.Exit(1)
    if not as_json:
        say(sentence)


@app.command("export")
def export(
    member: Annotated[str | None, typer.Argument(help="Whose entries; with --all, everybody's.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; else standard output.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every entry, for the secretariat.")] = False,
    after: Annotated[int, typer.Option(help="Only entries after so many of the member's own.", min=0)] = 0,
    since: Annotated[int | None, typer.Option(help="Size of an earlier checkpoint to prove the way from.")] = None,
    home: Home = None,
) -> None:
    """Write a member's entries, with the proofs, as a file that verifies by itself. Signs a checkpoint first."""
    if (member is None) is not everything:
        raise typer.BadParameter("name a member, or say --all")
    with back_at_work(settings_of(home), quiet=True) as back:
        if member is not None and member not in current_world(back.front).members:
            raise NotFound(f"no member is called {member!r}")
        log_checkpoints.checkpoint(back)
        lines = log_export.exported(back.front, member, after=after, since=since)
        if out is None:
            sys.stdout.buffer.writelines(lines)
            return
        with witness.replacing(out) as file:
            file.writelines(lines)
    say(f"{out}: verify it with `hub audit verify {out}`")


@app.command("checkpoint")
def checkpoint(home: Home = None) -> None:
    """Sign the log as it is, and print the checkpoint."""
    with back_at_work(settings_of(home), quiet=True) as back:
        log_checkpoints.checkpoint(back)
        sys.stdout.write(log_proofs.newest_checkpoint(back.front).note)


@app.command("prove")
def prove(
    entry: Annotated[str | None, typer.Argument(help="Place of an entry, or its id.")] = None,
    since: Annotated[
        int | None, typer.Option(help="Size of an earlier checkpoint: prove that the log goes on.")
    ] = None,
    home: Home = None,
) -> None:
    """The proof that an entry is in the log, or (--since) that the log goes on from an earlier checkpoint."""
    if (entry is None) is (since is None):
        raise typer.BadParameter("name an entry, or say --since")
    front = open_front(home)
    if since is not None:
        emit_json(log_listing.goes_on(log_proofs.consistency(front, since)))
    else:
        emit_json(log_listing.included(log_proofs.inclusion(front, None, str(entry))))


@app.command("erase")
def erase(
    index: Annotated[int, typer.Argument(help="Place of the entry in the log.", min=0)],
    why: Annotated[str, WHY],
    member: Annotated[str, AS] = "secretariat",
    home: Home = None,
) -> None:
    """Erase the text of a decision. Its leaf, its marks and every proof stay, and an entry says that it was done."""
    with back_at_work(settings_of(home), quiet=True) as back:
        place = log_erasure.erase(back.front, index, by=member, why=why)
        # Signed at once: whoever exports its entries now finds the entry that explains the missing text.
        log_checkpoints.checkpoint(back)
    say(f"The text of entry {index} is erased; entry {place} says so.")


@app.command("rebuild")
def rebuild(home: Home = None, as_json: AsJson = False) -> None:
    """Make the state of the commons again from the log and compare; exit code 1 if it differs. Changes nothing."""
    told = replay(open_front(home))
    if as_json:
        emit_json({"acts": told.acts, "things": told.things, "differences": list(told.differences)})
    for difference in told.differences:
        complain(difference)
    if told.differences:
        raise typer.Exit(1)
    if not as_json:
        say(f"{told.things} things, made again from {told.acts} acts: the state is what the log says.")
