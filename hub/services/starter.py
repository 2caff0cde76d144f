"""A commons to begin with: the smallest set of documents in which one feed is open to everyone, ready to be edited."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from string import Template

from hub.durable import storage_errors
from hub.errors import Conflict

#: Taken over from the demo as they are: purposes and voted floors are a good beginning anywhere.
_SHARED = ("purposes.yaml", "ruleset.yaml")

_FILES = {
    "commons.yaml": """\
# The basin of this commons. Its days are those of its time zone.
id: $territory
name: {fr: Mon bassin, en: My basin}
time_zone: $timezone
""",
    "members.yaml": """\
# Who takes part. Each member belongs to a college and to a holding (its group of companies).
colleges:
  authorities: {name: {fr: Autorités organisatrices, en: Authorities}, weight_percent: 50}
  operators: {name: {fr: Opérateurs, en: Operators}, weight_percent: 50}
holdings:
  authority: {name: {fr: Autorité organisatrice, en: Transport authority}}
members:
  secretariat:
    name: {fr: Secrétariat du commun, en: Secretariat of the commons}
    kind: secretariat
    college: authorities
    holding: authority
    status: active
  authority:
    name: {fr: Autorité organisatrice, en: Transport authority}
    kind: authority
    college: authorities
    holding: authority
    status: active
""",
    "datasets.yaml": """\
# What the members hold. The id is the slug of the feed: hub ingest SOURCE --feed $slug
$slug:
  title: {fr: "$slug", en: "$slug"}
  holder: authority
  standard: $standard
  sensitivity: open
  licence: etalab-2.0
  territory: [$territory]
""",
    "cubes.yaml": """\
# Joint statistics over several holders; none yet. `hub agreements load` of the demo shows ten.
{}
""",
    "agreements/open-$slug.yaml": """\
# A dataset without an agreement in force is sealed. This one opens $slug to everyone.
id: open-$slug
version: 1
title: {fr: "Ouverture de $slug", en: "Opening of $slug"}
holder: authority
dataset: $slug
tier: open
state: active
recipient: [everyone]
# [from, to): days of the basin.
validity: {from: $first, to: $last}
audience: [open]
purpose: [open-reuse]
terms:
  redistribution: public
  attribution: true
""",
}


def start(folder: Path, *, slug: str, standard: str, timezone: str, year: int) -> list[Path]:
    """Write the documents of a beginning commons into an empty or absent folder; answers with their paths.

    Raises:
        Conflict: there is something in the folder already.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty; a commons is begun in a folder of its own")
    words = {
        "slug": slug,
        "standard": standard,
        "timezone": timezone,
        "territory": "my-basin",
        "first": f"{year}-01-01",
        "last": f"{year + 5}-01-01",
    }
    demo = resources.files("hub.territory").joinpath("commons")
    texts = {name: demo.joinpath(name).read_text("utf-8") for name in _SHARED}
    texts |= {Template(name).substitute(words): Template(text).substitute(words) for name, text in _FILES.items()}
    written = []
    with storage_errors(folder):
        for name, text in sorted(texts.items()):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            written.append(path)
    return written
