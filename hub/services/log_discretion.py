"""What the secretariat does not read of the whole log through the web: texts that others negotiate, ask and vote by.

An exact p is for the parties of its agreement alone, a draft for its author, a running ballot for its voter. Their
entries stand in the secretariat's list and file like all others, with their texts left shut.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from governance.choice.proposal import PROPOSAL
from governance.negotiation.steps import AGREEMENT
from governance.requests.steps import ACCESS_REQUEST
from hub.records.log_pages import Opened

_AMONG_OTHERS: Final = (f"{AGREEMENT.name}.", f"{ACCESS_REQUEST.name}.", f"{PROPOSAL.name}.balloted")


def discreet(one: Opened, reader: str) -> Opened:
    """The entry as `reader` may see it, who reads entries of others too: shut where it is among others."""
    if one.text is None or reader in {opening.party for opening in one.openings}:
        return one
    return replace(one, text=None, shut=True) if one.text.action.startswith(_AMONG_OTHERS) else one
