"""``hub feeds``: what is here, in which versions, and what was found in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.bootstrap import back_office
from hub.cli import (
    feeds_brake,
    feeds_corpus,
    feeds_credentials,
    feeds_diff,
    feeds_history,
    feeds_incidents,
    feeds_lists,
    feeds_quality,
    feeds_registry,
)
from hub.cli.feeds_fetches import fetches_command
from hub.cli.feeds_merge import merge_command
from hub.cli.feeds_realtime import realtime_command
from hub.cli.options import HOME, JSON, LANG, language_asked
from hub.cli.render import emit, say
from hub.cli.work import open_front
from hub.errors import NotFound
from hub.records import feeds as feed_records
from hub.records.models import Attempt, Feed, Version
from hub.services import manifest, retention
from hub.services.wording import mend_in, message_in
from hub.settings import settings_of

app = typer.Typer(help="Feeds, their versions and findings.", no_args_is_help=True)
app.command("add")(feeds_registry.add)
app.command("set")(feeds_registry.change)
app.command("remove")(feeds_registry.remove)
app.command("rename")(feeds_registry.rename)
app.command("ids")(feeds_registry.ids)
app.command("registered")(feeds_registry.registered)
app.command("import")(feeds_lists.take_in)
app.command("export")(feeds_lists.give_out)
app.add_typer(feeds_credentials.app, name="credentials")
app.command("fetches")(fetches_command)
app.command("realtime")(realtime_command)
app.command("merge")(merge_command)
app.command("corpus")(feeds_corpus.corpus_command)
app.command("diff")(feeds_diff.diff_command)
app.command("history")(feeds_history.history_command)
app.command("judge")(feeds_quality.judge)
app.command("quality")(feeds_quality.show_quality)
app.add_typer(feeds_incidents.incidents_app, name="incidents")
app.add_typer(feeds_brake.brake_app, name="brake")

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Slug = Annotated[str, typer.Argument(help="Slug of the feed.")]


@app.command("list")
def list_feeds(home: Home = None, as_json: AsJson = False) -> None:
    """All feeds with their current version."""
    with open_front(home).records.read() as session:
        rows = [_feed(feed, session.get(Version, feed.current_id or 0)) for feed in feed_records.feeds(session)]
    columns = ("feed", "standard", "version", "verdict", "ingested_at", "service_to")
    emit(rows, columns, as_json=as_json, empty="No feed yet: `hub ingest PATH|URL --feed SLUG` takes one in.")


def _feed(feed: Feed, current: Version | None) -> dict[str, Any]:
    return {
        "feed": feed.slug,
        "standard": feed.standard,
        "url": feed.url,
        "version": current.number if current else None,
        "verdict": current.verdict if current else None,
        "ingested_at": current.ingested_at if current else None,
        "service_to": current.facts.get("service_to") if current else None,
    }


@app.command("show")
def show(slug: Slug, home: Home = None, as_json: AsJson = False) -> None:
    """The versions of a feed, newest first, and until when the content of each is kept."""
    front = open_front(home)
    with front.records.read() as session:
        feed_records.feed(session, slug)
        kept = retention.of_versions(front, session, slug)
        rows = [_version(one, kept[one.number]) for one in feed_records.versions(session, slug)]
    columns = ("version", "standard_version", "verdict", "ingested_at", "source", "set_aside", "digest", "kept_until")
    emit(rows, columns, as_json=as_json, empty="No good version yet; `hub feeds attempts` says what was tried.")
    if not as_json:
        for why in dict.fromkeys(row["kept_because"] for row in rows):
            say(why)


def _version(one: Version, kept: retention.Keeping) -> dict[str, Any]:
    return {
        "version": one.number,
        "standard_version": one.standard_version,
        "verdict": one.verdict,
        "ingested_at": one.ingested_at,
        "source": one.source,
        "rows": one.rows,
        "set_aside": sum(one.set_aside.values()),
        "facts": one.facts,
        "digest": one.digest[:12],
        "kept_until": kept.until,
        "kept_because": getattr(kept.why, language_asked(None)),
    }


@app.command("findings")
def findings(
    slug: Slug,
    version: Annotated[int | None, typer.Option(help="Number of the version; else the current one.")] = None,
    lang: Annotated[str | None, LANG] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What the checks found in a version; exit code 1 when there are errors."""
    language = language_asked(lang)
    with open_front(home).records.read() as session:
        current = session.get(Version, feed_records.feed(session, slug).current_id or 0)
        if current is None:
            raise NotFound(f"feed {slug!r} has no good version yet")
        chosen = feed_records.version(session, slug, version or current.number)
    # The vault's own account: of operator data the records hold neither counts nor values.
    found = manifest.read(back_office(settings_of(home)).vault, slug, chosen.digest).findings
    names = ("severity", "kind", "code", "count", "file", "row", "field", "value", "message", "mend")
    plain = ({name: getattr(one, name) for name in names} for one in found)
    rows = [
        {**row, "message": message_in(language, one), "mend": mend_in(language, one)}
        for row, one in zip(plain, found, strict=True)
    ]
    emit(rows, names, as_json=as_json, empty="Nothing was found: no error, no warning.")
    if any(row["severity"] == "error" for row in rows):
        raise typer.Exit(1)


@app.command("attempts")
def attempts(slug: Slug, home: Home = None, as_json: AsJson = False) -> None:
    """What was tried with a feed, newest first, and why it was refused."""
    with open_front(home).records.read() as session:
        names = ("at", "source", "outcome", "version", "error")
        rows = [_attempt(one) for one in feed_records.attempts(session, slug)]
    emit(rows, names, as_json=as_json, empty="Nobody tried yet.")


def _attempt(one: Attempt) -> dict[str, Any]:
    return {
        "at": one.at,
        "source": one.source,
        "outcome": one.outcome,
        "version": one.version.number if one.version else None,
        "error": one.error,
    }
