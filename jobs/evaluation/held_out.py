"""The split: which designs, fonts, attacks, devices and chains no net may be trained on."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path

import numpy as np
import yaml

import conf
from udfs.specimens.encoding import CodecDraw
from udfs.specimens.issuers import DESIGNS, Country, Design, make_designs
from udfs.specimens.sensor import DeviceDraw

SPLIT = "held_out.yaml"
DOC_TYPES = ("passport", "id_card", "driving_licence")
TONGUES = ("o", "a", "en", "is", "u", "")


@dataclass(frozen=True)
class HeldOut:
    """The split as conf/held_out.yaml lists it."""

    issuers: frozenset[str]
    fonts: frozenset[str]
    attacks: frozenset[str]
    gamma_above: float
    chains: frozenset[str]

    def design(self, design: Design) -> bool:
        """Whether a design, or a face that it is set in, is kept from training."""
        faces = {design.fonts.value, design.fonts.label, design.fonts.title}
        return design.issuer in self.issuers or bool(faces & self.fonts)

    def device(self, device: DeviceDraw) -> bool:
        """Whether a camera or scanner is kept from training."""
        return device.gamma > self.gamma_above

    def chain(self, codec: CodecDraw) -> bool:
        """Whether a way of writing or sending a file is kept from training."""
        return codec.format in self.chains or (codec.hop is not None and "messenger" in self.chains)


@lru_cache(maxsize=1)
def held_out() -> HeldOut:
    """Read the split."""
    path = Path(conf.__file__).parent / SPLIT
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    return HeldOut(
        issuers=frozenset(written["designs"]["issuers"]),
        fonts=frozenset(written["fonts"]),
        attacks=frozenset(written["attacks"]),
        gamma_above=float(written["devices"]["gamma_above"]),
        chains=frozenset(written["chains"]),
    )


def held_out_designs() -> list[Design]:
    """The catalogue's designs of the issuers that are held out."""
    return [design for design in DESIGNS if design.issuer in held_out().issuers]


def training_designs(number: int, seed: int) -> list[Design]:
    """Designs of issuers invented for training from the layout grammar, in which nothing is held out."""
    rng = np.random.default_rng(seed)
    split, designs = held_out(), list[Design]()
    for serial in count():
        country = _invent(serial, rng)
        doc_type, template = str(rng.choice(DOC_TYPES)), int(rng.integers(8))
        designs += [design for design in make_designs(country, doc_type, template) if not split.design(design)]
        if len(designs) >= number:
            return designs[:number]
    raise AssertionError("count() never ends")


def _invent(serial: int, rng: np.random.Generator) -> Country:
    """An issuer that is in no catalogue; its code is not one of ISO 3166."""
    letters = "BCDFGHJKLNPQRSTV"
    code = "Y" + letters[serial // len(letters) % len(letters)] + letters[serial % len(letters)]
    name = f"{code.title()}oria"
    return Country(code, name, f"Republic of {name}", str(rng.choice(TONGUES)), int(rng.integers(360)), ())
