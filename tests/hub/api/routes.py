"""Every address of an application, so that a test can go to all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from fastapi import FastAPI


def templates(app: FastAPI) -> list[str]:
    """The paths of all routes, those of included routers too."""
    found = []
    for route in app.routes:
        contexts = getattr(route, "effective_route_contexts", None)
        found += [one.path for one in contexts()] if contexts else [route.path]  # type: ignore[attr-defined]
    return found


def addresses(app: FastAPI, values: dict[str, list[str]]) -> Iterator[str]:
    """Each path with each combination of `values` for its parameters."""
    for template in templates(app):
        names = re.findall(r"{(\w+)(?::\w+)?}", template)
        for combination in product(*(values[name] for name in names)):
            path = template
            for name, value in zip(names, combination, strict=True):
                path = re.sub(rf"{{{name}(:\w+)?}}", value, path)
            yield path
