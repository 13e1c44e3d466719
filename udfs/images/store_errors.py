"""What a store's silence or refusal means: nothing there, this object's own trouble, or the store's."""

import errno
import os
from pathlib import Path

ABSENT = ("404", "NoSuchKey", "NotFound")
# The store's own trouble, or that of the key that asks, among what it answers as the asker's fault (400 to 499): keys,
# buckets, clocks, and haste. Any other such answer is about the object that was asked for.
OF_STORE = (
    "AccountProblem", "AllAccessDisabled", "AuthorizationHeaderMalformed", "AuthorizationQueryParametersError",
    "CredentialsNotSupported", "ExpiredToken", "ExpiredTokenException", "IllegalLocationConstraintException",
    "InvalidAccessKeyId", "InvalidBucketName", "InvalidClientTokenId", "InvalidSecurity", "InvalidToken",
    "MissingAuthenticationToken", "MissingSecurityHeader", "NoSuchAccessPoint", "NoSuchBucket", "NotSignedUp",
    "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "TokenRefreshRequired", "UnauthorizedAccess",
    "UnrecognizedClientException",
    "BandwidthLimitExceeded", "LimitExceededException", "OperationAborted", "PriorRequestNotComplete",
    "RequestLimitExceeded", "RequestTimeout", "RequestTimeoutException", "SlowDown", "TooManyRequests",
)  # fmt: skip
HASTE = "Throttl"  # Throttling, ThrottlingException, KMS.ThrottlingException, RequestThrottled ...
PASSING = (401, 407, 408, 409, 425, 429)
# What a mounted folder says when it is away, and the machine when it has nothing left to open a file with.
OF_MOUNT = ("ESTALE", "ENOTCONN", "ENODEV", "ENXIO", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH",
            "ETIMEDOUT", "EREMOTEIO", "ECONNRESET", "EKEYEXPIRED", "EMFILE", "ENFILE", "ENOMEM", "EAGAIN")  # fmt: skip


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


def of_store(code: str, status: int) -> StoreError:
    """The error that an object store's code stands for, answered with that status of HTTP.

    A bare number, which is all that a HEAD brings, says not whose trouble it is.
    """
    if code in ABSENT:
        return Missing(code)
    passing = not 400 <= status < 500 or status in PASSING or code in OF_STORE or HASTE in code or code.isdigit()
    return NoAnswer(code) if passing else Unreadable(code)


def of_system(error: OSError, folder: Path) -> StoreError:
    """The error that a file system's stands for, met in that folder.

    An error of input or output is the file's where its folder can still be listed, else that of the whole mount.
    """
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Missing(name)
    away = name in OF_MOUNT or (error.errno == errno.EIO and not _listed(folder))
    return NoAnswer(name) if away else Unreadable(name)


def _listed(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except OSError:
        return False
    return True


def refuse_larger(size: int, most: int | None) -> None:
    """Let so many bytes pass.

    Raises:
        TooLarge: there are more.
    """
    if most is not None and size > most:
        raise TooLarge(f"{size} bytes, at most {most}")
