"""Plants forgeries, renewals and families among genuine submissions; what a manifest says is left as it was drawn."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from udfs.specimens.blanks import Blank
from udfs.specimens.people import draw_papers
from udfs.specimens.population import Planned

Acts = list[list[Planned]]

CAMPAIGN_SHARE = 0.075  # 12 of 160 documents come from one blank
CAMPAIGN_SIGMA = 5.0  # grey levels of the forger's own texture
EARLY_MEMBERS = 2  # of the campaign, too few to be seen in the first night
PHOTO_ACCOUNTS = 4
STORY_DAY = date(2025, 11, 14)
SINGLES = {
    "retype": 0.04,
    "portrait_swap": 0.02,
    "copy_move": 0.015,
    "print_recapture": 0.03,
    "screen_recapture": 0.03,
    "generated": 0.02,
    "near_copy": 0.015,
    "same_file": 0.01,
}
RENEWAL_SHARE, FAMILY_SHARE = 0.03, 0.03


@dataclass(frozen=True)
class Story:
    """The old account that its vendor cleared and the last night finds."""

    account_id: str
    doc_id: str
    campaign: str


def plant(acts: Acts, rng: np.random.Generator, nights: int) -> Story:
    """Turn some acts into forgeries, renewals and families, in place; gives the one to tell about."""
    documents = sum(len(act) for act in acts)
    free = [int(place) for place in rng.permutation(len(acts))]
    leading = acts[0][0].design
    of_lead = [place for place in free if acts[place][0].design is leading]
    chosen = of_lead[: max(3, round(CAMPAIGN_SHARE * documents))]
    story = _plant_blank(acts, chosen, rng, nights)
    left = [place for place in free if place not in chosen]
    photo = [place for place in left if all(doc.design is not None for doc in acts[place])][:PHOTO_ACCOUNTS]
    _plant_photo(acts, photo)
    left = [place for place in left if place not in photo]
    for attack, part in SINGLES.items():
        for _ in range(round(part * documents)):
            place = left.pop()
            acts[place] = _forged(acts[place], attack, acts[left[0]][0])
    for change, part in ((_renewed, RENEWAL_SHARE), (_related, FAMILY_SHARE)):
        for _ in range(round(part * documents)):
            _pair_up(acts, left, rng, change)
    return story


def _plant_blank(acts: Acts, chosen: list[int], rng: np.random.Generator, nights: int) -> Story:
    """One blank under many accounts; the first is the story's."""
    blank = Blank(seed=int(rng.integers(2**31)), sigma=CAMPAIGN_SIGMA)
    for order, place in enumerate(chosen):
        night = 0 if order < EARLY_MEMBERS else nights - 1
        first, *others = (replace(doc, night=night) for doc in acts[place])
        first = replace(first, blank=blank, attack="blank", campaign="blank-1")
        acts[place] = [first, *others]
    told = acts[chosen[0]]
    opened = datetime.combine(STORY_DAY, told[0].account.opened_at.timetz())
    account = replace(told[0].account, opened_at=opened)
    shift = opened - told[0].account.opened_at
    acts[chosen[0]] = [replace(doc, account=account, submitted_at=doc.submitted_at + shift) for doc in told]
    first = acts[chosen[0]][0]
    papers = draw_papers(account.person, first.design, STORY_DAY, rng) if first.design else first.papers
    acts[chosen[0]][0] = replace(
        first, attack="blank+retype", papers=replace(papers, photo_seed=first.papers.photo_seed)
    )
    return Story(account.account_id, first.doc_id, "blank-1")


def _plant_photo(acts: Acts, places: list[int]) -> None:
    """One portrait photograph on several accounts, each under its own name."""
    if not places:
        return
    face = acts[places[0]][0].face
    for place in places:
        first, *others = acts[place]
        acts[place] = [replace(first, face=face, attack="shared_photo", campaign="photo-1"), *others]


def _forged(act: list[Planned], attack: str, other: Planned) -> list[Planned]:
    """The act with its first document forged; copies repeat the photograph of another account's document."""
    first, *others = act
    source = other if attack in {"near_copy", "same_file"} else None
    return [replace(first, attack=attack, source=source, campaign=None), *others]


def _pair_up(
    acts: Acts,
    left: list[int],
    rng: np.random.Generator,
    change: Callable[[Planned, Planned, np.random.Generator], Planned],
) -> None:
    """Change one genuine act so that it belongs to another one."""
    if len(left) < 2:
        return
    place, other = left.pop(), left.pop()
    acts[place] = [change(doc, acts[other][0], rng) for doc in acts[place]]


def _renewed(doc: Planned, other: Planned, rng: np.random.Generator) -> Planned:
    """A later document of the other's account and person."""
    later = max(doc.submitted_at, other.submitted_at + timedelta(days=1))
    last = datetime.combine(date(2026, 2, 28), later.timetz().replace(tzinfo=None), UTC)
    papers = draw_papers(other.account.person, doc.design, later.date(), rng) if doc.design else doc.papers
    face = (other.account.person.face_seed, papers.photo_seed)
    return replace(doc, account=other.account, papers=papers, face=face, submitted_at=min(later, last))


def _related(doc: Planned, other: Planned, _rng: np.random.Generator) -> Planned:
    """A member of the other's family: same surname, device and address, another person."""
    person = replace(doc.account.person, surname=other.account.person.surname)
    account = replace(doc.account, person=person, device_id=other.account.device_id)
    return replace(doc, account=account, papers=replace(doc.papers, address=other.papers.address))
