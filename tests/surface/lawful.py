"""Who asks, and who may see what: said here from the design alone, and never by asking the code that is tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tests.surface.states import BINDING

_ALL: Final = ("read", "contribute", "govern")
#: Each role: the member behind its key, and the key's scopes. The strongest keys are the best attackers.
ROLES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "public": ("", ()),
    "authority": ("smhc", _ALL),
    "holder of the extract": ("bolide", _ALL),
    "holder of the sealed feed": ("trottix", _ALL),
    "its sister company": ("velovif", _ALL),
    "rival operator": ("glisse", _ALL),
    "holder of the open feed": ("cars-combes", _ALL),
    "reuser": ("itineo", _ALL),
    "research": ("labo-mobilites", _ALL),
    "secretariat": ("secretariat", _ALL),
    # What a member acts on it may look at with the key with which it acts; data it may not.
    "authority's key that may only govern": ("smhc", ("govern",)),
    "authority's key that may only contribute": ("smhc", ("contribute",)),
    "authority's revoked key": ("smhc", _ALL),
    "authority's expired key": ("smhc", _ALL),
    "key that nobody issued": ("smhc", _ALL),
    "suspended from what was negotiated": ("sursis", _ALL),
    "suspended from all but open": ("ecarte", _ALL),
    "member that left": ("partie", _ALL),
    "candidate": ("candidate", _ALL),
}
NO_KEY: Final = frozenset({"authority's revoked key", "authority's expired key", "key that nobody issued"})
ACTIVE: Final = frozenset(
    {
        *("authority", "holder of the extract", "holder of the sealed feed", "its sister company", "rival operator"),
        *("holder of the open feed", "reuser", "research", "secretariat"),
    }
)
_CONTRIBUTORS: Final = frozenset(
    {"holder of the extract", "holder of the sealed feed", "its sister company", "rival operator"}
)
_WITH_KEY: Final = frozenset(ROLES.keys() - NO_KEY)

#: What is open to everybody is read here without a look at the key, so that a thousand a second can: a key that opens
#: nothing opens it too.
WITHOUT_A_LOOK: Final = frozenset({"open system", "open message"})

#: Keys that open nothing beyond what is open to all, and members that stand where another one stands too: after the
#: first walk, in which everybody goes everywhere, those of each group take turns.
WEAK: Final = tuple(role for role in ROLES if role not in ACTIVE and role != "public")
ALIKE: Final = ("its sister company", "holder of the open feed", "reuser", "research")

PLANNING: Final = frozenset({"mobility-planning", "stop-siting", "network-redesign", "street-layout"})
COMPLIANCE: Final = frozenset({"compliance", "fleet-caps"})
ANY: Final = PLANNING | COMPLIANCE | {"research", "open-reuse"}

#: What is seen while an agreement binds: by whom, and for which purposes.
AGREED: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "open feed": (_WITH_KEY, ANY | {"no-such-purpose"}),
    "open system": (frozenset(ROLES), frozenset({"open-reuse"})),
    # What is open is open for whatever purpose, named or not.
    "open message": (frozenset(ROLES), ANY | {"no-such-purpose"}),
    "members": (ACTIVE, PLANNING),
    "authority": (frozenset({"authority"}), PLANNING),
    # Whoever reads the release reads its certificate, for the same purposes.
    "certificate for members": (ACTIVE, PLANNING),
    "certificate for authority": (frozenset({"authority"}), PLANNING),
    "extract": (frozenset({"authority"}), COMPLIANCE),
    "extract's account": (frozenset({"authority"}), COMPLIANCE),
}
#: What is seen by these, whatever was agreed.
ALWAYS: Final[Mapping[str, frozenset[str]]] = {
    # A holder looks at its own versions and findings; the sister company is another holder.
    "open feed": frozenset({"holder of the open feed"}),
    "open message": frozenset({"holder of the open feed"}),
    "sealed feed": frozenset({"holder of the sealed feed"}),
    # A hook, and what was sent to it, is its member's alone.
    "hook": frozenset({"holder of the sealed feed"}),
    "job": frozenset({"holder of the sealed feed", "secretariat"}),
    "extract's account": frozenset({"holder of the extract"}),
    # Parties alone know an exact p; not even the secretariat does.
    "exact p": frozenset({"authority", "authority's key that may only govern", "holder of the extract"}),
    "offer": frozenset({"rival operator", "reuser", "secretariat"}),
    "offer's p": frozenset({"rival operator", "reuser"}),
    "draft": frozenset({"holder of the extract"}),
    "request": frozenset({"research", "holder of the extract", "rival operator", "secretariat"}),
    "request's answer": frozenset({"research", "holder of the extract", "secretariat"}),
    "request's draft": frozenset({"research"}),
    # The accused, who opened the case, and those that decide on it.
    "sanction": frozenset({"reuser", "secretariat", "authority", "authority's key that may only govern"}),
    # The parties; and the mediator, who is drawn by lot (`Basin.also`).
    "dispute": frozenset({"authority", "authority's key that may only govern", "rival operator", "secretariat"}),
    # So does every holder whose records are in it; each opens the commitment to its own.
    "certificate for members": _CONTRIBUTORS,
    "certificate for authority": _CONTRIBUTORS,
    "salt of groupe-alizes": frozenset({"holder of the sealed feed", "its sister company"}),
    "salt of bolide": frozenset({"holder of the extract"}),
    "salt of glisse": frozenset({"rival operator"}),
    "vault": frozenset(),
    "secret": frozenset(),
}


def may_see(of: str, *, role: str, state: str, purpose: str = "") -> bool:
    """Whether a role may see what was planted in `of` while the agreements are in a state."""
    assert of in AGREED or of in ALWAYS, f"nobody said who may see {of!r}: say it in tests/surface/lawful.py"
    readers, purposes = AGREED.get(of, (frozenset(), frozenset()))
    agreed = state in BINDING and role in readers and purpose in purposes
    is_known = role not in NO_KEY or of in WITHOUT_A_LOOK
    return is_known and (agreed or role in ALWAYS.get(of, frozenset()))


def lawful(state: str, kinds: Iterable[str]) -> set[tuple[str, str]]:
    """What of these kinds is seen by whom when all that may be seen is asked for in the right way."""
    return {
        (of, role)
        for of in kinds
        for role in ROLES
        if any(may_see(of, role=role, state=state, purpose=purpose) for purpose in ANY)
    }
