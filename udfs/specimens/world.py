"""What a planned lake consists of: accounts, documents, forgeries, campaigns, and the one story."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zlib import crc32

import numpy as np

from udfs.specimens.blanks import Blank
from udfs.specimens.camera import CameraDraw
from udfs.specimens.encoding import CodecDraw
from udfs.specimens.people import Papers, Person

Row = dict[str, str]


@dataclass(frozen=True)
class Forgery:
    """How a document is forged.

    Attributes:
        attack: a key of ATTACKS, or `shared_blank`, `portrait_reuse`, `near_copy`.
        family: evidence family that the document itself shows, or none where only its company tells.
        seed: of the attack.
        campaign: id of the campaign in the truth, or none.
        blank: the forger's blank, or none.
        retyped: a field that is re-typed besides.
    """

    attack: str
    family: str | None
    seed: int
    campaign: str | None = None
    blank: Blank | None = None
    retyped: str | None = None


@dataclass(frozen=True)
class Account:
    """An account and who is behind it."""

    account_id: str
    person_id: str
    person: Person
    opened_at: datetime
    device_id: str
    night: int


@dataclass(frozen=True)
class Document:
    """One document to be captured; `design_id` is none for a selfie, `copy_of` the document it is a near copy of."""

    doc_id: str
    account_id: str
    submission_id: str
    name: str
    packed: bool
    night: int
    design_id: str | None
    doc_type: str
    side: str
    issuer: str
    person: Person
    papers: Papers
    camera: CameraDraw
    codec: CodecDraw
    channel: str
    submitted_at: datetime
    decision: str
    decided_at: datetime
    vendor: str
    vendor_result: str
    forgery: Forgery | None = None
    copy_of: "Document | None" = None


@dataclass(frozen=True)
class Campaign:
    """Documents that one forger made."""

    campaign_id: str
    kind: str
    doc_ids: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """The old account that its vendor cleared, and what it shares with others of its campaign."""

    account_id: str
    doc_id: str
    campaign_id: str
    retyped: str
    address: str
    sharing: tuple[str, ...]


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for each purpose, so that none disturbs another."""
    return np.random.default_rng((seed, crc32(name.encode())))


def token(rng: np.random.Generator, digits: int = 12) -> str:
    """Random hexadecimal digits that say nothing."""
    return rng.bytes((digits + 1) // 2).hex()[:digits]


def midnight(day: date) -> datetime:
    """The first moment of a day in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def moment_between(start: datetime, end: datetime, rng: np.random.Generator) -> datetime:
    """A second between two moments."""
    return start + timedelta(seconds=int(rng.integers(max(1, int((end - start).total_seconds())))))
