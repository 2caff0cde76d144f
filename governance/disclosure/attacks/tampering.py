"""Attack 20: the log's export with a bit flipped, its end cut off, an entry left out, another tree shown.

The attacker is the hub, or whoever sits between it and a member. What a member verifies must say that something is
wrong, each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from governance.bilingual import Sentence
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.knowledge import Knowledge
from governance.log.check import check_export

_NEEDS = Sentence("un extrait du journal (`hub audit export`)", "an export of the log (`hub audit export`)")
_HOW = Sentence("{what} : la vérification ne voit rien", "{what}: the verification sees nothing")


def is_whole(lines: Sequence[bytes]) -> bool:
    """Whether an export verifies by itself."""
    return check_export(lines).whole


def _tampered(knowledge: Knowledge) -> Learnt:
    if not knowledge.log:
        return lacking(_NEEDS)
    verify = knowledge.verify or is_whole
    tried = list(tamperings(knowledge.log))
    facts = [Fact(Secret.DOOR, None, 1, 1, _HOW.filled(what=what), what.en) for what, lines in tried if verify(lines)]
    return Learnt(tuple(facts), Sentence(f"{len(tried)} altérations.", f"{len(tried)} ways of tampering."))


def tamperings(lines: Sequence[bytes]) -> Iterator[tuple[Sentence, list[bytes]]]:
    """Each way, and what the member would get."""
    items = [orjson.loads(line) for line in lines]
    entries = [number for number, item in enumerate(items) if "commitment" in item]
    for number in entries[:1]:
        flipped = _flip(items[number]["commitment"])
        yield Sentence("un bit inversé", "a bit flipped"), _with(lines, number, items[number] | {"commitment": flipped})
        if items[number].get("text"):
            other = items[number]["text"].replace('"type"', '"Type"', 1)
            yield Sentence("un texte changé", "a text changed"), _with(lines, number, items[number] | {"text": other})
    yield Sentence("la fin coupée", "the end cut off"), list(lines[:-1])
    if entries:
        yield Sentence("une écriture omise", "an entry left out"), _without(lines, entries[-1])
    for number, item in enumerate(items):
        if "note" in item:
            parts = item["note"].split("\n")
            parts[2] = _flip(parts[2])
            yield Sentence("un autre arbre", "another tree"), _with(lines, number, item | {"note": "\n".join(parts)})
            break


def _flip(text: str) -> str:
    return ("1" if text[0] != "1" else "2") + text[1:]


def _with(lines: Sequence[bytes], number: int, item: dict[str, object]) -> list[bytes]:
    return [*lines[:number], orjson.dumps(item, option=orjson.OPT_SORT_KEYS) + b"\n", *lines[number + 1 :]]


def _without(lines: Sequence[bytes], number: int) -> list[bytes]:
    """An entry less, and the end counts one less."""
    rest = [*lines[:number], *lines[number + 1 :]]
    end = orjson.loads(rest[-1])
    return _with(rest, len(rest) - 1, {**end, "entries": end.get("entries", 1) - 1})


ATTACKS = (Attack(20, Sentence("Journal altéré", "Tampering with the log"), _NEEDS, _tampered),)
