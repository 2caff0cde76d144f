"""Who may see what, at which grain, for how long, and why. Pure; knows no feed format, no SQL, no HTTP."""
