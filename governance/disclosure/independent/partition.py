"""Audit a partition: every base cell in exactly one group, every sum true, every group safe by itself.

Groups are disjoint, so that no published number holds a piece of another: whoever knows its own part of a group knows
nothing more of the rest than what the primary rules let it, and they are the whole audit.
"""

from __future__ import annotations

from itertools import combinations

from governance.disclosure.contributions import Contributions
from governance.disclosure.independent.audited import Audited, Breach, audited
from governance.disclosure.independent.counting import Counted, counted
from governance.disclosure.independent.layout import named, placed, same_domain
from governance.disclosure.independent.rulebook import broken_rows, slack
from governance.disclosure.independent.saying import misplaced, must_be, secret, untrue
from governance.disclosure.published import Published, Shape
from governance.disclosure.rules import Rules


def audit_partition(published: Published, contributions: Contributions, rules: Rules) -> Audited:
    """Audit a partition against the contributions that it was made from.

    Of unfinished numbers the sums must be right to the unit; of rounded ones (`about.rounding`) within the rounding.
    The rules are judged on the true sums, whichever are shown. A release without any group tells nothing and is safe.

    Raises:
        NotAudited: it is no partition, its numbers carry noise, or the contributions have other dimensions.
    """
    must_be(published, Shape.PARTITION)
    same_domain(published, contributions)
    rows = range(len(published))
    if not rows:
        return audited(0, (), ())
    layer = placed(published, rows, contributions.cell)
    found = counted(contributions, [layer.row], len(rows))
    breaches = [*misplaced(published, [layer]), *untrue(published, found, rules)]
    # Totals are complete only when every group has its number.
    breaches += [Breach("suppressed", named(published, row)) for row in rows if not published.shown[row]]
    for row, told in broken_rows(found, rows, rules):
        breaches += [Breach(rule, named(published, row)) for rule in told]
    readers = len(secret(found, rules))
    attackers = sum(1 for many in range(rules.coalition + 1) for _ in combinations(range(readers), many))
    return audited(attackers * len(rows), _slacks(found, rules), breaches)


def _slacks(found: Counted, rules: Rules) -> list[float]:
    places = secret(found, rules).tolist()
    rows = found.values.tolist()
    return [slack({found.holdings[h]: row[h] for h in places if row[h] > 0}, rules) for row in rows]
