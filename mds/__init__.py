"""Operator data (MDS 1.2 and 2.0): read, check, describe. Pure, as feeds is."""
