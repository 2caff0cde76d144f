"""Agreements as ODRL 2.2 JSON-LD in a closed profile, out and in again: the same terms, or a refusal with its place."""
