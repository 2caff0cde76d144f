"""``hub feeds add|set|remove|rename|ids|registered``: which feeds the hub fetches, from where and how often."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from feeds.catalogues import NAMERS, Name
from hub.cli.options import HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import registry, renaming
from hub.services.registry_entries import Registered, Wanted

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Slug = Annotated[str, typer.Argument(help="Slug of the feed, the id of its dataset in the commons.")]
Title = Annotated[str | None, typer.Option(help="What the feed is, in words.")]
Holder = Annotated[str | None, typer.Option(help="Who holds it, as its source says.")]
Licence = Annotated[str | None, typer.Option(help="Its licence: SPDX, or a national code such as lov2, odc-odbl.")]
Territory = Annotated[str | None, typer.Option(help="Where it is about, in words.")]
Schedule = Annotated[str | None, typer.Option(help="GTFS-RT: slug of the schedule that it speaks of; empty: none.")]
Every = Annotated[
    int | None, typer.Option("--every", help="Seconds between two fetches; 0: the usual of its standard, or its ttl.")
]


class Standard(StrEnum):
    """The standards that the hub keeps feeds of."""

    GTFS = "gtfs"
    GTFS_RT = "gtfs-rt"
    GBFS = "gbfs"
    MDS = "mds"


def add(
    slug: Slug,
    url: Annotated[str, typer.Argument(help="Where it is fetched; without user, password and key.")],
    standard: Annotated[Standard, typer.Option(help="The standard that it follows.")],
    title: Title = None,
    holder: Holder = None,
    licence: Licence = None,
    territory: Territory = None,
    schedule: Schedule = None,
    every_s: Every = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Register a feed; it is fetched as soon as may be. What it is shared as, the commons' documents say."""
    wanted = Wanted(url, standard.value, title, holder, licence, territory, schedule, every_s)
    _tell(registry.add(open_front(home), slug, wanted), as_json=as_json)


def change(
    slug: Slug,
    url: Annotated[str | None, typer.Option(help="Where it is fetched from now on.")] = None,
    title: Title = None,
    holder: Holder = None,
    licence: Licence = None,
    territory: Territory = None,
    schedule: Schedule = None,
    every_s: Every = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Fetch it, or not.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Change what is registered of a feed. At another origin its credential has to be set anew."""
    wanted = Wanted(url, None, title, holder, licence, territory, schedule, every_s, active)
    _tell(registry.change(open_front(home), slug, wanted), as_json=as_json)


def remove(slug: Slug, home: Home = None, as_json: AsJson = False) -> None:
    """Fetch a feed no more. Nothing that was kept is lost; `hub feeds set SLUG --active` takes it up again."""
    _tell(registry.remove(open_front(home), slug), as_json=as_json)


def rename(
    old: Annotated[str, typer.Argument(help="The slug that is superseded.")],
    new: Annotated[str, typer.Argument(help="The slug that it leads on to.")],
    why: Annotated[str, typer.Option(help="The reason in words.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Supersede a slug: it leads on to another for good, and scores, incidents and history go with it.

    Versions that were kept stay at their addresses.
    """
    last = renaming.rename(open_front(home), old, new, why=why)
    if as_json:
        emit_json({"old": old, "leads_to": last})
    else:
        say(f"{old} leads on to {last}")


def ids(
    slug: Slug,
    add_names: Annotated[
        list[str] | None, typer.Option("--add", help=f"Name to add, WHO:ID; WHO is one of {', '.join(NAMERS)}.")
    ] = None,
    drop_names: Annotated[list[str] | None, typer.Option("--drop", help="Name to drop, WHO:ID.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What other catalogues call a feed: MobilityData mdb-…, the national access point tdg-…, Onestop ids."""
    added, dropped = map(_name, add_names or []), map(_name, drop_names or [])
    names = renaming.identify(open_front(home), slug, add=added, drop=dropped)
    rows = [{"who": name.by, "id": name.id} for name in names]
    emit(rows, ("who", "id"), as_json=as_json, empty=f"No other name: `hub feeds ids {slug} --add mdb:mdb-1` adds one.")


def registered(home: Home = None, as_json: AsJson = False) -> None:
    """Every feed that has an address, and how often it is fetched."""
    with open_front(home).records.read() as session:
        rows = [row_of(one) for one in registry.listed(session)]
    columns = ("feed", "standard", "url", "every_s", "active", "credential", "names", "superseded")
    empty = "No feed is registered: `hub feeds add SLUG URL --standard …` or `hub feeds import FILE`."
    emit(rows, columns, as_json=as_json, empty=empty)


def row_of(one: Registered) -> dict[str, Any]:
    """A registered feed as a row, without its credential."""
    told = asdict(one)
    return {
        "feed": told.pop("slug"),
        "credential": told.pop("has_credential"),
        **told,
        "names": [str(name) for name in one.names],
        "superseded": list(one.superseded),
    }


def _tell(one: Registered, *, as_json: bool) -> None:
    if as_json:
        emit_json(row_of(one))
        return
    rhythm = f"every {one.every_s} s" if one.every_s else "in the usual rhythm of its standard"
    say(f"{one.slug}: {one.standard.upper()} at {one.url}, " + (rhythm if one.active else "not fetched"))


def _name(text: str) -> Name:
    by, colon, identifier = text.partition(":")
    if not colon:
        raise BadRequest(f"{text!r} is no name: WHO:ID is wanted, such as mdb:mdb-1026")
    return Name(by, identifier)
