"""The closed vocabulary of terms: small frozen classes, each ordered so that "stricter" is defined."""
