"""A value in a JSON document that knows where it stands, and refuses whatever is not expected there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from governance.acts import ActRefused
from governance.verdicts import denied

#: Longest part of a wrong value that a refusal repeats, in characters.
_SHOWN = 60


class PolicyRefused(ActRefused):
    """A policy that is not of the profile; the clause of `denied` is the JSON pointer of the first fault."""


@dataclass(frozen=True, slots=True)
class At:
    """A value and its place, as a JSON pointer in the form of a URI fragment (RFC 6901, section 6)."""

    value: object
    pointer: str = "#"

    def wrong(self, code: str, **values: object) -> PolicyRefused:
        """The refusal to raise; `code` is one of `governance.reasons`."""
        return PolicyRefused(denied(code, self.pointer, **values))

    def of(self, expected: str) -> PolicyRefused:
        """The refusal of a value of another shape."""
        return self.wrong("odrl.shape", expected=expected)

    def fields(self, *required: str, optional: tuple[str, ...] = ()) -> dict[str, At]:
        """The members of an object: all that are required, none that is unknown."""
        if not isinstance(self.value, Mapping):
            raise self.of("{ }")
        for name in self.value:
            if name not in (*required, *optional):
                raise self.wrong("odrl.key", key=str(name)[:_SHOWN])
        for name in required:
            if name not in self.value:
                raise self.wrong("odrl.missing", key=name)
        return {name: At(value, f"{self.pointer}/{_escaped(name)}") for name, value in self.value.items()}

    def items(self) -> list[At]:
        """The items of a list that is not empty."""
        if not isinstance(self.value, list) or not self.value:
            raise self.of("[ … ]")
        return [At(value, f"{self.pointer}/{number}") for number, value in enumerate(self.value)]

    def only(self) -> At:
        """The one item of a list."""
        items = self.items()
        if len(items) != 1:
            raise self.of("[ 1 ]")
        return items[0]

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            raise self.of('"…"')
        return self.value

    def exactly(self, expected: object) -> None:
        """Nothing but this value; truth values are no numbers here."""
        if spelled(self.value) != spelled(expected):
            raise self.wrong("odrl.value", found=spelled(self.value)[:_SHOWN], expected=spelled(expected))


def spelled(value: object) -> str:
    """A value as JSON, names in order: equal texts are equal values of equal kinds."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
