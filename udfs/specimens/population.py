"""The genuine world: who has accounts, what they submit, when, and with which camera; forging comes after."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from udfs.specimens.camera import CameraDraw, Mode, draw_camera
from udfs.specimens.encoding import EXTENSIONS, CodecDraw, draw_codec
from udfs.specimens.issuers import DESIGNS, Design, companions
from udfs.specimens.people import Papers, draw_papers, draw_person
from udfs.specimens.sensor import DeviceDraw, draw_device
from udfs.specimens.world import Account, Document, midnight, moment_between, stream, token

POPULAR = next(design for design in DESIGNS if design.doc_type == "passport")
# Of 160 documents about 57 are of the most popular design: a campaign on it has company to hide in.
POPULAR_SHARE = 0.36
SELFIES, RENEWALS, SAME_PAPERS, HOUSEHOLDS, BRANCH = 0.3, 0.12, 0.5, 0.1, 0.08
SECOND_ACCOUNTS = 0.03
ARCHIVE_DAYS = 180
FOREIGN = 0.08
CHANNELS, CHANNEL_WEIGHTS = ("web", "ios", "android"), (0.35, 0.3, 0.35)
VENDORS = ("veridox", "idsure", "papertrail")
DECISIONS = (("accepted", "clear", 0.9), ("rejected", "consider", 0.05), ("review", "consider", 0.05))
PACKED = 0.45

Kinds = tuple[Design | None, ...]


@dataclass(frozen=True)
class Calendar:
    """First night's date and how many nights."""

    start: date
    nights: int

    def span(self, night: int) -> tuple[datetime, datetime]:
        """When a night's documents were submitted: half a year of archive, which nights share, and what is new."""
        return midnight(self.start) - timedelta(days=ARCHIVE_DAYS), midnight(self.start + timedelta(days=night))


@dataclass(frozen=True)
class Submission:
    """One act: the sides that are submitted together (none stands for a selfie), its night, and whose renewal it is."""

    kinds: Kinds
    night: int
    renews: int | None = None


@dataclass(frozen=True)
class Household:
    """What people of one address share."""

    surname: str
    address: str
    nationality: str
    device: DeviceDraw
    device_id: str


@dataclass(frozen=True)
class Visit:
    """Everything about one submission that its documents share."""

    account: Account
    papers: Papers
    device: DeviceDraw
    at: datetime
    submission_id: str


