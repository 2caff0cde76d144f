"""``hub hooks``: where members want to be told what happens to feeds, and what was sent there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.bootstrap import back_office
from hub.cli.options import AS, HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.records import sealing as sealing_records
from hub.records.hooks import WAITING
from hub.services import hooks
from hub.services.front import Front
from hub.services.hook_targets import MAIL, WEBHOOK
from hub.services.hooks import Sent
from hub.services.notices import KINDS
from hub.settings import settings_of

app = typer.Typer(help="Webhooks and e-mail: who is told what happens to feeds.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
By = Annotated[str | None, AS]
HookId = Annotated[str, typer.Argument(help="Id of the hook.")]


@app.command("kinds")
def kinds(as_json: AsJson = False) -> None:
    """What can happen to a feed, and how it is told."""
    rows = [{"kind": one.name, "sentence": one.sentence.en, "sentence_fr": one.sentence.fr} for one in KINDS.values()]
    emit(rows, ("kind", "sentence"), as_json=as_json, empty="Nothing can happen.")


@app.command("add")
def add(
    member: Annotated[str, typer.Argument(help="Id of the member that is told.")],
    target: Annotated[str, typer.Argument(help="A URL, or with --mail an e-mail address.")],
    feed: Annotated[list[str] | None, typer.Option(help="Only this feed (may be given more than once).")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind of happening, see `hub hooks kinds`.")] = None,
    is_mail: Annotated[bool, typer.Option("--mail", help="Send e-mail instead of a webhook.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Have a member told. A webhook's secret is printed once and cannot be shown again."""
    front = _sealing_front(home)
    channel = MAIL if is_mail else WEBHOOK
    made = hooks.register(front, member, target=target, channel=channel, feeds=feed or (), kinds=kind or ())
    if as_json:
        emit_json({**hooks.plain(made.hook), "secret": made.secret or None})
        return
    say(made.hook.id)
    if made.secret:
        say(made.secret)


@app.command("list")
def list_hooks(
    member: Annotated[str | None, typer.Argument(help="Id of a member; else all.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Hooks, those that have ended included, with why."""
    rows = [_row(hooks.plain(one), as_json=as_json) for one in hooks.listed(open_front(home), member)]
    columns = ("id", "member", "channel", "target", "feeds", "kinds", "created_at", "state")
    emit(rows, columns, as_json=as_json, empty="No hook yet: `hub hooks add MEMBER URL` makes one.")


def _row(plain: dict[str, Any], *, as_json: bool) -> dict[str, Any]:
    return plain if as_json else {**plain, "state": plain["state"]["en"]}


@app.command("remove")
def remove(hook: HookId, by: By = None, home: Home = None) -> None:
    """Have nothing more sent there."""
    hooks.remove(open_front(home), hook, member=by)
    say("Nothing more is sent there.")


@app.command("deliveries")
def deliveries(
    hook: HookId,
    by: By = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What was sent to a hook or is on its way, newest first."""
    sent, _ = hooks.deliveries(open_front(home), hook, member=by, most=most)
    columns = ("message", "round", "kind", "state", "tries", "at", "next_at", "status", "error")
    emit([_sent(one) for one in sent], columns, as_json=as_json, empty="Nothing was sent to this hook yet.")


@app.command("again")
def again(
    hook: HookId,
    message: Annotated[str, typer.Argument(help="Id of the message, as `hub hooks deliveries` shows it.")],
    by: By = None,
    home: Home = None,
) -> None:
    """Send a message once more, under the same id, with all its tries."""
    sent = hooks.again(open_front(home), hook, message, member=by)
    say(f"{sent.notice.id} is on its way again (round {sent.delivery.round}).")


def _sent(sent: Sent) -> dict[str, Any]:
    delivery, notice = sent.delivery, sent.notice
    names = ("round", "state", "tries", "at", "status", "error")
    return {
        "message": notice.id,
        "feed": notice.slug,
        "kind": notice.kind,
        "sentence": notice.sentence.plain(),
        "next_at": delivery.next_at if delivery.state == WAITING else None,
        **{name: getattr(delivery, name) for name in names},
    }


def _sealing_front(home: Path | None) -> Front:
    # Whoever runs commands on the hub's own machine holds its key: nobody need have started the worker before.
    front = open_front(home)
    opener = back_office(settings_of(home)).opener
    with front.records.write() as session:
        sealing_records.tell(session, opener.sealer(), at=front.clock())
    return front
