"""Purposes as a small graph: a grant covers the more special purposes below its own, never the more general ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from governance.bilingual import Sentence
from governance.errors import PurposeCycle, UnknownPurpose


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data is used for. `broader` names the purposes it is a part of; `dpv` its term of the W3C DPV, if any."""

    id: str
    name: Sentence
    broader: frozenset[str] = frozenset()
    dpv: str = ""


@dataclass(frozen=True, slots=True)
class PurposeGraph:
    """All purposes of the commons.

    Raises:
        PurposeCycle: a purpose would be a part of itself.
        UnknownPurpose: a purpose is a part of one that is not there.
    """

    purposes: Mapping[str, Purpose]
    #: Each purpose with everything it is a part of, itself included.
    _covered_by: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        closed: dict[str, frozenset[str]] = {}
        for name in sorted(self.purposes):
            self._close(name, closed, path=())
        object.__setattr__(self, "_covered_by", closed)

    def _close(self, name: str, closed: dict[str, frozenset[str]], *, path: tuple[str, ...]) -> frozenset[str]:
        if name in closed:
            return closed[name]
        if name in path:
            raise PurposeCycle(" < ".join((*path[path.index(name) :], name)))
        if name not in self.purposes:
            raise UnknownPurpose(name)
        above = [self._close(parent, closed, path=(*path, name)) for parent in sorted(self.purposes[name].broader)]
        closed[name] = frozenset({name}).union(*above)
        return closed[name]

    def __contains__(self, purpose: str) -> bool:
        return purpose in self.purposes

    def covers(self, granted: str, asked: str) -> bool:
        """Whether a grant for `granted` covers the use for `asked`. An unknown purpose is covered by nothing."""
        return granted in self._covered_by.get(asked, frozenset())