def draw_submissions(documents: int, nights: int, rng: np.random.Generator) -> list[Submission]:
    """Submissions that hold exactly so many documents, dealt to the nights in equal parts, some renewing another."""
    order = _spread(_draw_kinds(documents, rng), rng)
    before = np.cumsum([0, *(len(each) for each in order[:-1])])
    dealt = [
        Submission(each, int(min(nights - 1, start * nights // documents)))
        for each, start in zip(order, before, strict=True)
    ]
    return _with_renewals(dealt, rng)


def draw_world(submissions: list[Submission], calendar: Calendar, seed: int) -> tuple[list[Account], list[Document]]:
    """Accounts and genuine documents of the submissions."""
    rng = stream(seed, "world")
    scanner, homes = draw_device(rng), list[Household]()
    visits: dict[int, Visit] = {}
    documents: list[Document] = []
    for place, submission in enumerate(submissions):
        if submission.renews is None:
            visit = _first_visit(submission, calendar, homes, rng)
            if visits and rng.random() < SECOND_ACCOUNTS:
                visit = _second_account(visit, visits[int(rng.choice(list(visits)))], submission, rng)
        else:
            visit = _later_visit(visits[submission.renews], submission, calendar, rng)
        visits[place] = visit
        documents += _documents(submission, visit, scanner, rng)
    first = [visit.account for place, visit in visits.items() if submissions[place].renews is None]
    return first, documents


def _draw_kinds(documents: int, rng: np.random.Generator) -> list[Kinds]:
    """Sets of sides: the popular passport's share first, then the others by Zipf's law, cut to the number."""
    drawn: list[Kinds] = [_with_selfie((POPULAR,), rng) for _ in range(round(POPULAR_SHARE * documents))]
    others = [design for design in DESIGNS if design.side != "back" and design is not POPULAR]
    weights = 1 / np.arange(2, len(others) + 2)
    ranked = [others[int(place)] for place in np.random.default_rng(len(others)).permutation(len(others))]
    total = sum(len(kinds) for kinds in drawn)
    while total < documents:
        front = ranked[int(rng.choice(len(ranked), p=weights / weights.sum()))]
        drawn.append(_with_selfie(companions(front), rng)[: documents - total])
        total += len(drawn[-1])
    return drawn


def _spread(kinds: list[Kinds], rng: np.random.Generator) -> list[Kinds]:
    """Shuffled, but with the popular design spread evenly, so that every night has its share of it."""
    popular = [each for each in kinds if each[0] is POPULAR]
    others = [each for each in kinds if each[0] is not POPULAR]
    placed = [
        ((rank + float(rng.random())) / len(group), group[int(place)])
        for group in (popular, others)
        for rank, place in enumerate(rng.permutation(len(group)))
    ]
    return [each for _, each in sorted(placed, key=lambda pair: pair[0])]


def _with_selfie(sides: tuple[Design, ...], rng: np.random.Generator) -> Kinds:
    return (*sides, None) if rng.random() < SELFIES else sides


def _with_renewals(dealt: list[Submission], rng: np.random.Generator) -> list[Submission]:
    """Some submissions made a later one of an earlier account with the same design; places keep their nights."""
    renewed = list(dealt)
    single: dict[str, list[int]] = {}
    for place, submission in enumerate(dealt):
        front = submission.kinds[0] or POPULAR
        earlier = single.setdefault(front.design_id, [])
        if earlier and rng.random() < RENEWALS:
            renewed[place] = replace(submission, renews=earlier.pop(int(rng.integers(len(earlier)))))
        else:
            earlier.append(place)
    return renewed


def _first_visit(submission: Submission, calendar: Calendar, homes: list[Household], rng: np.random.Generator) -> Visit:
    """A new account and its first papers, sometimes of a household that is known already."""
    front = submission.kinds[0] or POPULAR
    start, end = calendar.span(submission.night)
    opened = moment_between(start, end - timedelta(hours=3), rng)
    nationality = None if rng.random() < FOREIGN else front.issuer
    person = draw_person(rng, nationality=nationality)
    at = opened + timedelta(seconds=int(rng.integers(120, 9_000)))
    papers = draw_papers(person, front, at.date(), rng)
    home = Household(person.surname, papers.address, person.nationality, draw_device(rng), "v" + token(rng, 16))
    if homes and rng.random() < HOUSEHOLDS:
        home = homes[int(rng.integers(len(homes)))]
        person = replace(person, surname=home.surname, nationality=home.nationality)
        papers = replace(papers, address=home.address)
    homes.append(home)
    account = Account("a" + token(rng), "n" + token(rng), person, opened, home.device_id, submission.night)
    return Visit(account, papers, home.device, at, "s" + token(rng))


def _second_account(visit: Visit, known: Visit, submission: Submission, rng: np.random.Generator) -> Visit:
    """The new account, opened by somebody who has one already."""
    person, front = known.account.person, submission.kinds[0] or POPULAR
    account = replace(
        visit.account, person=person, person_id=known.account.person_id, device_id=known.account.device_id
    )
    papers = replace(draw_papers(person, front, visit.at.date(), rng), address=known.papers.address)
    return replace(visit, account=account, papers=papers, device=known.device)


def _later_visit(first: Visit, submission: Submission, calendar: Calendar, rng: np.random.Generator) -> Visit:
    """The same person again, later, with the same papers or with new ones."""
    start, end = calendar.span(submission.night)
    at = moment_between(max(start, first.at + timedelta(minutes=50)), end, rng)
    front = submission.kinds[0] or POPULAR
    papers = first.papers
    if rng.random() >= SAME_PAPERS:
        papers = replace(draw_papers(first.account.person, front, at.date(), rng), address=papers.address)
    return replace(first, papers=papers, at=at, submission_id="s" + token(rng))


def _documents(
    submission: Submission, visit: Visit, scanner: DeviceDraw, rng: np.random.Generator
) -> Iterator[Document]:
    """The documents of one visit: one channel, one way of writing files, one decision."""
    branch = rng.random() < BRANCH
    channel = "branch" if branch else str(rng.choice(CHANNELS, p=CHANNEL_WEIGHTS))
    codec = draw_codec(rng, taken_at=visit.at - timedelta(minutes=int(rng.integers(1, 40))))
    chosen = int(rng.choice(len(DECISIONS), p=[weight for _, _, weight in DECISIONS]))
    decided = visit.at + timedelta(seconds=int(rng.integers(300, 30_000)))
    vendor = str(rng.choice(VENDORS))
    for kind in submission.kinds:
        camera = _camera(scanner if branch else visit.device, kind, branch, rng)
        yield Document(
            doc_id="d" + token(rng),
            account_id=visit.account.account_id,
            submission_id=visit.submission_id,
            name=f"{token(rng, 16)}.{EXTENSIONS[codec.format]}",
            packed=bool(rng.random() < PACKED),
            night=submission.night,
            design_id=kind.design_id if kind else None,
            doc_type=kind.doc_type if kind else "selfie",
            side=kind.side if kind else "front",
            issuer=kind.issuer if kind else "",
            person=visit.account.person,
            papers=visit.papers,
            camera=camera,
            codec=_for_kind(codec, kind),
            channel=channel,
            submitted_at=visit.at + timedelta(seconds=int(rng.integers(0, 240))),
            decision=DECISIONS[chosen][0],
            decided_at=decided,
            vendor=vendor,
            vendor_result=DECISIONS[chosen][1],
        )


def _camera(device: DeviceDraw, kind: Design | None, branch: bool, rng: np.random.Generator) -> CameraDraw:
    """An exposure by the visitor's phone, or by the office's one scanner."""
    mode: Mode | None = "scan" if branch and kind else None
    return draw_camera(rng, mode=mode, device=device)


def _for_kind(codec: CodecDraw, kind: Design | None) -> CodecDraw:
    """Selfies are held upright."""
    return codec if kind else replace(codec, orientation=1)
