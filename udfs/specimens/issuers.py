"""The fictional issuers and the designs that a layout grammar and a seed make for them."""

from dataclasses import dataclass
from datetime import date
from zlib import crc32

import cv2
import numpy as np

from udfs.specimens.fonts import Rasteriser
from udfs.specimens.layouts import Kind, Layout, draw_layout

Colour = tuple[int, int, int]
PX_PER_MM = {"passport_page": (9.2, 9.9), "card": (12.0, 12.7)}
SIDES: dict[Kind, tuple[str, str]] = {
    "passport_page": ("passport", "page"),
    "card_front": ("id_card", "front"),
    "card_back": ("id_card", "back"),
    "licence_front": ("driving_licence", "front"),
    "licence_back": ("driving_licence", "back"),
}
KINDS: dict[str, tuple[Kind, ...]] = {
    "passport": ("passport_page",),
    "id_card": ("card_front", "card_back"),
    "driving_licence": ("licence_front", "licence_back"),
}
VALIDITY = {"passport": 10, "id_card": 10, "driving_licence": 15}
DATE_FORMATS = ("%d.%m.%Y", "%d %m %Y", "%d %b %Y", "%Y-%m-%d", "%d/%m/%Y")
FONT_SETS = (
    ("roboto_medium", "roboto", "roboto_bold"),
    ("sans_semibold", "sans", "sans_bold"),
    ("serif_semibold", "sans", "serif_bold"),
    ("dejavu", "dejavu", "fredoka"),
    ("dejavu_mono", "roboto", "roboto_bold"),
    ("roboto_medium", "serif", "stix_bold"),
)


@dataclass(frozen=True)
class Country:
    """A fictional state: its code, name, second language's endings, hue in degrees, and document families."""

    code: str
    name: str
    title: str
    tongue: str
    hue: int
    families: tuple[tuple[str, int], ...]


COUNTRIES = (
    Country("UTO", "Utopia", "Republic of Utopia", "o", 205, (("passport", 2), ("id_card", 2), ("driving_licence", 1))),
    Country("XVA", "Valdoria", "Kingdom of Valdoria", "a", 350, (("id_card", 2), ("passport", 1))),
    Country("XMD", "Meridane", "Federation of Meridane", "en", 95, (("driving_licence", 2), ("id_card", 1))),
    Country("XQL", "Quillon", "Free State of Quillon", "is", 275, (("passport", 1), ("driving_licence", 2))),
    Country("XTR", "Treskavia", "Treskavian Union", "u", 25, (("id_card", 2), ("passport", 1))),
    Country("XBO", "Borrowmere", "Commonwealth of Borrowmere", "", 170, (("driving_licence", 1), ("id_card", 1))),
)


@dataclass(frozen=True)
class Palette:
    """BGR colours of a design: paper, its second tint, lines of the ground, accent, and the inks of label and value."""

    paper: Colour
    tint: Colour
    line: Colour
    second_line: Colour
    accent: Colour
    label: Colour
    value: Colour


@dataclass(frozen=True)
class Faces:
    """Keys of fonts.FACES for values, labels and titles, and the rasteriser of the printing office."""

    value: str
    label: str
    title: str
    rasteriser: Rasteriser


@dataclass(frozen=True)
class Design:
    """One side of one template; sides of one document share `family` and everything that papers are drawn from."""

    design_id: str
    family: str
    issuer: str
    title: str
    tongue: str
    doc_type: str
    side: str
    width_px: int
    height_px: int
    layout: Layout
    fonts: Faces
    colours: Palette
    date_format: str
    validity_years: int
    number_grammar: str
    personal_grammar: str
    seed: int

    @property
    def px_per_mm(self) -> float:
        """Pixels per millimetre of the flat page."""
        return self.width_px / self.layout.size[0]

    def print_date(self, day: date) -> str:
        """A date as this issuer prints it."""
        return day.strftime(self.date_format).upper()


def make_designs(country: Country, doc_type: str, template: int) -> tuple[Design, ...]:
    """All sides of one template, from nothing but the country, the type and the template's number."""
    family = f"{country.code.lower()}-{doc_type}-{template}"
    rng = np.random.default_rng(crc32(family.encode()))
    fonts = _draw_faces(rng)
    palette = _draw_palette(country.hue, rng)
    date_format = str(rng.choice(DATE_FORMATS))
    validity = VALIDITY[doc_type] - 5 * int(rng.integers(2)) * (doc_type != "passport")
    grammar = str(rng.choice(_NUMBER_GRAMMARS[doc_type]))
    scale = float(rng.uniform(*PX_PER_MM["passport_page" if doc_type == "passport" else "card"]))
    designs = []
    for kind in KINDS[doc_type]:
        layout = draw_layout(kind, template + country.hue, rng)
        designs.append(
            Design(
                design_id=f"{family}-{SIDES[kind][1]}",
                family=family,
                issuer=country.code,
                title=country.title,
                tongue=country.tongue,
                doc_type=doc_type,
                side=SIDES[kind][1],
                width_px=round(layout.size[0] * scale),
                height_px=round(layout.size[1] * scale),
                layout=layout,
                fonts=fonts,
                colours=palette,
                date_format=date_format,
                validity_years=validity,
                number_grammar=grammar,
                personal_grammar=_PERSONAL_GRAMMARS[crc32(country.code.encode()) % len(_PERSONAL_GRAMMARS)],
                seed=crc32(f"{family}-{kind}".encode()),
            )
        )
    return tuple(designs)


def companions(design: Design) -> tuple[Design, ...]:
    """Every side of the document that this design is a side of, front or page first."""
    return tuple(other for other in DESIGNS if other.family == design.family)


def find_design(design_id: str) -> Design:
    """The design of an id."""
    return next(design for design in DESIGNS if design.design_id == design_id)


def _draw_faces(rng: np.random.Generator) -> Faces:
    value, label, title = FONT_SETS[int(rng.integers(len(FONT_SETS)))]
    return Faces(value, label, title, "hinted" if rng.random() < 0.3 else "reduced")


def _draw_palette(hue: int, rng: np.random.Generator) -> Palette:
    main = hue + int(rng.integers(-15, 16))
    second = main + int(rng.choice((40, 150, 180, 210, 320)))
    return Palette(
        paper=_colour(main, 0.07, 0.96),
        tint=_colour(second, 0.14, 0.95),
        line=_colour(main, 0.42, 0.72),
        second_line=_colour(second, 0.38, 0.76),
        accent=_colour(main, 0.75, 0.48),
        label=_colour(main, 0.70, 0.34),
        value=(28, 24, 24),
    )


def _colour(hue: int, saturation: float, value: float) -> Colour:
    pixel = np.array([[[hue % 360, saturation, value]]], dtype=np.float32)
    blue, green, red = np.rint(np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR))[0, 0] * 255).astype(int)
    return int(blue), int(green), int(red)


_NUMBER_GRAMMARS = {
    "passport": ("@########", "@@#######", "#########"),
    "id_card": ("@@######@", "#########", "@#@#####"),
    "driving_licence": ("@#######", "@@#####@@", "##########"),
}
_PERSONAL_GRAMMARS = ("YYMMDD####", "##########", "YYMMDD-###")
DESIGNS: tuple[Design, ...] = tuple(
    design
    for country in COUNTRIES
    for doc_type, templates in country.families
    for template in range(templates)
    for design in make_designs(country, doc_type, template)
)
