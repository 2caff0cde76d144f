"""The SIREN: nine digits of the French register of enterprises, the last of which checks the others.

Sum and doubling of every second digit are the Luhn formula (ISO/IEC 7812-1, annex B); INSEE uses it for SIREN.
"""

from __future__ import annotations

DIGITS = 9


def is_siren(text: str) -> bool:
    """Whether a text is a SIREN whose check digit is right."""
    if len(text) != DIGITS or not (text.isascii() and text.isdigit()) or not text.strip("0"):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(text))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
