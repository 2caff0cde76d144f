"""The door in: uploads."""
