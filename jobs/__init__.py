"""The steps, the command line, and one door per outside system."""
