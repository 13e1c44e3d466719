"""A new inspector's look at the archive ahead of its promotion: planned, run by slices beside the nights, told."""
