"""Forging in an honest world: who is forged is drawn from everyone, so that no other column can tell."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from udfs.specimens.attacks import ATTACKS
from udfs.specimens.blanks import Blank
from udfs.specimens.people import Person, draw_papers
from udfs.specimens.population import POPULAR
from udfs.specimens.world import Account, Campaign, Document, Forgery, Story, stream, token

PER = 160  # documents for which the figures below are meant
BLANK_MEMBERS, PORTRAIT_MEMBERS, SHARING = 12, 4, 4
CROWD = 5  # documents of a design for each member of a campaign on it
EARLY_MEMBERS = 2  # of the story's campaign; three make a campaign
SIGMA, LABEL_SHIFT_PX = 5.0, 0.6
SINGLES = {
    "retype": 4,
    "near_copy": 2,
    "halftone": 1,
    "inkjet": 1,
    "dye_sublimation": 1,
    "grey_copy": 1,
    "stripe_screen": 1,
    "pentile_screen": 1,
    "pasted_photo": 1,
    "cut_out": 1,
    "portrait_swap": 3,
    "copy_move": 2,
    "generated_patches": 1,
    "generated_transposed": 1,
    "splice": 1,
    "inpaint": 1,
}
ALWAYS = ("retype", "near_copy", "halftone", "stripe_screen")
# What prints or shows the whole page applies to every side; what forges a part of it needs the side with the portrait.
WHOLE_PAGE = ("halftone", "inkjet", "dye_sublimation", "grey_copy", "stripe_screen", "pentile_screen")
OLD_OPENED = datetime(2025, 11, 14, 9, 2, 11, tzinfo=UTC)

Fits = Callable[[Document], bool]


@dataclass
class Ground:
    """The world while it is being forged; the nights' shares of forgeries are kept equal."""

    rng: np.random.Generator
    documents: dict[str, Document]
    accounts: dict[str, Account]
    nights: int
    forged: dict[str, int]
    campaigns: list[Campaign]
    copied: set[str]

    def pick(self, fits: Fits, *, night: int | None = None) -> Document | None:
        """A document that fits, of an account that is not yet a forger's, from the night that is owed the most."""
        documents = list(self.documents.values())
        order = [documents[int(place)] for place in self.rng.permutation(len(documents))]
        given = Counter(self.forged.values())
        nights = sorted(self.rng.permutation(self.nights).tolist(), key=given.__getitem__) if night is None else [night]
        closed = self.forged.keys() | self.copied
        free = (doc for each in nights for doc in order if doc.night == each and doc.account_id not in closed)
        chosen = next((doc for doc in free if fits(doc)), None)
        if chosen is not None:
            self.forged[chosen.account_id] = chosen.night
        return chosen

    def alone(self, document: Document) -> bool:
        """Whether its person has this account only, and so may become somebody else."""
        person_id = self.accounts[document.account_id].person_id
        return sum(account.person_id == person_id for account in self.accounts.values()) == 1

    def put(self, document: Document) -> None:
        """The document as it now is."""
        self.documents[document.doc_id] = document

    def seed(self) -> int:
        """A seed for an attack."""
        return int(self.rng.integers(2**31))


def plant(
    accounts: list[Account], documents: list[Document], nights: int, seed: int
) -> tuple[list[Account], list[Document], tuple[Campaign, ...], Story]:
    """The world with its forgeries, in the same order."""
    ground = Ground(
        stream(seed, "planting"),
        {doc.doc_id: doc for doc in documents},
        {account.account_id: account for account in accounts},
        nights,
        {},
        [],
        set(),
    )
    scale = len(documents) / PER
    story = _plant_old(ground, scale)
    hosts = _hosts(documents)
    for number in range(1, max(1, int(scale))):
        _plant_blank(ground, f"blank-{number + 1}", BLANK_MEMBERS, host=hosts[number % len(hosts)])
    for number in range(max(1, int(scale))):
        _plant_portrait(
            ground, f"portrait-{number + 1}", max(2, min(PORTRAIT_MEMBERS, round(PORTRAIT_MEMBERS * scale)))
        )
    for attack, count in SINGLES.items():
        for _ in range(max(int(attack in ALWAYS), round(count * scale))):
            _plant_single(ground, attack)
    return list(ground.accounts.values()), list(ground.documents.values()), tuple(ground.campaigns), story


def _plant_old(ground: Ground, scale: float) -> Story:
    """The campaign of the story: on the most popular design, with the old account among its first."""
    acts = {(doc.account_id, doc.submission_id) for doc in ground.documents.values()}
    visits = Counter(account_id for account_id, _ in acts)
    old = ground.pick(lambda doc: _is_popular(doc) and visits[doc.account_id] == 1, night=ground.nights - 1)
    if old is None:
        raise ValueError("too few documents for the story: ask for 24 or more")
    members = max(3, min(BLANK_MEMBERS, round(BLANK_MEMBERS * scale)))
    campaign = _plant_blank(ground, "blank-1", members, first=old)
    _age(ground, ground.documents[old.doc_id])
    aged = ground.documents[old.doc_id]
    if aged.forgery is not None:
        ground.put(replace(aged, forgery=replace(aged.forgery, family="tampered", retyped="birth_date")))
    others = [ground.documents[doc_id].account_id for doc_id in campaign.doc_ids if doc_id != old.doc_id]
    sharing = [str(each) for each in ground.rng.permutation(others)[:SHARING]]
    address = "0x" + token(ground.rng, 40)
    return Story(old.account_id, old.doc_id, campaign.campaign_id, "birth_date", address, tuple(sharing))


