"""What published sums tell by linear reasoning: equations over atoms, attackers, and what they can bound."""
