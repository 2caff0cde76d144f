"""Sanctions: a case against a member, the hearing, the step on the ladder that is decided, and how it ends.

The design's rules and how they are kept here:

- *One step per decision.* A decision raises the member's level by one. The one exception is an emergency that is
  confirmed after a hearing: it comes to level 4 at once.
- *Ten days to be heard.* Nothing is decided before the member made its statement or the days ran out. A notice
  (level 0) changes no access, so it needs no hearing: an opened case is itself the notice that the member gets.
- *Who decides.* Levels 1 and 2: the secretariat. Levels 3 to 5: the secretariat and an authority agree, or the members
  vote. Level 6: two thirds of the members' votes. Nobody decides on itself or on a member of its own holding.
- *Decay.* Each step falls away twelve months after it was decided, by itself. An exclusion does not: a vote lifts it,
  or a dispute overturns it.
- *Emergency.* Level 4 at once, fifteen days at most; it ends by itself, and is never renewed on the same facts,
  nor before others than who brought it decided on it or ended it.

Days, months and percentages are those of the ruleset in force when the act is done; they lie in the act's body.
"""
