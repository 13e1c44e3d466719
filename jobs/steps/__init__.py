"""The steps of a night, each a short main over pure functions."""
