"""A message as plain values, for people who look into it: field names and enumerations as the reference writes them.

Unlike the JSON form of protocol buffers, instants are numbers, and what is damaged is left out rather than refused.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.transit.gtfs_realtime_pb2 import FeedEntity, FeedHeader

from feeds.gtfs_rt.wire import parts

_HEADER, _ENTITY = 1, 2


def plain(content: bytes) -> dict[str, Any]:
    """The header and the entities of a message that `feeds.gtfs_rt.message.parse` has read."""
    message: dict[str, Any] = {"header": {}, "entity": []}
    for part in parts(content):
        if part.number == _HEADER:
            message["header"] = _decoded(FeedHeader(), part.content)
        elif part.number == _ENTITY and (entity := _decoded(FeedEntity(), part.content)):
            message["entity"].append(entity)
    return message


def _decoded(empty: Message, content: bytes) -> dict[str, Any]:
    try:
        empty.MergeFromString(content)
    except DecodeError:
        return {}
    return _fields(empty)


def _fields(message: Message) -> dict[str, Any]:
    return {
        field.name: [_value(field, one) for one in value] if field.is_repeated else _value(field, value)
        for field, value in message.ListFields()
    }


def _value(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None:
        return _fields(value)
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    # A text that is no UTF-8 is handed out as bytes.
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
