"""The independent auditor: is a release safe? Asked of code that shares nothing with the code that made it.

It is written from the text of the rules and from the handbook alone. Of the rest of disclosure control it imports the
words in which a release is said (`published`, `hierarchy`, `contributions`, `rules`), and none of the engines; it
solves with SciPy. What it calls safe it has proven: for each protected number it found a world, in whole numbers, that
says the same as the release and in which that number is far enough from the truth. A solver that fails or takes too
long proves nothing, and what is not proven is a breach.
"""

from governance.disclosure.independent.audited import Audited, Breach, NotAudited
from governance.disclosure.independent.engine import engine
from governance.disclosure.independent.needs import counts_travellers
from governance.disclosure.independent.partition import audit_partition
from governance.disclosure.independent.table import audit_table

__all__ = ["Audited", "Breach", "NotAudited", "audit_partition", "audit_table", "counts_travellers", "engine"]
