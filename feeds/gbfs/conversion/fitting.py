"""The schema of a published version as a function: a value in, the same value as the schema allows it out.

Optional values that do not fit are left out, records that lack what is required are set aside, and each is told. So
what comes out always holds to the schema, whatever came in. Source of the schemas: MobilityData, with `gbfs-validator`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from gbfs_validator.feedhelpers import load_schema
from gbfs_validator.schema.formats import FORMATS

from feeds.gbfs.conversion.leaves import Fitter, Run, Unfit, language_tag, leaf

_TEXT: Final = frozenset({"text", "language"})


@lru_cache(maxsize=64)
def fitter(version: str, file: str) -> Fitter:
    """The function that fits the ``data`` of a file (by the name of its version) to its schema."""
    return compiled(load_schema(version, file)["properties"]["data"], "")


def compiled(schema: Mapping[str, Any], name: str) -> Fitter:
    """The fitter of a part of a schema; `name` is the property that it is the value of."""
    if schema.get("type") == "object":
        return _object(schema, name)
    if schema.get("type") == "array":
        items = schema.get("items", {})
        if set(items.get("properties", ())) == _TEXT:
            return _texts(items["properties"]["text"])
        return _array(schema, name)
    if not schema:
        return lambda value, _: value
    return leaf(schema, name)


def _object(schema: Mapping[str, Any], name: str) -> Fitter:
    properties = {key: compiled(part, key) for key, part in schema.get("properties", {}).items()}
    required = frozenset(schema.get("required", ()))
    more = schema.get("additionalProperties", True)
    others = compiled(more, "") if isinstance(more, dict) else None

    def fit(value: Any, run: Run) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Unfit(value=value)
        done: dict[str, Any] = {}
        for key, one in value.items():
            part = properties.get(key, others)
            if part is not None:
                _put(done, key, one, part, run, must=key in required)
            elif more is False:
                run.losses.add("field_unknown", run.file, f"{name}.{key}".lstrip("."), one)
            else:
                done[key] = one
        for key in required:
            if key not in done:
                raise Unfit(key)
        return done

    return fit


def _put(done: dict[str, Any], key: str, value: Any, part: Fitter, run: Run, *, must: bool) -> None:
    """A known property where it says something and fits; one that is required and does not fit spoils its object."""
    if value is None or (value == "" and not must):
        return
    try:
        done[key] = part(value, run)
    except Unfit as reason:
        if must:
            raise reason.within(key) from None
        run.losses.add("value_left_out", run.file, ".".join((key, *reason.path)), reason.value)


def _array(schema: Mapping[str, Any], name: str) -> Fitter:
    items = schema.get("items", {})
    part, least = compiled(items, name), schema.get("minItems", 0)
    # A ring without one of its points is another ring: what is a list of lists fits as a whole or not at all.
    is_whole = items.get("type") in ("array", "number")

    def fit(value: Any, run: Run) -> list[Any]:
        if not isinstance(value, list):
            raise Unfit(value=value)
        done = []
        for one in value:
            try:
                done.append(part(one, run))
            except Unfit as reason:
                if is_whole:
                    raise
                code = "record_left_out" if isinstance(one, dict) else "value_left_out"
                run.losses.add(code, run.file, ".".join((name, *reason.path)), reason.value)
        if len(done) < least:
            raise Unfit(value=value)
        return done

    return fit


def _texts(schema: Mapping[str, Any]) -> Fitter:
    """Texts by language: a plain text of 1.x and 2.x becomes the one of the system's own language."""
    formatted = FORMATS[schema["format"]] if schema.get("format") in FORMATS else None

    def fit(value: Any, run: Run) -> list[dict[str, str]]:
        said = [{"text": value, "language": run.language}] if isinstance(value, str) else value
        if not isinstance(said, list):
            raise Unfit(value=value)
        done = []
        for one in said:
            text = one.get("text") if isinstance(one, dict) else None
            if not isinstance(text, str) or (formatted and not formatted(text)):
                raise Unfit(value=text)
            done.append({**one, "language": language_tag(one.get("language"))})
        return done

    return fit
