from typing import cast

import numpy as np
import pytest

from udfs.images.headers import Header
from udfs.observing.look import RENDERED, Look, Opened
from udfs.observing.zones_part import look_at_zones
from udfs.reading.fields import FieldReading
from udfs.reading.reader import Reading

NOTHING_OPEN = cast("Opened", None)


def read(source: str, name: str, top: float) -> FieldReading:
    return FieldReading(name=name, source=source, value="X", raw="X", confidence=0.9, box=(16.0, top, 200.0, top + 24))


@pytest.fixture
def look() -> Look:
    page = np.random.default_rng(3).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    fields = (
        read("visual", "surname", 16),
        read("visual", "birth_date", 56),
        read("mrz", "mrz_line_1", 120),
        read("mrz", "mrz_line_2", 160),
        read("mrz", "number", 160),
        read("text", "line", 200),
    )
    reading = Reading(lines=(), fields=fields, mrz=None, barcode=None, mean_confidence=0.9)
    return Look("", b"", cast("Header", None), page, reading=reading)


def test_printed_fields_and_rows_of_the_mrz_are_places_and_what_lies_in_a_row_is_none(look: Look) -> None:
    look_at_zones([look], NOTHING_OPEN)
    marks = cast("dict[str, list[float]]", look.parts["zones"]["marks"])
    assert sorted(marks) == ["mrz.mrz_line_1", "mrz.mrz_line_2", "visual.birth_date", "visual.surname"]
    assert {len(each) for each in marks.values()} == {6}


def test_a_drawn_page_has_no_residuals_to_hold_against_others(look: Look) -> None:
    look.rendered = True
    look_at_zones([look], NOTHING_OPEN)
    assert "zones" not in look.parts
    assert look.skipped == {"zones": RENDERED}
