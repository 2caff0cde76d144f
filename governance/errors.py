"""What can be wrong with the description of a commons, as one drawn tree.

::

    CommonsError                 a sentence
    ├── UnknownPurpose           a purpose is a part of one that is not there
    ├── PurposeCycle             a purpose would be a part of itself
    ├── TermError                a term is not of the closed vocabulary, or its value is not one of the term's
    └── CommonsFileError         a file of the commons cannot be read as what it must be; names file, line and key

A refusal to somebody is no error: it is a `governance.verdicts.Denied` or a `governance.decision.Deny`.
"""

from __future__ import annotations


class CommonsError(Exception):
    """The description of the commons contradicts itself or is not understood."""


class UnknownPurpose(CommonsError):
    """A purpose that is not in the graph."""

    def __init__(self, purpose: str) -> None:
        super().__init__(f"unknown purpose {purpose!r}")


class PurposeCycle(CommonsError):
    """A purpose that would be a part of itself."""

    def __init__(self, path: str) -> None:
        super().__init__(f"purposes form a cycle: {path}")


class TermError(CommonsError):
    """A term outside the closed vocabulary, or a value that the term does not have."""


class CommonsFileError(CommonsError):
    """A file of the commons is refused; `line` counts from 1."""

    def __init__(self, reason: str, *, file: str, line: int | None = None, key: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.file = file
        self.line = line
        self.key = key

    def __str__(self) -> str:
        """One line: `members.yaml, line 12, key college: unknown college 'x'`."""
        place = [self.file]
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.key:
            place.append(f"key {self.key}")
        return " ".join(f"{', '.join(place)}: {self.reason}".split())
