"""``hub cubes preview``: what proposed terms would let out of a holder's own data, before anybody signs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from governance.agreement import Agreement
from governance.audiences import Audience
from governance.disclosure.preview.markets import MARKETS
from governance.disclosure.preview.outlook import Outlook
from governance.periods import Period
from governance.verdicts import Denied
from hub.cli.offers import read_offer_file, write_json
from hub.cli.options import AS, HOME, JSON
from hub.cli.render import emit_json, emit_table, say
from hub.cli.work import back_at_work
from hub.errors import BadRequest
from hub.services.back import Back
from hub.services.commons import current_world
from hub.services.negotiate_reading import text_of
from hub.services.preview import ASSUMED, Preview, preview
from hub.services.preview_map import zones_seen
from hub.settings import settings_of

_MARKETS = ", ".join(one.id for one in MARKETS)
TERMS = typer.Option(help="YAML or JSON of the proposed agreement.", exists=True, dir_okay=False)
AGREEMENT = typer.Option(help="Id of an agreement: its newest version that was offered.")
GEOJSON = typer.Option(help="Write a map of your zones to this file (of --market and --audience).", dir_okay=False)
USEFULNESS = typer.Option(help="Write what you may hand to the other party: shares, no counts.", dir_okay=False)
MARKET = typer.Option(help=f"Draw the map of this market: {_MARKETS}.")


def preview_command(
    cube: Annotated[str, typer.Argument(help="Id of a registered cube.")],
    as_: Annotated[str, AS],
    from_: Annotated[dt.datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First local day.")],
    to: Annotated[dt.datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The local day after the last.")],
    terms: Annotated[Path | None, TERMS] = None,
    agreement: Annotated[str | None, AGREEMENT] = None,
    geojson: Annotated[Path | None, GEOJSON] = None,
    usefulness: Annotated[Path | None, USEFULNESS] = None,
    market: Annotated[str, MARKET] = MARKETS[0].id,
    audience: Annotated[Audience | None, typer.Option(help="Draw the map of this audience.")] = None,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """What proposed terms would show of your own data, in markets with others like you. For its holder only."""
    try:
        period = Period(from_.date(), to.date())
    except ValueError as fault:
        raise BadRequest(str(fault)) from fault
    with back_at_work(settings_of(home)) as back:
        made = preview(back, _text(back, terms, agreement), cube=cube, period=period, by=as_)
        if geojson is not None:
            write_json(geojson, zones_seen(_chosen(made, market, audience), made.own, zones=back.zones))
    if usefulness is not None:
        write_json(usefulness, made.for_the_other())
    if as_json:
        emit_json(made.plain())
    else:
        _say(made)


def _text(back: Back, terms: Path | None, agreement: str | None) -> Agreement:
    if (terms is None) == (agreement is None):
        raise BadRequest("name the proposed terms: --terms FILE or --agreement ID")
    if terms is not None:
        return read_offer_file(terms, current_world(back.front))
    return text_of(back.front, agreement or "")


def _chosen(made: Preview, market: str, audience: Audience | None) -> Outlook:
    """The outlook that a map is drawn of: with all waivers, where there is one."""
    found = [
        one
        for view in made.views.values()
        if not isinstance(view, Denied)
        for one in view
        if one.market.id == market and audience in {None, one.audience}
    ]
    if not found:
        raise BadRequest(f"nothing to draw: no audience of these terms sees this cube in a market {market!r}")
    return found[-1]


def _say(made: Preview) -> None:
    say(f"{made.text.key}: {made.cube.title.en} / {made.cube.title.fr}, {made.period}")
    say(f"  yours: {made.own.total} {made.cube.unit}")
    for audience, view in made.views.items():
        if isinstance(view, Denied):
            say(f"  {audience}: {view.reason.en} / {view.reason.fr}")
            continue
        for one in view:
            say(f"  {audience}, {one.market.sentence.en}{', all waive' if one.waived else ''}:")
            say(f"    {one.sentence().en} / {one.sentence().fr}")
        emit_table([_row(one) for one in view], _columns(view), empty="Nothing was supposed.")
    for records in made.extract:
        told = records.plain()
        if "refused" in told:
            say(f"  extract of {records.table}: {told['refused']['sentence_en']}")
        else:
            say(f"  extract of {records.table}: {records.records} records with {', '.join(told['fields'])}")
    say(f"  {ASSUMED['en']} / {ASSUMED['fr']}")


def _row(one: Outlook) -> dict[str, Any]:
    shares = {_name(share.levels): f"{share.trips_percent} % / {share.cells_percent} %" for share in one.shares}
    return {"market": one.market.id, "waived": one.waived, **shares}


def _columns(view: tuple[Outlook, ...]) -> tuple[str, ...]:
    return ("market", "waived", *(_name(share.levels) for share in view[0].shares))


def _name(levels: Any) -> str:
    return " x ".join(dict.fromkeys(levels.values()))
