"""The errors that reach a user: what, got, wanted, do; and whether a retry could help."""

PY4J = "An error occurred while calling "


class JobError(Exception):
    """Something that a person has to know; `retry` decides the exit code."""

    retry = False

    @property
    def exit_code(self) -> int:
        """65 for final, 75 for try again later."""
        return 75 if self.retry else 65


class BadSettings(JobError):
    """The settings cannot be used."""


class BadManifest(JobError):
    """An input file does not fit the contract; nothing was written."""


class BadModel(JobError):
    """A model folder is not what it says."""


class BadLake(JobError):
    """The lake or its tables are not as they must be."""


class NightRefused(JobError):
    """The night cannot be run as asked."""


class CoverageFailed(JobError):
    """A row is unaccounted for, so the night must not be released."""


class Undeclared(JobError):
    """A step touched a table, or wrote columns, that are not declared."""


class LeaseHeld(JobError):
    """Another writer holds the lake."""

    retry = True


class BadStore(JobError):
    """An object store that cannot be used as it is, or as it is set up here."""


class StoreAway(JobError):
    """An object store that does not answer for now."""

    retry = True


class DiskFull(JobError):
    """A disk has no room for what a night writes."""

    retry = True


class WorkerDied(JobError):
    """A slice's job died more often than isolation can explain."""

    retry = True


def first_line(message: str) -> str:
    """What an error says first: neither an empty line nor the one in which Py4J names its own call."""
    lines = (line.strip() for line in message.splitlines())
    told = (line.removeprefix(": ") for line in lines if line and not line.startswith(PY4J))
    return next(told, message.strip())
