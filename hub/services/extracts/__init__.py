"""Prepared extracts: records of one holder for one named member, generalised in the query that reads the vault.

The front office lists, decides and hands out what is there (`reading`, `receipts`, `queue`); the back office prepares
and removes (`prepare`, `sweep`). What they share (`fields`, `plan`, `rhythm`, `ended`) knows no vault.
"""
