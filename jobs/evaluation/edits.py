"""Edits of one holder's submission: what a forger re-types, prints otherwise, declares or sends otherwise."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from jobs.evaluation.holders import Holder, declared_by, read_by_vendor
from udfs.specimens.attacks.attacked import Edit as Forge
from udfs.specimens.attacks.attacked import fields_to_change, unaltered
from udfs.specimens.attacks.retype import other_text, retype_field
from udfs.specimens.people import Papers, Person
from udfs.specimens.render import render
from udfs.specimens.rendered import Rendered

# Zones that a machine reads and a forger forgets or fits to other data.
MACHINE_ZONES = ("mrz", "barcode")
NO_PORTRAIT = np.zeros((2, 2, 3), np.uint8)
SLIPS = ("birth_date", "expiry_date", "number", "surname")
# One field of a person or of a document; contradictions name whichever of these they were found by.
SAME_FIELD = {
    "surname": frozenset({"surname", "full_name"}),
    "given_names": frozenset({"given_names", "full_name"}),
    "full_name": frozenset({"surname", "given_names", "full_name"}),
}


@dataclass(frozen=True)
class Edit:
    """One edit.

    Attributes:
        kind: `retype`, `mrz`, `barcode`, `declared` or `vendor`.
        field: the field that it changes.
        pages: the sides that are photographed again, by their index; none where no picture is edited.
        forge: what is done to them, or to their opened pictures.
        declared: what the account declares beside it.
        vendor: what the vendor read beside it.
    """

    kind: str
    field: str
    pages: Mapping[int, Rendered] = dataclasses.field(default_factory=dict)
    forge: Forge = unaltered
    declared: Mapping[str, str] = dataclasses.field(default_factory=dict)
    vendor: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def found_by(self, fields: tuple[str, ...]) -> bool:
        """Whether a contradiction over some fields is one over the field that was edited."""
        return bool(SAME_FIELD.get(self.field, frozenset({self.field})) & set(fields))


def edit_of_the_picture(holder: Holder, turn: int, rng: np.random.Generator) -> Edit:
    """Re-type a field, or in every fourth turn print a machine's zone with other data.

    Declared data and the vendor's reading are silent on the field: a forger declares what the forgery says.
    """
    zones = [(zone, side) for side, page in enumerate(holder.pages) for zone in MACHINE_ZONES if zone in page.zones]
    if turn % 4 == 3 and zones:
        zone, side = zones[int(rng.integers(len(zones)))]
        name = str(rng.choice(SLIPS))
        other = _other_zone(holder, side, zone, name, rng)
        if not np.array_equal(other.image, holder.pages[side].image):  # a zone need not hold every field
            return _silent(Edit(zone, name, {side: other}), holder)
    choices = [(name, side) for side, page in enumerate(holder.pages) for name in fields_to_change(page)]
    name, side = choices[int(rng.integers(len(choices)))]
    retyped = Edit("retype", name, {side: holder.pages[side]}, lambda canvas: retype_field(canvas, name, rng))
    return _silent(retyped, holder)


def edits_of_the_data(holder: Holder, rng: np.random.Generator) -> list[Edit]:
    """One field declared otherwise, and one that the vendor read otherwise; the pictures are genuine."""
    declared, vendor = declared_by(holder), read_by_vendor(holder)
    edits = []
    for kind, told in (("declared", declared), ("vendor", vendor)):
        name = str(rng.choice([known for known in told if known != "nationality"]))
        text = other_text(name, told[name].upper(), rng)
        edits.append(
            Edit(
                kind,
                name,
                declared=declared | {name: text} if kind == "declared" else {},
                vendor=vendor | {name: text} if kind == "vendor" else {},
            )
        )
    return edits


def _silent(edit: Edit, holder: Holder) -> Edit:
    same = SAME_FIELD.get(edit.field, frozenset({edit.field}))
    return replace(
        edit,
        declared={name: value for name, value in declared_by(holder).items() if name not in same},
        vendor={name: value for name, value in read_by_vendor(holder).items() if name not in same},
    )


def _other_zone(holder: Holder, side: int, zone: str, name: str, rng: np.random.Generator) -> Rendered:
    """The side with a zone in which one field says something else; check digits are right."""
    person, papers = _with_other(holder.person, holder.papers, name, rng)
    page = holder.pages[side]
    other = render(holder.designs[side], person, papers, portrait=NO_PORTRAIT)
    image = page.image.copy()
    for x0, y0, x1, y1 in (page.zones[zone], other.zones[zone]):
        place = (slice(max(0, round(y0) - 4), round(y1) + 4), slice(max(0, round(x0) - 4), round(x1) + 4))
        image[place] = other.image[place]
    return replace(page, image=image)


def _with_other(person: Person, papers: Papers, name: str, rng: np.random.Generator) -> tuple[Person, Papers]:
    """The same data, one field of them another."""
    if name == "birth_date":
        return replace(person, birth_date=person.birth_date - timedelta(days=int(rng.integers(400, 3_000)))), papers
    if name == "expiry_date":
        return person, replace(papers, expiry_date=papers.expiry_date - timedelta(days=int(rng.integers(20, 300))))
    if name == "number":
        return person, replace(papers, number=other_text("number", papers.number, rng))
    return replace(person, surname=other_text("surname", person.surname.upper(), rng)), papers
