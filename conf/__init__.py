"""Typed settings and the YAML of each environment."""
