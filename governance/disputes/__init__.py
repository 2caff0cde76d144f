"""Disputes between two members: a mediator drawn by lot, provisional measures, a decision, and what is published of it.

How it goes, where the design leaves it open:

- The mediator comes from a *third* college, is of neither party's holding, under no sanction that suspends, and not the
  secretariat. Each party may refuse one mediator, the mediator may refuse too; then the lot is drawn again.
- The mediator *proposes*. When both parties agree the dispute is settled. When both have answered and one declined,
  or the days of mediation are over, the mediator may *impose* a decision: the members accepted that with the rules. A
  dispute that nobody ended lapses after as many days again, and its measures with it.
- *One dispute at a time* between two holdings. Reopened within twelve months after a withdrawal or a lapse it keeps
  the mediator, and the refusals stay spent: nobody draws until it likes the lot.
- A sanction is overturned only in a dispute about it, between the member and who answers for the decision; never a
  step that the members voted.
- What is published has roles instead of names; the mediator writes it, and a text that names a member, a holding, a
  dataset or an agreement is refused.
"""
