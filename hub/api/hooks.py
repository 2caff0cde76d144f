"""Routes of hooks: a member lets happenings be sent to it, sees what was sent, and has it sent again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.acting import ActingMember, ReadingMember, private
from hub.api.paging import Cursor, Limit, link_next, place
from hub.api.reader import FrontOffice
from hub.api.shapes_hooks import DeliveryItem, DeliveryList, HookItem, HookList, HookText, NewHook
from hub.records.hooks import WAITING
from hub.services import hooks
from hub.services.hooks import Sent

router = APIRouter(tags=["notices"])

HookId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="Id of a hook.")]
Message = Annotated[
    str, Path(pattern="^[a-z0-9-]{1,80}_[0-9]{1,9}$", description="Id of a message, as in its header `webhook-id`.")
]


@router.post("/hooks", response_model=NewHook, status_code=201, name="make_hook")
def make(front: FrontOffice, member: ActingMember, text: HookText, response: Response) -> NewHook:
    """Have happenings of feeds sent to a URL, signed as Standard Webhooks says, or to an e-mail address.

    What you may not see when it is sent does not reach you. The secret of the signatures is told this once.
    """
    private(response)
    made = hooks.register(front, member, target=text.target, channel=text.channel, feeds=text.feeds, kinds=text.kinds)
    return NewHook(**hooks.plain(made.hook), secret=made.secret or None)


@router.get("/hooks", response_model=HookList, name="list_hooks")
def list_hooks(front: FrontOffice, member: ReadingMember, response: Response) -> HookList:
    """Your hooks, those that have ended included, with why."""
    private(response)
    return HookList(hooks=[HookItem(**hooks.plain(one)) for one in hooks.listed(front, member)])


@router.delete("/hooks/{hook_id}", response_model=HookItem, name="remove_hook")
def remove(front: FrontOffice, member: ActingMember, hook_id: HookId, response: Response) -> HookItem:
    """Have nothing more sent there."""
    private(response)
    return HookItem(**hooks.plain(hooks.remove(front, hook_id, member=member)))


@router.get("/hooks/{hook_id}/deliveries", response_model=DeliveryList, name="list_deliveries")
def list_deliveries(
    front: FrontOffice,
    member: ReadingMember,
    hook_id: HookId,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DeliveryList:
    """What was sent to a hook or is on its way, newest first, with what its address answered."""
    private(response)
    sent, following = hooks.deliveries(front, hook_id, member=member, most=limit, after=place(cursor) or 0)
    return DeliveryList(deliveries=[_item(one) for one in sent], next=link_next(request, response, following))


@router.post(
    "/hooks/{hook_id}/deliveries/{message}/again", response_model=DeliveryItem, status_code=202, name="deliver_again"
)
def again(
    front: FrontOffice, member: ActingMember, hook_id: HookId, message: Message, response: Response
) -> DeliveryItem:
    """Send a message once more, under the same id, with all its tries."""
    private(response)
    return _item(hooks.again(front, hook_id, message, member=member))


@router.post("/hooks/{hook_id}/unsubscribe", status_code=204, response_class=Response, name="unsubscribe_hook")
def unsubscribe(front: FrontOffice, hook_id: HookId) -> Response:
    """End an e-mail hook from one of its messages (RFC 8058). No key: the id is in each message, and nowhere else."""
    hooks.unsubscribe(front, hook_id)
    response = Response(status_code=204)
    private(response)
    return response


def _item(sent: Sent) -> DeliveryItem:
    delivery, notice = sent.delivery, sent.notice
    facts: dict[str, Any] = dict(notice.facts)
    return DeliveryItem(
        message=notice.id,
        round=delivery.round,
        feed=notice.slug,
        kind=notice.kind,
        sentence=notice.sentence.plain(),
        facts=facts,
        state=delivery.state,
        tries=delivery.tries,
        at=delivery.at,
        next_at=delivery.next_at if delivery.state == WAITING else None,
        status=delivery.status,
        error=delivery.error,
    )
