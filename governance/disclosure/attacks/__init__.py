"""The attackers' own code: what could be learnt from what is out, with nothing that an attacker would not have.

Each attack is `attack.Attack`; `register.ATTACKS` holds them all by number. They look at released files, at the public
registers, at the log as a member gets it, at the attackers' own contributions and at what open feeds tell; of the
defender's modules they use the file's reader alone. `truth.judged` says which of the facts learnt break the promise: it
needs the truth, so only a test or a holder with all data can ask it.
"""
