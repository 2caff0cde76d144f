"""A request, or an approval in part, written as YAML or JSON by people: read strictly, with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from governance.commons_yaml.nodes import Node, parse
from governance.commons_yaml.subjects import read_terms
from governance.errors import CommonsFileError, TermError
from governance.requests.asked import read_asked

_OWED = ("datasets", "tier", "purpose", "validity", "terms", "what_for")
_MAY_BE_LESS = ("datasets", "terms", "validity")


def read_form(text: str, *, file: str, zone: ZoneInfo) -> Mapping[str, Any]:
    """The text of a request as `read_asked` takes it; days begin at midnight in `zone`.

    Raises:
        CommonsFileError: not YAML, an unknown or missing key, or a value that is not one of its kind's.
    """
    root = parse(text, file=file)
    fields = root.fields(*_OWED, optional=("audience",))
    words: dict[str, Any] = {
        name: fields[name].text() for name in ("tier", "purpose", "what_for", "audience") if name in fields
    }
    plain = {**words, **_lists(fields, zone)}
    try:
        return read_asked(plain).plain()
    except TermError as fault:
        raise root.wrong(str(fault)) from None


def read_less(text: str, *, file: str, zone: ZoneInfo) -> Mapping[str, Any]:
    """What a holder grants, where that is less than what was asked: any of datasets, terms and validity.

    Raises:
        CommonsFileError: see `read_form`.
    """
    root = parse(text, file=file)
    return _lists(root.fields(optional=_MAY_BE_LESS), zone)


def day_or_instant(text: str, zone: ZoneInfo) -> str:
    """An instant in ISO 8601; a day stands for its midnight in `zone`.

    Raises:
        TermError: it is neither, or an instant without its zone.
    """
    try:
        return parse(text, file="").instant(zone).isoformat()
    except CommonsFileError as fault:
        raise TermError(fault.reason) from None


def _lists(fields: Mapping[str, Node], zone: ZoneInfo) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "datasets" in fields:
        found["datasets"] = fields["datasets"].texts()
    if "terms" in fields:
        found["terms"] = {name: term.plain() for name, term in read_terms(fields["terms"]).items()}
    if "validity" in fields:
        ends = fields["validity"].fields("from", "to")
        found["validity"] = [ends["from"].instant(zone).isoformat(), ends["to"].instant(zone).isoformat()]
    return found
