"""Fields of a message that the standard, as we know it, does not have: extensions, and values of newer enumerations.

They are counted, never refused. Extensions of agencies have numbers from 1000 and from 9000 on:
https://gtfs.org/documentation/realtime/reference/
"""

from __future__ import annotations

from collections import Counter

from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet


def unknown_in(message: Message, name: str) -> Counter[str]:
    """How often each unknown field was found, by where it is and its number: ``entity.vehicle.1003``."""
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    found: Counter[str] = Counter()
    if known.ByteSize() != message.ByteSize():  # a walk over everything costs far more than a copy
        _walk(message, name, found)
    return found


def _walk(message: Message, path: str, found: Counter[str]) -> None:
    found.update(f"{path}.{one.field_number}" for one in UnknownFieldSet(message))
    for descriptor, value in message.ListFields():
        if descriptor.message_type is not None:
            for within in value if descriptor.is_repeated else (value,):
                _walk(within, f"{path}.{descriptor.name}", found)
