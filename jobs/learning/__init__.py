"""Learning from a lake's own labels: which ones count, what they say, and the rows that trainers read."""
