"""A flat page can be read: a public reader recovers its number, its dates and its zone."""

from datetime import date

import numpy as np
from rapidocr import EngineType, RapidOCR

from udfs.specimens.ground import SPECIMEN
from udfs.specimens.issuers import DESIGNS
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render


def test_reader_recovers_number_dates_and_zone() -> None:
    design = next(design for design in DESIGNS if design.side == "page")
    rng = np.random.default_rng(21)
    person = draw_person(rng, nationality=design.issuer)
    drawn = render(design, person, draw_papers(person, design, date(2026, 5, 5), rng))
    parts = ("Det", "Cls", "Rec")
    reader = RapidOCR(params={f"{part}.engine_type": EngineType.OPENVINO for part in parts})
    read = {text.replace(" ", "") for text in reader(drawn.image).txts}
    expected = ("number", "birth_date", "issue_date", "expiry_date")
    assert {drawn.printed[name].replace(" ", "") for name in expected} <= read
    folded = {text.replace("O", "0") for text in read}  # a general reader takes one for the other
    assert {drawn.printed[name].replace("O", "0") for name in ("mrz_line_1", "mrz_line_2")} <= folded
    assert SPECIMEN in read