def _hosts(documents: list[Document]) -> list[str]:
    """Designs, the most common first, that have company enough for a campaign to hide in."""
    common = Counter(doc.design_id for doc in documents if doc.design_id is not None and _has_portrait(doc))
    crowded = [design_id for design_id, count in common.most_common() if count >= CROWD * BLANK_MEMBERS]
    return crowded or [POPULAR.design_id]


def _plant_blank(
    ground: Ground, name: str, members: int, *, first: Document | None = None, host: str = POPULAR.design_id
) -> Campaign:
    """Documents of one design, each of another person and account, all printed on one forger's blank."""
    blank = Blank(ground.seed(), SIGMA, LABEL_SHIFT_PX)
    chosen = [first] if first is not None else []
    while len(chosen) < members:
        member = ground.pick(lambda doc: doc.design_id == host, night=_told_night(ground, len(chosen), first))
        if member is None:
            break
        chosen.append(member)
    for member in chosen:
        ground.put(replace(member, forgery=Forgery("shared_blank", None, ground.seed(), name, blank)))
    campaign = Campaign(name, "shared_blank", tuple(member.doc_id for member in chosen))
    ground.campaigns.append(campaign)
    return campaign


def _told_night(ground: Ground, chosen: int, first: Document | None) -> int | None:
    """The campaign of the story keeps too few members in the first nights to be seen before the last one."""
    if first is None:
        return None
    return 0 if chosen <= EARLY_MEMBERS else ground.nights - 1


def _plant_portrait(ground: Ground, name: str, members: int) -> None:
    """One photograph on several people's documents; their selfies show the same face."""
    sex, face, photo = str(ground.rng.choice(["F", "M"])), ground.seed(), ground.seed()
    face = face - face % 2 + int(sex == "F")
    chosen: list[str] = []
    while len(chosen) < members:
        member = ground.pick(lambda doc: _has_portrait(doc) and doc.person.sex == sex and ground.alone(doc))
        if member is None:
            break
        _become(ground, member, replace(member.person, face_seed=face))
        forgery = Forgery("portrait_reuse", None, ground.seed(), name)
        papers = replace(member.papers, photo_seed=photo)
        ground.put(replace(ground.documents[member.doc_id], papers=papers, forgery=forgery))
        chosen.append(member.doc_id)
    ground.campaigns.append(Campaign(name, "portrait_reuse", tuple(chosen)))


def _plant_single(ground: Ground, attack: str) -> None:
    """One forgery that stands alone."""
    if attack == "near_copy":
        _plant_near_copy(ground)
        return
    chosen = ground.pick(_is_any if attack in WHOLE_PAGE else _has_portrait)
    if chosen is not None:
        ground.put(replace(chosen, forgery=Forgery(attack, ATTACKS[attack].family, ground.seed())))


def _plant_near_copy(ground: Ground) -> None:
    """Another account's photograph, cropped a little and written anew, submitted later as one's own."""
    victim = ground.pick(lambda doc: doc.side == "page" and ground.alone(doc) and _source(ground, doc) is not None)
    source = _source(ground, victim) if victim is not None else None
    if victim is None or source is None:
        return
    _become(ground, victim, source.person)
    ground.copied.add(source.account_id)
    forgery = Forgery("near_copy", None, ground.seed())
    ground.put(replace(ground.documents[victim.doc_id], papers=source.papers, copy_of=source, forgery=forgery))


def _source(ground: Ground, victim: Document) -> Document | None:
    """The latest earlier genuine document of the same design from another account."""
    earlier = [
        doc
        for doc in ground.documents.values()
        if doc.design_id == victim.design_id
        and doc.account_id != victim.account_id
        and doc.account_id not in ground.forged
        and doc.submitted_at < victim.submitted_at
    ]
    return max(earlier, key=lambda doc: (doc.submitted_at, doc.doc_id), default=None)


def _become(ground: Ground, document: Document, person: Person) -> None:
    """The document's account and everything that it ever submitted show this person."""
    account = ground.accounts[document.account_id]
    ground.accounts[account.account_id] = replace(account, person=person)
    for other in list(ground.documents.values()):
        if other.account_id == account.account_id:
            ground.put(replace(other, person=person))


def _age(ground: Ground, old: Document) -> None:
    """The account opened on the story's day; its submission came and was cleared the same morning."""
    account = ground.accounts[old.account_id]
    ground.accounts[old.account_id] = replace(account, opened_at=OLD_OPENED)
    papers = draw_papers(old.person, POPULAR, OLD_OPENED.date(), ground.rng)
    for other in list(ground.documents.values()):
        if other.submission_id == old.submission_id:
            at = OLD_OPENED + (other.submitted_at - account.opened_at) % timedelta(hours=1)
            cleared = at + timedelta(minutes=int(ground.rng.integers(4, 90)))
            codec = replace(other.codec, taken_at=at - timedelta(minutes=9)) if other.codec.taken_at else other.codec
            aged = replace(other, papers=papers, codec=codec, submitted_at=at, decided_at=cleared)
            ground.put(replace(aged, decision="accepted", vendor_result="clear"))


def _is_any(document: Document) -> bool:
    return document.design_id is not None


def _is_popular(document: Document) -> bool:
    return document.design_id == POPULAR.design_id


def _has_portrait(document: Document) -> bool:
    return document.design_id is not None and document.side != "back"
