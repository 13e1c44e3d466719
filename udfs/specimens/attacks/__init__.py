"""Forgeries, one kind a file; each has its genuine twin through the same chain."""
