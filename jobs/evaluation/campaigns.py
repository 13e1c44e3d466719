"""Are documents from one forger's blank tied to each other, and to nobody else, on designs that no net has seen?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np
import numpy.typing as npt

from conf.settings import InspectSettings, LinkSettings
from jobs.evaluation.crew import answered
from jobs.evaluation.designs import dhash, hamming, thumbnail
from jobs.evaluation.held_out import held_out_designs
from jobs.evaluation.material import DAYS, FIRST_DAY
from jobs.evaluation.measures import EvaluationSettings, Measure, hit_at, resampled, share
from jobs.evaluation.pairs import draw_chain
from udfs.images.rectify import plate_of, rectify, side_lengths
from udfs.neighbours.plates import aligned_plates, for_scoring
from udfs.neighbours.template_pairs import template_pairs
from udfs.specimens.blanks import Blank
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import decoded
from udfs.specimens.issuers import Design
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.portraits import draw_portrait
from udfs.specimens.render import portrait_size, render
from udfs.specimens.rendered import Image

# By name: the texture of a blank in grey levels, and how far its labels are off in px of a card 1,000 px wide.
BLANKS: Mapping[str, tuple[float, float]] = {"s4": (4.0, 0.0), "s2": (2.0, 0.0), "s1": (1.0, 0.0), "geo": (0.0, 0.8)}
GENUINE = ""
EACH = 7  # members of a campaign
FALSE_LINKS = 0.001  # a rate that some 10,000 unrelated pairs can prove
THUMB_WIDTH = 320
CORNER_ERROR = 2 / 1_100  # of the card's width: standard deviation of a corner that a net finds

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Card:
    """One document of a gallery: the blank it is printed on, its plate as PNG, its hash and its thumbnail."""

    blank: str
    plate: bytes
    hash: npt.NDArray[np.bool_]
    thumb: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scored:
    """Pairs of one design: likeness by method, the blank that both are printed on ("" for strangers), and ties."""

    likeness: Mapping[str, Doubles]
    shared: npt.NDArray[np.str_]
    tied: npt.NDArray[np.bool_]


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """Hits among pairs of one blank at 0.1 % false links, by how far it is off; false links at the house's own bound.

    Of each design as many documents as samples are drawn in all, a quarter of them in four campaigns of seven.
    """
    designs = [design for design in held_out_designs() if design.layout.portrait]
    drawn = partial(_card, designs, settings.seed, settings.samples)
    cards = list(answered(drawn, settings.samples * len(designs), "documents", settings.tell))
    galleries = [cards[start : start + settings.samples] for start in range(0, len(cards), settings.samples)]
    return figures([scored(gallery) for gallery in galleries], settings.seed)


def figures(designs: Sequence[Scored], seed: int) -> list[Measure]:
    """Every figure over the pairs of all designs together."""
    shared = np.concatenate([design.shared for design in designs])
    likeness = {name: np.concatenate([one.likeness[name] for one in designs]) for name in designs[0].likeness}
    strangers = shared == GENUINE
    answers, hits_of = list[Measure](), hit_at(FALSE_LINKS)
    for blank in BLANKS:
        hits = {name: hits_of(values[shared == blank], values[strangers]) for name, values in likeness.items()}
        low, high = resampled(hits_of, likeness["ours"][shared == blank], likeness["ours"][strangers], seed)
        name, number = f"pair_tpr_1e3_{blank}", int((shared == blank).sum())
        answers.append(Measure(name, "all", hits.pop("ours"), low, high, number, hits))
    tied = np.concatenate([design.tied for design in designs])
    answers.append(share("pair_false_links", tied[strangers].tolist()))
    answers += [share("pair_links", tied[shared == blank].tolist(), segment=f"blank={blank}") for blank in BLANKS]
    return answers


def scored(gallery: Sequence[Card]) -> Scored:
    """Every pair of one design's documents."""
    stack = for_scoring(aligned_plates([card.plate for card in gallery]))
    bound = LinkSettings()
    everything = template_pairs(stack, rate=1.0, least_z=-np.inf)
    blanks = np.array([card.blank for card in gallery])
    one, two = everything.left, everything.right
    same = (blanks[one] == blanks[two]) & (blanks[one] != GENUINE)
    hashes = -hamming(np.stack([card.hash for card in gallery]))
    thumbs = np.stack([card.thumb for card in gallery])
    tied = template_pairs(stack, rate=bound.false_match_rate, least_z=bound.template_z)
    linked = set(zip(tied.left.tolist(), tied.right.tolist(), strict=True))
    return Scored(
        likeness={
            "ours": everything.z,
            "dhash": hashes[one, two].astype(np.float64),
            "thumbnail": (thumbs @ thumbs.T)[one, two].astype(np.float64),
        },
        shared=np.where(same, blanks[one], GENUINE),
        tied=np.array([pair in linked for pair in zip(one.tolist(), two.tolist(), strict=True)]),
    )


def _card(designs: Sequence[Design], seed: int, samples: int, index: int) -> Card:
    """A document of the gallery, photographed and sent."""
    which, place = divmod(index, samples)
    design, rng = designs[which], np.random.default_rng((seed, index))
    names = [*BLANKS]
    name = names[place // EACH] if place < EACH * len(names) else GENUINE
    blank = Blank(seed + which, *BLANKS[name]) if name else None
    person = draw_person(rng)
    papers = draw_papers(person, design, FIRST_DAY + timedelta(days=int(rng.integers(DAYS))), rng)
    portrait = draw_portrait(person.face_seed, papers.photo_seed, portrait_size(design))
    page = render(design, person, papers, blank=blank, portrait=portrait)
    shot = shoot(page, *draw_chain(rng, split=False))
    image: Image = decoded(shot.data)
    off = rng.normal(0, CORNER_ERROR * side_lengths(shot.corners)[0], (4, 2))
    corners = (shot.corners + off).astype(np.float32)
    flat = rectify(image, corners, THUMB_WIDTH).image
    plate = plate_of(image, corners, InspectSettings().plate_width)
    return Card(name, plate.luma, dhash(flat), thumbnail(flat))
