"""Invented persons and the papers that an issuer gives them."""

from dataclasses import dataclass
from datetime import date, timedelta
from zlib import crc32

import numpy as np

from udfs.specimens.issuers import COUNTRIES, Design
from udfs.specimens.names import GIVEN_NAMES, LONG_SURNAMES, STREETS, SURNAMES, TOWNS

ADULT_YEARS = 18
FIRST_BIRTH = date(1945, 1, 1)
BIRTH_DAYS = 61 * 365
SERIAL_LETTERS = "ACEFHJKLMNPRTUVWXY"  # letters that a reader does not take for digits
CATEGORY_SETS = ("B", "AM B", "A B", "B BE", "A B C", "B C CE", "AM A1 B")


@dataclass(frozen=True)
class Person:
    """An invented person; `face_seed` stands for the face (odd: feminine), whatever photograph shows it."""

    surname: str
    given_names: str
    sex: str
    birth_date: date
    nationality: str
    face_seed: int

    @property
    def identity(self) -> int:
        """A number that stays with the person from paper to paper, whatever face a forger gives them."""
        return crc32(f"{self.surname}/{self.given_names}/{self.birth_date}".encode())


@dataclass(frozen=True)
class Papers:
    """What one issued document says beyond the person."""

    number: str
    issue_date: date
    expiry_date: date
    personal_number: str
    address: str
    categories: str
    photo_seed: int


def years_later(day: date, years: int) -> date:
    """The same day in another year; 29 February becomes 28 February."""
    if day.month == 2 and day.day == 29:
        day = day.replace(day=28)
    return day.replace(year=day.year + years)


def draw_person(rng: np.random.Generator, *, nationality: str | None = None) -> Person:
    """Draw an adult of a fictional state (a given one, or any)."""
    sex = str(rng.choice(("F", "M", "X"), p=(0.49, 0.49, 0.02)))
    given = [str(name) for name in rng.choice(GIVEN_NAMES[sex], size=rng.choice((1, 2, 3), p=(0.5, 0.4, 0.1)))]
    return Person(
        surname=_draw_surname(rng),
        given_names=" ".join(dict.fromkeys(given)),
        sex=sex,
        birth_date=FIRST_BIRTH + timedelta(days=int(rng.integers(BIRTH_DAYS))),
        nationality=nationality or str(rng.choice([country.code for country in COUNTRIES])),
        face_seed=2 * int(rng.integers(2**30)) + _face_parity(sex, rng),
    )


def draw_papers(person: Person, design: Design, on: date, rng: np.random.Generator) -> Papers:
    """Draw papers of the design's family that are valid on the day `on`, issued to an adult."""
    validity = design.validity_years
    oldest = max(years_later(on, -validity) + timedelta(days=30), years_later(person.birth_date, ADULT_YEARS))
    span = max((on - oldest).days - 1, 1)
    issued = on - timedelta(days=1 + int(rng.integers(span)))
    street, town = str(rng.choice(STREETS)), str(rng.choice(TOWNS))
    return Papers(
        number=fill_grammar(design.number_grammar, person, rng),
        issue_date=issued,
        expiry_date=years_later(issued, validity),
        personal_number=fill_grammar(design.personal_grammar, person, np.random.default_rng(person.identity)),
        address=f"{int(rng.integers(1, 180))} {street}, {town}",
        categories=str(rng.choice(CATEGORY_SETS)),
        photo_seed=int(rng.integers(2**31)),
    )


def fill_grammar(grammar: str, person: Person, rng: np.random.Generator) -> str:
    """Fill a grammar: `@` a letter, `#` a digit, `YYMMDD` the birth date; the rest stands for itself."""
    text = grammar.replace("YYMMDD", person.birth_date.strftime("%y%m%d"))
    draws = {"@": SERIAL_LETTERS, "#": "0123456789"}
    return "".join(str(rng.choice(list(draws[char]))) if char in draws else char for char in text)


def _face_parity(sex: str, rng: np.random.Generator) -> int:
    return int(rng.integers(2)) if sex == "X" else int(sex == "F")


def _draw_surname(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.02:
        return str(rng.choice(LONG_SURNAMES))
    first, second = (str(name) for name in rng.choice(SURNAMES, size=2, replace=False))
    if kind < 0.09:
        return f"{first}-{second}"
    if kind < 0.12:
        return f"O'{first}"
    return f"{first} {second}" if kind < 0.16 else first
