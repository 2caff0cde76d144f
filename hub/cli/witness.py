"""``hub audit witness``: what a member does to watch the log. It needs files and a key of its own, and no hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Annotated, Any

import orjson
import typer

from governance.log.checkpoint import read_checkpoint
from governance.log.faults import FAULTS
from governance.log.note import NoteNotUnderstood
from governance.log.witness import Witness, WitnessRefused, cosigned, fork, read_witness, seen
from governance.signing import read_private
from hub.cli.options import AS, HOME
from hub.cli.render import complain, say
from hub.cli.work import open_front
from hub.errors import BadRequest, NotFound
from hub.services import log_witnesses
from hub.settings import settings_of

app = typer.Typer(help="Watch the log as a member: check each checkpoint and cosign it.", no_args_is_help=True)

State = Annotated[Path, typer.Argument(help="The file in which the witness keeps what it saw.")]


@app.command("init")
def init(
    state: State,
    member: Annotated[str, AS],
    key: Annotated[str, typer.Option(help="The hub's public key (base64), as it was told to you.")],
    origin: Annotated[str, typer.Option(help="The log's name: the first line of its checkpoints.")],
) -> None:
    """Begin to watch a log. The file is never written over: it is all that the witness remembers."""
    if state.exists():
        raise BadRequest(f"{state} is there already: a witness that forgets what it saw is none")
    write_state(state, Witness(origin=origin, key=key, member=member))
    say(f"{state}: cosign with `hub audit witness cosign {state} PROOF --key FILE`")


@app.command("cosign")
def cosign(
    state: State,
    proof: Annotated[Path, typer.Argument(help="JSON of `hub audit prove --since SIZE` or of /log/consistency.")],
    key: Annotated[Path, typer.Option(help="Your own private key (PEM).", exists=True, dir_okay=False)],
    passphrase: Annotated[str, typer.Option(envvar="HUB_PASSPHRASE", help="Of the key, if it has one.")] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File for the line; else standard output.")] = None,
) -> None:
    """Check that the log goes on from what was seen, remember it, and cosign; exit code 1 if it does not."""
    private = read_private(key.read_text("utf-8"), passphrase)
    whole, path = _read_proof(proof)
    try:
        now = seen(read_state(state), whole, path)
    except WitnessRefused as refusal:
        complain(str(refusal))
        raise typer.Exit(1) from refusal
    write_state(state, now)  # kept before the line leaves the house: no witness signs what it could forget
    line = str(cosigned(now, private, time_s=int(settings_of().clock().timestamp())))
    if out is None:
        typer.echo(line)
    else:
        out.write_text(f"{now.size}\n{line}\n", "utf-8")
        say(f"{out}: hand it in with `hub audit witness accept {out} --as {now.member}`")


@app.command("accept")
def accept(
    file: Annotated[Path, typer.Argument(help="File of `hub audit witness cosign -o`.", exists=True, dir_okay=False)],
    member: Annotated[str, AS],
    home: Annotated[Path | None, HOME] = None,
) -> None:
    """Keep a member's cosignature in the hub, if a registered key of its own made it."""
    size, _, line = file.read_text("utf-8").strip().partition("\n")
    if not size.isdecimal():
        raise BadRequest(f"{file}: its first line is the size of the checkpoint")
    kept = log_witnesses.accept(open_front(home), member, int(size), line)
    say(f"The checkpoint of {kept.size} entries is cosigned by {kept.witness}.")


@app.command("compare")
def compare(
    one: Annotated[Path, typer.Argument(help="A checkpoint, or a witness's file.", exists=True, dir_okay=False)],
    other: Annotated[Path, typer.Argument(help="Another one, of another witness.", exists=True, dir_okay=False)],
    key: Annotated[str, typer.Option(help="The hub's public key (base64).")],
) -> None:
    """Whether two checkpoints of one size prove that the log was forked; exit code 1 if they do."""
    first, second = _note(one), _note(other)
    found = fork(first, second, key)
    if found is not None:
        complain(f"{FAULTS['log.forked'].en} Keep both: they are the proof.")
        typer.echo(f"{first}\n{second}", err=True)
        raise typer.Exit(1)
    sizes = [read_checkpoint(note)[0].size for note in (first, second)]
    same = "are of one tree" if sizes[0] == sizes[1] else "are of two sizes: only a consistency proof compares them"
    say(f"No fork: the checkpoints of {sizes[0]} and {sizes[1]} entries {same}.")


def read_state(path: Path) -> Witness:
    """What a witness keeps.

    Raises:
        NotFound: there is no such file.
        NoteNotUnderstood: it is none of a witness.
    """
    return read_witness(_json(path))


def write_state(path: Path, state: Witness) -> None:
    """Keep what a witness saw: the old file or the new one, never half of it."""
    with replacing(path) as file:
        file.write(orjson.dumps(state.plain(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name only when it is whole and on the disk.

    Raises:
        BadRequest: its folder cannot be written.
    """
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            part = Path(file.name)
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
    except OSError as fault:
        raise BadRequest(f"{path} cannot be written: {fault.strerror}") from fault


def _read_proof(path: Path) -> tuple[str, list[bytes]]:
    told = _json(path)
    try:
        return str(told["checkpoint"]["note"]), [bytes.fromhex(one) for one in told["proof"]]
    except (KeyError, TypeError, ValueError) as fault:
        raise NoteNotUnderstood(f"{path} is no proof as `hub audit prove --since` prints it") from fault


def _note(path: Path) -> str:
    try:
        text = path.read_text("utf-8")
        if not text.startswith("{"):
            return text
        told = _json(path)
        return str(told["note"] if "note" in told else told["checkpoint"]["note"])
    except (KeyError, TypeError, UnicodeDecodeError) as fault:
        raise NoteNotUnderstood(f"{path} holds no checkpoint") from fault


def _json(path: Path) -> dict[str, Any]:
    try:
        told = orjson.loads(path.read_bytes())
    except OSError as fault:
        raise NotFound(f"{path}: {fault.strerror}") from fault
    except ValueError as fault:
        raise NoteNotUnderstood(f"{path} is no JSON") from fault
    if not isinstance(told, dict):
        raise NoteNotUnderstood(f"{path} holds no JSON object")
    return told
