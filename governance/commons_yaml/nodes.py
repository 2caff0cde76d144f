"""YAML read strictly: every value knows its file and line, and nothing is accepted by guess.

Only the plain part of YAML is read: one document, no anchors, no tags. What YAML 1.1 takes for a truth value (``no``,
``on``) is refused where a text is wanted, instead of turning Norway into false.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import yaml

from governance.canonical import LARGEST_INTEGER
from governance.errors import CommonsError, CommonsFileError

_TAG = "tag:yaml.org,2002:"
#: libyaml where it is there: some thirty times faster, and every process reads these files.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: A commons needs five levels; composing calls itself for each.
_DEEPEST = 32
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a file, with the key that led to it."""

    file: str
    key: str
    raw: yaml.Node

    @property
    def line(self) -> int:
        """Counted from 1."""
        return int(self.raw.start_mark.line) + 1

    def wrong(self, reason: str) -> CommonsFileError:
        """The error to raise when the value is not what it must be."""
        return CommonsFileError(reason, file=self.file, line=self.line, key=self.key)

    @property
    def is_mapping(self) -> bool:
        """Whether it has entries."""
        return isinstance(self.raw, yaml.MappingNode)

    def entries(self) -> dict[str, Node]:
        """The entries of a mapping whose names are free (ids, terms)."""
        if not isinstance(self.raw, yaml.MappingNode):
            raise self.wrong("must be a mapping")
        found: dict[str, Node] = {}
        for name_node, value in self.raw.value:
            name = Node(self.file, self.key, name_node).text()
            if name in found:
                raise Node(self.file, name, name_node).wrong("stands here twice")
            found[name] = Node(self.file, name, value)
        return found

    def fields(self, *required: str, optional: tuple[str, ...] = ()) -> dict[str, Node]:
        """The entries of a mapping whose names are given: all the required, none unknown."""
        found = self.entries()
        for name, node in found.items():
            if name not in required and name not in optional:
                raise node.wrong(f"unknown key (known: {', '.join((*required, *optional))})")
        for name in required:
            if name not in found:
                raise self.wrong(f"lacks {name}")
        return found

    def items(self) -> list[Node]:
        """The items of a list."""
        if not isinstance(self.raw, yaml.SequenceNode):
            raise self.wrong("must be a list")
        return [Node(self.file, self.key, item) for item in self.raw.value]

    def text(self) -> str:
        """A text that is not empty."""
        value = self._scalar("str", "a text (put it in quotes)")
        if not value.strip():
            raise self.wrong("must not be empty")
        return value

    def texts(self) -> list[str]:
        """A list of texts, each once."""
        values = [item.text() for item in self.items()]
        if len(set(values)) != len(values):
            raise self.wrong("names something twice")
        return values

    def integer(self) -> int:
        """A whole number in plain decimal digits (YAML 1.1 would read 010 as eight)."""
        value = self._scalar("int", "a whole number")
        if str(value) != "0" and (value.startswith("0") or not value.isdecimal()):
            raise self.wrong(f"must be a whole number in decimal digits, not {value}")
        if len(value) > len(str(LARGEST_INTEGER)) or int(value) > LARGEST_INTEGER:
            raise self.wrong(f"must be a whole number up to {LARGEST_INTEGER}")
        return int(value)

    def truth(self) -> bool:
        """``true`` or ``false``; what else YAML 1.1 takes for one (``yes``, ``on``) is refused."""
        value = self._scalar("bool", "true or false")
        if value not in {"true", "false"}:
            raise self.wrong(f"must be true or false, not {value}")
        return value == "true"

    def day(self) -> dt.date:
        """A day, ``2026-01-01``."""
        value = self._scalar("timestamp", "a day such as 2026-01-01")
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise self.wrong(f"{value!r} is not a day such as 2026-01-01") from None

    def instant(self, zone: ZoneInfo) -> dt.datetime:
        """An instant with its zone, or a day, which begins at midnight in `zone`; in UTC."""
        value = self._scalar("timestamp", "a day, or an instant with its zone")
        try:
            if len(value) == len("2026-01-01"):
                return dt.datetime.combine(dt.date.fromisoformat(value), dt.time(), zone).astimezone(dt.UTC)
            found = dt.datetime.fromisoformat(value)
        except ValueError:
            raise self.wrong(f"{value!r} is not a day nor an instant") from None
        if found.tzinfo is None:
            raise self.wrong(f"{value!r} has no zone: write a day, or add +01:00 or Z")
        return found.astimezone(dt.UTC)

    def plain(self) -> object:
        """The value as a term reads it: a text, a whole number, true, or a list of texts."""
        if isinstance(self.raw, yaml.SequenceNode):
            return self.texts()
        if isinstance(self.raw, yaml.ScalarNode) and self.raw.tag == f"{_TAG}int":
            return self.integer()
        if isinstance(self.raw, yaml.ScalarNode) and self.raw.tag == f"{_TAG}bool":
            return {"true": True, "false": False}.get(str(self.raw.value), self.raw.value)
        return self.text()

    def choice(self, of: Callable[[str], _Value]) -> _Value:
        """A text that one of our enumerations knows."""
        value = self.text()
        try:
            return of(value)
        except ValueError:
            raise self.wrong(f"unknown value {value!r}") from None

    def known(self, names: Mapping[str, object] | frozenset[str], what: str) -> str:
        """A text that names something that was read before."""
        value = self.text()
        if value not in names:
            raise self.wrong(f"unknown {what} {value!r}")
        return value

    def checked(self, read: Callable[[object], _Value]) -> _Value:
        """What `read` makes of the plain value; its complaint becomes one about this line."""
        try:
            return read(self.plain())
        except CommonsFileError:
            raise
        except CommonsError as error:
            raise self.wrong(str(error)) from None

    def _scalar(self, kind: str, what: str) -> str:
        if not isinstance(self.raw, yaml.ScalarNode) or self.raw.tag != _TAG + kind:
            raise self.wrong(f"must be {what}")
        return str(self.raw.value)


def parse(text: str, *, file: str) -> Node:
    """Read one file.

    Raises:
        CommonsFileError: not YAML, not one document, or one with anchors or tags.
    """
    try:
        root = _composed(text, file, _LOADER)
    except yaml.YAMLError:
        root = _told(text, file)
    if root is None:
        raise CommonsFileError("is empty", file=file)
    return Node(file, "", root)


def _told(text: str, file: str) -> yaml.Node | None:
    # The slow reader's sentences say more of what is wrong.
    try:
        return _composed(text, file, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CommonsFileError(
            str(error.problem or error.context), file=file, line=mark.line + 1 if mark else None
        ) from None
    except yaml.YAMLError as error:
        raise CommonsFileError(str(error), file=file) from None


def _composed(text: str, file: str, loader: Any) -> yaml.Node | None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        mark = event.start_mark
        line = mark.line + 1 if mark else None
        if depth > _DEEPEST:
            raise CommonsFileError("is nested too deeply", file=file, line=line)
        tagged = getattr(event, "tag", None) is not None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None or tagged:
            raise CommonsFileError("anchors, aliases and tags are not read here", file=file, line=line)
    return yaml.compose(text, Loader=loader)
