"""Opinions derived from stored facts, one row or one account at a time."""
