"""What a store's silence or refusal means: nothing there, this object's own trouble, or the store's."""

import errno

ABSENT = ("404", "NoSuchKey", "NotFound")
# What a store answers about one object; any other error is the store's own, or that of the key that asks.
OF_OBJECT = ("AccessDenied", "InvalidObjectState", "KeyTooLongError", "InvalidRange", "MethodNotAllowed")
# What a mounted folder says when it is away, and the machine when it has nothing left to open a file with.
OF_MOUNT = ("ESTALE", "ENOTCONN", "ENODEV", "ENXIO", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH",
            "ETIMEDOUT", "EREMOTEIO", "ECONNRESET", "EMFILE", "ENFILE", "ENOMEM", "EAGAIN")  # fmt: skip


class StoreError(Exception):
    """Bytes that could not be had."""


class Missing(StoreError):
    """There is nothing at that address."""


class Unreadable(StoreError):
    """Something is there, or may be, and cannot be read."""


class NoAnswer(Unreadable):
    """The store is away, or refuses whoever asks, so that nothing is known of what is there."""


class TooLarge(StoreError):
    """More bytes are there than may be read."""


def of_store(code: str) -> StoreError:
    """The error that an object store's code stands for."""
    if code in ABSENT:
        return Missing(code)
    return Unreadable(code) if code in OF_OBJECT else NoAnswer(code)


def of_system(error: OSError) -> StoreError:
    """The error that a file system's stands for."""
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Missing(name)
    return NoAnswer(name) if name in OF_MOUNT else Unreadable(name)


def refuse_larger(size: int, most: int | None) -> None:
    """Let so many bytes pass.

    Raises:
        TooLarge: there are more.
    """
    if most is not None and size > most:
        raise TooLarge(f"{size} bytes, at most {most}")
