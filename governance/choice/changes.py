"""What a proposal changes, path by path: stricter, looser, or how the members decide; and in words.

A proposal is a *tightening* only when each of its changes is stricter. Everything else is a *loosening*: it needs
more agreement, and the consent of the holders whose audience's floors it weakens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.choice.floors import FINEST, looser_in
from governance.choice.paths import flat
from governance.choice.vocabulary import AUDIENCES, NUMBERS, SIGNATURES, SIGNATURES_LABEL
from governance.ruleset import Floors, Ruleset
from governance.terms.vocabulary import OPTIONAL


class Effect(StrEnum):
    """What one change does."""

    STRICTER = "stricter"
    LOOSER = "looser"
    PROCEDURE = "procedure"


class Nature(StrEnum):
    """What a proposal does as a whole, and so which majority it needs."""

    TIGHTENING = "tightening"
    LOOSENING = "loosening"


EFFECTS: Mapping[Effect, Sentence] = {
    Effect.STRICTER: Sentence("plus strict", "stricter"),
    Effect.LOOSER: Sentence("plus souple", "looser"),
    Effect.PROCEDURE: Sentence("façon de décider", "how the members decide"),
}
NATURES: Mapping[Nature, Sentence] = {
    Nature.TIGHTENING: Sentence("resserrement", "tightening"),
    Nature.LOOSENING: Sentence("assouplissement", "loosening"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One rule with its value before and after; None: it did not or will not hold."""

    path: str
    before: Plain
    after: Plain
    effect: Effect

    def sentence(self, *, hiding: Iterable[str] = ()) -> Sentence:
        """The change in words; the values of the floors named in `hiding` are left out."""
        where, name = _where(self.path)
        effect = EFFECTS[self.effect]
        if name in set(hiding):
            said = Sentence(f"la valeur de « {name} » change", f"the value of '{name}' changes")
        elif self.before is None:
            said = _both("ajout de « {} »", "new: '{}'", _shown(name, self.after))
        elif self.after is None:
            said = _both("retrait de « {} »", "dropped: '{}'", _shown(name, self.before))
        else:
            said = _both(
                "« {} » devient « {} »", "'{}' becomes '{}'", _shown(name, self.before), _shown(name, self.after)
            )
        return Sentence(f"{where.fr} : {said.fr} ({effect.fr}).", f"{where.en}: {said.en} ({effect.en}).")

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be read again by `read_change`."""
        return {"after": self.after, "before": self.before, "effect": self.effect.value, "path": self.path}


def read_change(plain: Mapping[str, Any]) -> Change:
    """Read what `Change.plain` wrote."""
    return Change(plain["path"], plain["before"], plain["after"], Effect(plain["effect"]))


def _both(fr: str, en: str, *values: Sentence) -> Sentence:
    return Sentence(fr.format(*(one.fr for one in values)), en.format(*(one.en for one in values)))


def _where(path: str) -> tuple[Sentence, str]:
    if path.startswith("floors."):
        _, audience, name = path.split(".")
        return AUDIENCES[Audience(audience)], name
    if path.startswith("colleges."):
        college = path.split(".")[1]
        return Sentence(f"Poids du collège {college}", f"Weight of the college {college}"), ""
    label = SIGNATURES_LABEL if path == SIGNATURES else NUMBERS[path].label
    return Sentence(label.fr[0].upper() + label.fr[1:], label.en[0].upper() + label.en[1:]), ""


def _shown(name: str, value: Plain) -> Sentence:
    if name == FINEST and isinstance(value, list | tuple):
        grains = ", ".join(str(grain) for grain in value)
        return Sentence(f"rien de plus fin que {grains}", f"nothing finer than {grains}")
    if name in OPTIONAL:
        said = OPTIONAL[name].parse(value).sentence()
        return Sentence(said.fr.rstrip("."), said.en.rstrip("."))
    if isinstance(value, bool):
        return Sentence("oui", "yes") if value else Sentence("non", "no")
    return Sentence(str(value), str(value))


def changes(before: Ruleset, after: Ruleset) -> tuple[Change, ...]:
    """Every rule that differs, in the order of the paths."""
    old, new = flat(before), flat(after)
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    return tuple(Change(path, old.get(path), new.get(path), _effect(path, before, after)) for path in paths)


def nature(found: Iterable[Change]) -> Nature:
    """A tightening is nothing but stricter."""
    stricter = all(change.effect is Effect.STRICTER for change in found)
    return Nature.TIGHTENING if stricter else Nature.LOOSENING


def loosened(found: Iterable[Change]) -> frozenset[Audience]:
    """The audiences whose floors are weakened: their holders have to consent."""
    looser = [change.path for change in found if change.effect is Effect.LOOSER and change.path.startswith("floors.")]
    return frozenset(Audience(path.split(".")[1]) for path in looser)


def _effect(path: str, before: Ruleset, after: Ruleset) -> Effect:
    if path.startswith("floors."):
        audience = Audience(path.split(".")[1])
        return _floor_effect(path.split(".")[2], before.floors.get(audience), after.floors.get(audience))
    if path == SIGNATURES:
        return Effect.STRICTER if after.signatures_required else Effect.LOOSER
    number = NUMBERS.get(path)
    if number is None or number.protects == 0:
        return Effect.PROCEDURE
    section, name = path.split(".")
    more = getattr(getattr(after, section), name) > getattr(getattr(before, section), name)
    return Effect.STRICTER if more is (number.protects > 0) else Effect.LOOSER


def _floor_effect(name: str, before: Floors | None, after: Floors | None) -> Effect:
    # A first set of floors opens an audience for which nothing left: all of it is looser, however strict it looks.
    return Effect.LOOSER if name in looser_in(after, before) else Effect.STRICTER
