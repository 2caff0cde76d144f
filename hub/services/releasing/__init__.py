"""The way of a joint release, from the permit to the row: protect, prove, look at all that is out, finish, keep."""
