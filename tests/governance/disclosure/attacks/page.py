"""The tables of docs/reference/attacks.md: ``python -m tests.governance.disclosure.attacks.page`` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from governance.disclosure.attacks.attack import Fact, Learnt, Secret
from governance.disclosure.attacks.register import ATTACKS
from governance.disclosure.attacks.truth import judged
from tests.governance.disclosure.attacks.cases import CASES, WHOLE, Case, played

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "attacks.md"
_MARKS = ("<!-- {name}: made by tests.governance.disclosure.attacks.page -->", "<!-- end of {name} -->")


def attacks() -> str:
    """All attacks and what each needs."""
    lines = ["| no. | attack | attaque | needs |", "|---|---|---|---|"]
    for number, one in ATTACKS.items():
        lines.append(f"| {number} | {one.title.en} | {one.title.fr} | {one.needs.en} |")
    return "\n".join(lines)


def mutations() -> str:
    """For each case what the attack learns with the rule and without it."""
    head = "| rule switched off | attack | market | learnt without the rule | with all rules |"
    return "\n".join([head, "|---|---|---|---|---|", *(_line(case) for case in CASES)])


def _line(case: Case) -> str:
    knowledge, truth = played(case, frozenset({case.rule}))
    learnt = ATTACKS[case.attack].run(knowledge)
    whole = ATTACKS[case.attack].run(played(case, WHOLE)[0])
    found = judged(learnt.facts, truth)[0]
    market = " ".join((case.play.__doc__ or "").split())
    return (
        f"| {case.title} | {case.attack} {ATTACKS[case.attack].title.en} | {market} | {_said(found)} | {_held(whole)} |"
    )


def _said(fact: Fact) -> str:
    if fact.secret is Secret.GUESS:
        return f"AUC {fact.low:.2f}"
    if fact.secret is Secret.DOOR:
        return f"{fact.whose or 'a hidden cell'}: {fact.how.en}"
    where = (
        ", ".join(f"{name} {value}" for name, value in fact.place.label().items() if name != "release")
        if fact.place
        else ""
    )
    what = {
        Secret.PART: f"a rival's part ≤ {fact.high}",
        Secret.TRIPS: f"trips of others: {_interval(fact)}",
        Secret.PRESENCE: f"others there: {_interval(fact)}",
        Secret.VEHICLES: f"vehicles: at most {fact.high}",
        Secret.CHAIN: "one traveller's way",
        Secret.RULE: f"p: {_interval(fact)}",
    }[fact.secret]
    return f"{what} ({where})"


def _interval(fact: Fact) -> str:
    return f"{fact.low}" if fact.exact else f"{fact.low} to {fact.high}"


def _held(whole: Learnt) -> str:
    if not whole.tried:
        return "nothing: the second release is refused"
    guesses = [fact for fact in whole.facts if fact.secret is Secret.GUESS]
    return f"AUC {guesses[0].low:.2f}" if guesses else "nothing beyond the promise"


def with_tables(text: str) -> str:
    """The page with its tables made anew."""
    for name, made in (("attacks", attacks()), ("mutations", mutations())):
        first, last = (mark.format(name=name) for mark in _MARKS)
        text = re.sub(
            f"{re.escape(first)}.*?{re.escape(last)}",
            lambda _, a=first, b=last, m=made: f"{a}\n{m}\n{b}",
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
