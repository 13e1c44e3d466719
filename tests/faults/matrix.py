"""The faults of a normal month: how each is caused, and what is promised. Marks on tests say which test shows which."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        what: what goes wrong.
        cause: how a test makes it happen.
        promise: what holds all the same.
    """

    what: str
    cause: str
    promise: str


SAME = "after the resume every table has the digest of an undisturbed night"
FAULTS = {
    "F1": Fault(
        "the driver is killed at random, again and again",
        "SIGKILL at random moments of the night's length",
        f"{SAME}; no more than the slices in flight are inspected again",
    ),
    "F2": Fault(
        "the driver is killed at a named point",
        "SIGKILL before and after each commit of each table, and before the night's last word",
        f"{SAME}; no more than the slices in flight are inspected again; readers see nothing before the release",
    ),
    "F3": Fault(
        "an executor is killed in the middle of a task",
        "SIGKILL of an executor of local-cluster[2,1,2048] while it inspects",
        "its work is done again by another; the same rows",
    ),
    "F4": Fault(
        "an image crashes the worker natively",
        "a decoder that dereferences null for some documents",
        "those documents alone are rejected as crash, however many a slice has",
    ),
    "F5": Fault(
        "a crash that happens once",
        "the same decoder, which crashes the first time only",
        "nothing is rejected; the rows are those of an undisturbed inspection",
    ),
    "F6": Fault(
        "a decoder hangs",
        "a decoder that sleeps for an hour",
        "the process is ended at its deadline; the document alone is rejected as timeout",
    ),
    "F7": Fault(
        "a decompression bomb",
        "headers of 20,000 x 20,000 pixels",
        "refused by the header, before any codec sees it",
    ),
    "F8": Fault(
        "a worker has not enough memory, or is killed for it",
        "a part that cannot allocate for a whole batch; SIGKILL of the worker process; a decoder that takes 16 GB",
        "half the batch, in the same padded shape; then each document alone: the same rows, and only a document that "
        "cannot be held alone is rejected, as memory",
    ),
    "F9": Fault(
        "the GPU has not enough memory, or is lost",
        "the errors that torch raises then",
        "half the batch, in the same padded shape: the same rows; no document is rejected for the device's fault",
    ),
    "F11": Fault(
        "a shuffle block is lost",
        "an executor of local-cluster[2,1,2048] dies between map and reduce, and its map outputs with it",
        "the map stage is run again for what is lost; the same rows",
    ),
    "F12": Fault(
        "a disk is full",
        "a small file system as folder of the tables, and as spark.local.dir",
        f"exit 75, one line that names the disk; {SAME} once there is room",
    ),
    "F15": Fault(
        "a data file is damaged",
        "a Parquet file of a released table truncated, emptied, flipped, swapped for another, or gone",
        "no night begins on it and no reader is shown it; table and file are named, and what to do",
    ),
    "F16": Fault(
        "a table's log is damaged",
        "the last entry emptied, truncated or gone; an entry in the middle gone; a checkpoint torn",
        "no night begins on it and no reader is shown less than was released; table and file are named, and what to do",
    ),
    "F17": Fault(
        "the object store answers 503 or 500, resets, or stalls",
        "a proxy on loopback between the night and the store",
        "asked again; told in time where it stays away (exit 75); the same digests",
    ),
    "F18": Fault(
        "a commit lands and its answer is lost",
        "the proxy lets the store do it, and swallows the answer",
        "what landed is looked up before it is tried again: nothing twice, the same digests",
    ),
    "F19": Fault(
        "409 on a conditional write",
        "the proxy answers it in the store's place",
        "read again before anything is decided; the same digests",
    ),
    "F20": Fault(
        "a store that does not enforce conditional writes",
        "a store that lets each of sixteen racing writers come first",
        "refused before the first write, and for good",
    ),
    "F22": Fault(
        "manifests repeat themselves",
        "one row twice, in one manifest and in two; one document under two addresses",
        "each row is in exactly one place; a document is inspected once",
    ),
    "F23": Fault(
        "documents come late, are replaced or deleted, also in the middle of a night",
        "manifests of earlier dates; files changed and removed between a kill and the resume",
        "each row is in exactly one place, with its reason; a changed manifest stops the night by its name",
    ),
    "F24": Fault(
        "a manifest's columns change",
        "a new column; a column of another type",
        "a new column is named and ignored; another type stops the night by file and column",
    ),
    "F26": Fault(
        "two schedulers' attempts of one night",
        "SIGSTOP of a driver beyond its lease, a second one to the end, SIGCONT",
        "the first stops with LeaseHeld (exit 75); nothing is written twice",
    ),
    "F27": Fault(
        "settings, code, library or model change between a run and its resume",
        "another setting, version or fingerprint at the resume",
        "refused, with what it was and what it is",
    ),
    "F28": Fault(
        "another number of threads, cores or partitions",
        "one core, other batches, threads, slices in flight and partitions",
        "every table has the same digest",
    ),
}
NOT_SHOWN = {
    "F10": Fault("the same task twice at once", "speculation on two workers", "one of them counts"),
    "F13": Fault("the disk of the log is full", "a small file system", "the night goes on"),
    "F14": Fault("I/O errors, a read-only remount", "remount while a night runs", "as a full disk"),
    "F21": Fault("the clock jumps", "a false clock", "the lease holds"),
    "F25": Fault("night, sweep, back-fill, maintenance and erasure together", "a seeded schedule", "some serial order"),
    "F29": Fault("a sweep's filter is empty, all, or an injection", "a property test", "a typed tree of conditions"),
    "F30": Fault("an erasure in the middle of a night", "an erasure between two slices", "the bytes are nowhere"),
}
