"""Registered models: the door to MLflow, folders with digests, what training leaves."""
