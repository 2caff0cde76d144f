"""What there is to ask, found in the applications themselves, so that nothing new is forgotten."""

from __future__ import annotations

import enum
import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import click
import typer
from fastapi import FastAPI

from hub.cli import app as command_line

_MARK = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a route: its address with marks, and its query's names with the values that its type lists."""

    method: str
    template: str
    query: Mapping[str, tuple[str, ...]]

    @property
    def marks(self) -> list[str]:
        """The names of the parameters of the path."""
        return _MARK.findall(self.template)

    def addresses(self, values: Mapping[str, list[str]]) -> list[str]:
        """The path with each combination of values for its parameters."""
        found = []
        for combination in product(*(values[name] for name in self.marks)):
            chosen = dict(zip(self.marks, combination, strict=True))
            found.append(_MARK.sub(lambda mark, chosen=chosen: chosen[mark[1]], self.template))
        return found


def operations(app: FastAPI) -> list[Operation]:
    """Every method of every route of an application, those of included routers too."""
    return [
        Operation(method, route.path, dict(_query(route)))
        for route in _routes(app)
        for method in sorted(route.methods - {"HEAD"})
    ]


def _routes(app: FastAPI) -> Iterator[Any]:
    for route in app.routes:
        contexts = getattr(route, "effective_route_contexts", None)
        for one in contexts() if contexts else [route]:
            assert getattr(one, "methods", None), f"{one!r} is no route with methods: teach tests/surface what it is"
            yield one


def _query(route: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        return
    pending = [dependant]
    while pending:
        one = pending.pop()
        pending += one.dependencies
        for parameter in one.query_params:
            yield parameter.alias, tuple(_listed(parameter.field_info.annotation))


def _listed(annotation: Any) -> Iterator[str]:
    """The values that a type lists: of a Literal, an Enum, or one of a union."""
    if typing.get_origin(annotation) is Literal:
        yield from (str(value) for value in typing.get_args(annotation))
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType, typing.Annotated, list):
        for part in typing.get_args(annotation):
            yield from _listed(part)
    elif isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        yield from (str(value.value) for value in annotation)
    elif annotation is bool:
        yield from ("true", "false")


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the command line: its words, and its parameters."""

    words: tuple[str, ...]
    parameters: tuple[click.Parameter, ...]

    @property
    def options(self) -> set[str]:
        """The long names of its options."""
        return {name for one in self.parameters for name in one.opts if name.startswith("--")}


def commands() -> list[Command]:
    """Every command of ``hub``, walked from the tree of commands."""
    root = typer.main.get_command(command_line)
    return list(_below(root, ()))


def _below(command: Any, words: tuple[str, ...]) -> Iterator[Command]:
    if hasattr(command, "list_commands"):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from _below(command.get_command(context, name), (*words, name))
    else:
        yield Command(words, tuple(command.params))
