"""Agreements that live by acts: the documents, where they came from or not, cannot change their texts any more."""

from __future__ import annotations

from collections.abc import Iterable

from governance.agreement import Agreement


def changed_by(living: Iterable[str], *, before: Iterable[Agreement], after: Iterable[Agreement]) -> str | None:
    """The first of the living agreements, by id, of which other documents would say another text than those before.

    A version that is dropped, changed or added; the state that documents say is not looked at, for acts have moved on
    from it. None when they leave all of them alone.
    """
    old, new = _texts(before), _texts(after)
    return next((name for name in sorted(living) if old.get(name, {}) != new.get(name, {})), None)


def _texts(agreements: Iterable[Agreement]) -> dict[str, dict[int, object]]:
    found: dict[str, dict[int, object]] = {}
    for one in agreements:
        found.setdefault(one.id, {})[one.version] = one.plain()
    return found
