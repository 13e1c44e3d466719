from datetime import date

import cv2
import numpy as np
import pytest

from conf.settings import ReadingSettings
from udfs.nets.opening import open_mrz, shipped_inspector
from udfs.reading.reader import Page, read_document
from udfs.reading.recogniser import line_of
from udfs.reading.text import TextReader, open_text_reader, read_text
from udfs.specimens.issuers import find_design
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return open_text_reader(ReadingSettings(detector_side=736, width_buckets=(320, 640, 960), batch=1))


def written(*texts: str) -> np.ndarray:
    image = np.full((60 + 70 * len(texts), 700, 3), 240, np.uint8)
    for i, text in enumerate(texts):
        cv2.putText(image, text, (30, 70 + 70 * i), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (20, 20, 20), 2, cv2.LINE_AA)
    return image


def test_lines_are_read_from_the_top_down(reader: TextReader) -> None:
    lines = read_text(reader, written("VANDISEN", "12.04.1988"))
    assert [line.text for line in lines] == ["VANDISEN", "12.04.1988"]
    assert all(len(line.text) == len(line.certainties) == len(line.centres) for line in lines)
    assert lines[0].box[3] < lines[1].box[3]


def test_a_blank_image_has_no_lines(reader: TextReader) -> None:
    assert read_text(reader, np.full((300, 480, 3), 230, np.uint8)) == []


def test_neighbours_change_no_bit_of_a_line(reader: TextReader) -> None:
    image = written("VANDISEN", "ZORIC CALANDER 12")
    quads = reader.detector(image)
    together = reader.recogniser(image, quads)
    alone = [reader.recogniser(image, quads[i : i + 1])[0] for i in range(len(quads))]
    assert together == alone


def test_a_wide_line_is_squeezed_into_the_widest_width() -> None:
    quad = np.array([[0, 0], [1200, 0], [1200, 20], [0, 20]], np.float32)
    assert line_of(np.zeros((40, 1300, 3), np.uint8), quad, 960).shape == (48, 960, 3)


def test_a_specimen_passport_is_read_whole(reader: TextReader) -> None:
    design = find_design("uto-passport-0-page")
    rng = np.random.default_rng(4)
    person = draw_person(rng)
    specimen = render(design, person, draw_papers(person, design, date(2026, 3, 1), rng))
    half = np.diag([0.5, 0.5, 1.0])
    reading = read_document(reader, open_mrz(shipped_inspector()), Page(specimen.image, half))
    assert reading.mrz is not None
    assert reading.mrz.lines == (specimen.values["mrz_line_1"], specimen.values["mrz_line_2"])
    found = {field.name: field for field in reading.fields if field.source == "visual"}
    for name in ("birth_date", "issue_date", "expiry_date", "number", "sex"):
        assert found[name].value == specimen.values[name]
    box, zone = found["number"].box, specimen.zones["number"]
    assert box is not None
    assert abs(box[0] - zone[0] / 2) < 10
    assert abs(box[1] - zone[1] / 2) < 10
    assert reading.mean_confidence > 0.9
