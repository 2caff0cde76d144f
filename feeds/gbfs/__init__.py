"""GBFS 1.1, 2.x and 3.0: reading, checking, availability statistics."""
