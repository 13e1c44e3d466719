"""The command line: one file a group of commands, results alone on stdout."""

from jobs.cli.app import main

__all__ = ["main"]
