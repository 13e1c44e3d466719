"""Reads text, machine readable zones, barcodes and the fields of the visual zone."""
