"""The document that most tests of this folder forge and photograph."""

from datetime import date

import numpy as np
import pytest

from udfs.specimens.issuers import DESIGNS
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Rendered


@pytest.fixture(scope="module")
def passport() -> Rendered:
    """A passport's data page of a drawn person."""
    design = next(design for design in DESIGNS if design.doc_type == "passport")
    rng = np.random.default_rng(4)
    person = draw_person(rng, nationality=design.issuer)
    return render(design, person, draw_papers(person, design, date(2026, 2, 1), rng))
