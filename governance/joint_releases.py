"""That a joint release was published: every holder whose records are in it is told, whoever may read it.

The act says what was released and how it can be checked, and no number: it is read by members that may not read the
release itself. The certificate names the release's file by its digest; the file holds a nonce that nobody can guess, or
the numbers of a small release could be found from that by trying.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.acts import Act, Kind, act_refused
from governance.canonical import Plain


@dataclass(frozen=True, slots=True)
class JointRelease:
    """A release as its contributors are told of it; `certificate` is the SHA-256 of its certificate."""

    id: str
    cube: str
    audience: str
    period: tuple[str, str]
    edition: str
    shape: str
    certificate: str

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "audience": self.audience,
            "certificate": self.certificate,
            "cube": self.cube,
            "edition": self.edition,
            "id": self.id,
            "period": list(self.period),
            "shape": self.shape,
        }


def _read(plain: Mapping[str, Any]) -> JointRelease:
    first, last = plain["period"]
    texts = {name: str(value) for name, value in plain.items() if name != "period"}
    return JointRelease(**texts, period=(str(first), str(last)))


def _apply(state: JointRelease | None, act: Act) -> JointRelease:
    if state is not None or act.what != "published":
        raise act_refused("release.step", "state", release=act.thing, what=act.what)
    return _read({**act.body, "id": act.thing})


#: The thing's id is the release's. It is published once and never changes.
JOINT_RELEASE: Kind[JointRelease] = Kind("release", _apply, JointRelease.plain, _read)
