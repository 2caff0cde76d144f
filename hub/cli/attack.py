"""``hub attack``: what could be learnt from releases, as the public or as a member with its own figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.disclosure.attacks.attack import Fact, Learnt
from governance.disclosure.attacks.register import ATTACKS
from governance.disclosure.attacks.telling import certain, telling
from hub.cli.options import HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.services.attack_arms import Arms
from hub.services.attacks import from_files, from_hub, run

app = typer.Typer(add_completion=False)

_FILE: dict[str, Any] = {"exists": True, "dir_okay": False}


@app.command()
def attack(
    releases: Annotated[list[str], typer.Argument(help="Releases, by id or as files.")],
    as_: Annotated[str | None, typer.Option("--as", help="Id of the member that reads; else the public.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Purpose of the register, for releases by id.")] = None,
    own: Annotated[
        Path | None, typer.Option(help="Your own contributions (Parquet or CSV: the dimensions, the measure).", **_FILE)
    ] = None,
    pair: Annotated[
        Path | None, typer.Option(help="Those of a second member that pools what it knows with you.", **_FILE)
    ] = None,
    prior: Annotated[
        Path | None, typer.Option(help="Public estimates: the dimensions, holding, least, most; or vehicles.", **_FILE)
    ] = None,
    overlap: Annotated[Path | None, typer.Option(help="Pairs of zones of two systems that touch.", **_FILE)] = None,
    log: Annotated[Path | None, typer.Option(help="Your export of the log (`hub audit export`).", **_FILE)] = None,
    number: Annotated[list[int] | None, typer.Option("--number", "-n", help="Only this attack (1 to 22).")] = None,
    most: Annotated[int, typer.Option(help="Facts shown of each attack, the most telling first.", min=0)] = 5,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Run the attacks on releases and print what could be learnt. Nothing of the commons is changed.

    Releases by id are read through the hub's door: each reading is decided and logged. Files need no hub. Exit code 1
    if something became certain that is printed nowhere.
    """
    arms = Arms(as_, purpose, own, pair, prior, overlap, log)
    files = [Path(word) for word in releases if Path(word).is_file()]
    knowledge = from_files(files, arms) if len(files) == len(releases) else from_hub(open_front(home), releases, arms)
    learnt = run(knowledge, number or None)
    if as_json:
        emit_json([_told(one, found, most) for one, found in learnt.items()])
    else:
        _say(learnt, most)
    if any(certain(fact) for found in learnt.values() for fact in found.facts):
        raise typer.Exit(1)


def _told(number: int, found: Learnt, most: int) -> dict[str, Any]:
    facts = telling(found.facts)
    return {
        "number": number,
        "attack": ATTACKS[number].title.plain(),
        "tried": found.tried,
        "note": found.note.plain(),
        "certain": sum(certain(fact) for fact in facts),
        "found": len(facts),
        "facts": [fact.plain() | {"certain": certain(fact)} for fact in facts[:most]],
    }


def _say(learnt: dict[int, Learnt], most: int) -> None:
    rows = [
        {"number": number, "attack": ATTACKS[number].title.en, "certain": told["certain"], "note": told["note"]["en"]}
        for number, found in learnt.items()
        for told in [_told(number, found, most)]
    ]
    emit(rows, ("number", "attack", "certain", "note"), as_json=False, empty="")
    for number, found in learnt.items():
        for fact in telling(found.facts)[:most]:
            say(f"{number}: {_sentence(fact)}")


def _sentence(fact: Fact) -> str:
    where = ", ".join(f"{name} {value}" for name, value in fact.plain()["where"].items())
    interval = f"{fact.low:g}" if fact.exact else f"{fact.low:g} to {fact.high:g}"
    whose = f" of {fact.whose}" if fact.whose else ""
    return f"{fact.secret.value}{whose} {interval}{f' ({where})' if where else ''}: {fact.how.en}"
