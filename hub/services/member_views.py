"""Members as everybody may see them: who belongs, who applies, who is leaving, and who signed the charter."""

from __future__ import annotations

from typing import Any

from governance.choice.membership import Membership, Stage
from governance.parties import Member
from hub.errors import NotFound
from hub.services import admission, charter
from hub.services.charter import Standing
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.turn import Seen


def listed(front: Front) -> list[dict[str, Any]]:
    """Every member and every candidate, by id."""
    members, known = current_world(front).members, admission.listed(front)
    standings = {one.member: one for one in charter.standings(front)}
    names = sorted(members.keys() | {name for name, one in known.items() if one.pending is not None})
    return [_told(name, members.get(name), known.get(name), standings.get(name)) for name in names]


def one(front: Front, member: str) -> tuple[dict[str, Any], int]:
    """One member or candidate, and the revision of what was done about it; 0 when nothing was.

    Raises:
        NotFound: nobody of that name.
    """
    found = next((one for one in listed(front) if one["id"] == member), None)
    if found is None:
        raise NotFound(f"no member is called {member!r}")
    return found, _revision(front, member)


def _revision(front: Front, member: str) -> int:
    try:
        seen: Seen = admission.one(front, member)
    except NotFound:
        return 0
    return seen.revision


def _told(name: str, member: Member | None, known: Membership | None, standing: Standing | None) -> dict[str, Any]:
    applies = known is not None and known.stage is Stage.APPLIED
    who = member or (known.pending if known is not None else None)
    if who is None:
        raise NotFound(f"no member is called {name!r}")
    return {
        "charter": _charter(standing) if standing is not None else None,
        "college": who.college,
        "declared_holding": known.declared.holding if known is not None and known.declared else None,
        "holding": who.holding,
        "id": name,
        "kind": who.kind.value,
        "leaves_at": known.leaves_at if known is not None else None,
        "name": who.name.plain(),
        "proposal": known.proposal if known is not None and applies else "",
        "sanction": int(member.sanction) if member is not None else 0,
        "status": member.status.value if member is not None else "applicant",
    }


def _charter(standing: Standing) -> dict[str, Any]:
    return {
        "current": standing.current,
        "overdue": standing.overdue,
        "signed_at": standing.signed.at if standing.signed else None,
        "signed_version": standing.signed.version if standing.signed else None,
    }
