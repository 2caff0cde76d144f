"""What is said of a feed over time: verdicts with grace and probation, scores, incidents. Pure; `now` is given."""
