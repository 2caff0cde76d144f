"""What the joint audit finds, and how far it goes before it gives up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from governance.audiences import Audience


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is solved. What lies beyond is not solved: it counts as unsafe, is coarsened, and that is said.

    `whole`: the most atoms of a component that is solved as one. `patch`: about how many atoms around a target are
    left free when a component is larger (all others keep their true values, so that too few worlds are looked at, never
    too many). `patches`: the most of them for one attacker. `widest`: the most atoms of a component that is looked at
    at all, and `tangled` the same where it is not two partitions. There, `worlds` is the most worlds that are drawn for
    one attacker, and `bounds` the most atoms of which the largest and the least is looked for: where more are open, all
    of them count as unsafe.
    `rounds`: how often the new release is coarsened before its whole component is pooled. Measured on two cores.
    """

    whole: int = 600
    patch: int = 300
    patches: int = 400
    widest: int = 2_000_000
    tangled: int = 6_000
    worlds: int = 80
    bounds: int = 1_500
    rounds: int = 10
    seconds: float | None = None
    clock: Callable[[], float] = time.monotonic
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a reader of `audience` learns too well from the new release beside the others.

    `rule` is the floor it breaks. `attacker` are the holdings that find it (nobody: an outsider). `atoms` are the atoms
    of the sheet whose sum it is about, `blame` the rows of the sheet that it follows from. `solved` is False where time
    or size left it undecided.
    """

    audience: Audience
    attacker: tuple[str, ...]
    rule: str
    atoms: tuple[int, ...]
    blame: tuple[int, ...]
    solved: bool = True


@dataclass(slots=True)
class Effort:
    """What the audit did, for the builder's eyes."""

    components: int = 0
    atoms: int = 0
    rows: int = 0
    worlds: int = 0
    flows: int = 0
    bounds: int = 0
    patches: int = 0
    unsolved: int = 0
