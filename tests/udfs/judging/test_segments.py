import pytest

from udfs.judging.segments import Segment, names_of, segment_of, threshold_of

PLAIN = {"doc_type": "passport", "card_found": True, "card_width": 1_200.0, "format": "jpeg", "jpeg_quality": 90}


@pytest.mark.parametrize(
    ("changed", "segment"),
    [
        ({}, ("passport", "wide", "jpeg_fine")),
        ({"card_width": 999.0, "jpeg_quality": 84}, ("passport", "medium", "jpeg_coarse")),
        ({"card_width": 599.0, "jpeg_quality": None}, ("passport", "narrow", "jpeg_coarse")),
        ({"card_found": False, "format": "png"}, ("passport", "no_card", "png")),
        ({"card_found": float("nan"), "doc_type": None, "format": None}, ("unknown", "no_card", "unknown")),
    ],
)
def test_a_document_has_one_segment(changed: dict[str, object], segment: tuple[str, ...]) -> None:
    assert tuple(segment_of(PLAIN | changed)) == segment


def test_the_narrowest_segment_with_a_threshold_decides() -> None:
    segment = Segment("passport", "wide", "jpeg_fine")
    assert names_of(segment) == ("passport/wide/jpeg_fine", "passport/wide", "passport", "all")
    assert threshold_of({"passport/wide": 1.0, "all": 2.0, "passport/wide/png": 3.0}, segment) == 1.0
    assert threshold_of({"all": 2.0}, segment) == 2.0
    assert threshold_of({"id_card": 2.0}, segment) is None
