"""Where an address may point: only into the lake or an allowed root, by a file path or s3://."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from udfs.images.refusals import Refused

S3 = "s3://"
FILE = "file://"
PACK_MARK = re.compile(r"\.parquet(?=#)", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """Bytes that can be fetched.

    Attributes:
        place: real path of a file, or `s3://bucket/key`.
        key: key inside a packed Parquet file; None for a loose file.
    """

    place: str
    key: str | None = None


def resolve(uri: str, lake: str, roots: Iterable[str] = ()) -> Address:
    """Give the real place of an address, or refuse it.

    Args:
        uri: relative to the lake, absolute, `file://` or `s3://`; `PACK.parquet#KEY` for a packed image.
        lake: folder or `s3://` prefix.
        roots: further folders or prefixes that addresses may point into.

    Raises:
        Refused: `outside_root`, for a symbolic link or `..` that leads out, or for another scheme.
    """
    path, key = _split(uri)
    if path.startswith(FILE):
        path = path.removeprefix(FILE)
    if "://" in path and not path.startswith(S3):
        raise Refused("outside_root", "only file paths and s3:// are followed")
    if not path or "\x00" in path:
        raise Refused("outside_root", "the address is empty or holds a null character")
    whole = path if path.startswith((S3, "/")) else f"{lake.rstrip('/')}/{path}"
    allowed = (lake, *roots)
    place = _inside_bucket(whole, allowed) if whole.startswith(S3) else _inside_folder(whole, allowed)
    return Address(place, key)


def _split(uri: str) -> tuple[str, str | None]:
    mark = PACK_MARK.search(uri)
    return (uri[: mark.end()], uri[mark.end() + 1 :]) if mark else (uri, None)


def _inside_bucket(place: str, allowed: Iterable[str]) -> str:
    parts = place.removeprefix(S3).split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise Refused("outside_root", "an s3 key with empty, . or .. segments")
    if not any(place.startswith(f"{root.rstrip('/')}/") for root in allowed if root.startswith(S3)):
        raise Refused("outside_root", "the prefix is not an allowed root")
    return place


def _inside_folder(place: str, allowed: Iterable[str]) -> str:
    try:
        real = os.path.realpath(place)
    except (OSError, ValueError) as error:
        raise Refused("outside_root", f"the path cannot be followed: {type(error).__name__}") from error
    for root in allowed:
        if not root.startswith(S3) and Path(real).is_relative_to(os.path.realpath(root.removeprefix(FILE))):
            return real
    raise Refused("outside_root", "the real path is not under an allowed root")
