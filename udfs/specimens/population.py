"""Who submits what: people, accounts and their submissions, all genuine; no picture is drawn yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from udfs.specimens.blanks import Blank
from udfs.specimens.issuers import DESIGNS, Design, companions
from udfs.specimens.people import Papers, Person, draw_papers, draw_person

PASSPORT_SHARE, CARD_SHARE, LICENCE_SHARE = 0.36, 0.15, 0.11  # of documents, of card pairs, of licence pairs
EARLIEST = date(2025, 6, 1)
CHANNELS, CHANNEL_ODDS = ("app", "web", "branch"), (0.6, 0.28, 0.12)


@dataclass(frozen=True)
class Account:
    """An account and who is behind it."""

    account_id: str
    person_id: str
    person: Person
    opened_at: datetime
    device_id: str
    seed: int


@dataclass(frozen=True)
class Planned:
    """One document to be made.

    Attributes:
        doc_id: its id; with the rest of the manifest, drawn without a look at the truth.
        account: who submits it.
        submission_id: the act.
        design: what it shows; null for a selfie.
        papers: what is printed on it.
        submitted_at: when.
        channel: way in; `branch` is the one office scanner.
        night: the drop that brings it, from 0.
        seeds: of print, camera and codec.
        attack: the forger's way; null for a genuine one.
        campaign: the planted campaign that it belongs to.
        blank: the forger's own blank.
        face: the face and photograph that it shows.
        source: the document whose photograph it repeats.
    """

    doc_id: str
    account: Account
    submission_id: str
    design: Design | None
    papers: Papers
    submitted_at: datetime
    channel: str
    night: int
    seeds: tuple[int, int, int]
    attack: str | None = None
    campaign: str | None = None
    blank: Blank | None = None
    face: tuple[int, int] = (0, 0)
    source: "Planned | None" = None

    @property
    def person(self) -> Person:
        """The holder with the face that the document shows."""
        return replace(self.account.person, face_seed=self.face[0])


@dataclass
class Draft:
    """Submissions as they are made: each a list of documents, fronts first."""

    rng: np.random.Generator
    start: date
    nights: int
    submissions: list[list[Planned]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def name(self, prefix: str, digits: int) -> str:
        """A new id that says nothing."""
        while True:
            found = f"{prefix}{int(self.rng.integers(16**digits)):0{digits}x}"
            if found not in self.used:
                self.used.add(found)
                return found

    def account(
        self, *, person: Person | None = None, person_id: str | None = None, device: str | None = None
    ) -> Account:
        """A new account, opened on any day."""
        span = (self.start - EARLIEST).days - 1
        opened = EARLIEST + timedelta(days=int(self.rng.integers(span)))
        return Account(
            account_id=self._account_id(),
            person_id=person_id or self.name("P-", 8),
            person=person or draw_person(self.rng),
            opened_at=self.moment(opened),
            device_id=device or self.name("V-", 8),
            seed=int(self.rng.integers(2**31)),
        )

    def moment(self, day: date) -> datetime:
        """Any second of a working day."""
        return datetime.combine(day, datetime.min.time(), UTC) + timedelta(
            seconds=int(self.rng.integers(6 * 3600, 22 * 3600))
        )

    def submit(self, account: Account, designs: Sequence[Design]) -> list[Planned]:
        """One act of an account, shortly after its opening: a document for each design."""
        moment = account.opened_at + timedelta(seconds=int(self.rng.integers(120, 5400)))
        papers = draw_papers(account.person, designs[0], moment.date(), self.rng)
        submission, night = self.name("S-", 10), int(self.rng.integers(self.nights))
        channel = str(self.rng.choice(CHANNELS, p=CHANNEL_ODDS))
        act = [
            Planned(
                doc_id=self.name("D-", 10),
                account=account,
                submission_id=submission,
                design=design,
                papers=papers,
                submitted_at=moment + timedelta(seconds=20 * place + int(self.rng.integers(15))),
                channel=channel,
                night=night,
                seeds=draw_seeds(self.rng),
                face=(account.person.face_seed, papers.photo_seed),
            )
            for place, design in enumerate(designs)
        ]
        self.submissions.append(act)
        return act

    def _account_id(self) -> str:
        while True:
            found = f"A-{int(self.rng.integers(100_000)):05d}"
            if found not in self.used:
                self.used.add(found)
                return found


def draw_submissions(documents: int, rng: np.random.Generator, start: date, nights: int) -> list[list[Planned]]:
    """Genuine acts that hold so many documents; most passports are of one design, as one issuer leads any lake."""
    draft = Draft(rng, start, nights)
    passports = [design for design in DESIGNS if design.doc_type == "passport"]
    leading = max(4, round(0.95 * PASSPORT_SHARE * documents))
    for place in range(round(PASSPORT_SHARE * documents)):
        draft.submit(
            draft.account(), [passports[0] if place < leading else passports[1 + place % (len(passports) - 1)]]
        )
    for doc_type, part in (("id_card", CARD_SHARE), ("driving_licence", LICENCE_SHARE)):
        families = [companions(d) for d in DESIGNS if d.doc_type == doc_type and d.side == "front"]
        for _ in range(round(part * documents)):
            draft.submit(draft.account(), families[_zipf(len(families), rng)])
    missing = documents - sum(len(act) for act in draft.submissions)
    for place in rng.permutation(len(draft.submissions))[: max(0, missing)]:
        act = draft.submissions[int(place)]
        act.append(_selfie(act[-1], draft))
    return draft.submissions


def _selfie(last: Planned, draft: Draft) -> Planned:
    """A picture of the holder's face, taken after the documents."""
    return replace(
        last,
        doc_id=draft.name("D-", 10),
        design=None,
        submitted_at=last.submitted_at + timedelta(seconds=30),
        seeds=draw_seeds(draft.rng),
        face=(last.face[0], last.face[1] + 1),
    )


def draw_seeds(rng: np.random.Generator) -> tuple[int, int, int]:
    """Seeds of print, camera and codec."""
    first, second, third = (int(seed) for seed in rng.integers(2**31, size=3))
    return first, second, third


def _zipf(count: int, rng: np.random.Generator) -> int:
    """A place from 0, the first ones most often."""
    odds = 1.0 / np.arange(1, count + 1)
    return int(rng.choice(count, p=odds / odds.sum()))
