import numpy as np

from tests.fakes_linking import plates
from udfs.neighbours.plate_alignment import align_to_median
from udfs.neighbours.plates import for_scoring
from udfs.neighbours.template_pairs import TemplatePairs, template_pairs


def scored(seed: int, count: int, forged: int, *, sigma: float, blur: float | None = None) -> TemplatePairs:
    aligned = align_to_median(plates(seed, count, forged, sigma=sigma, blur=blur).astype(np.float32))
    return template_pairs(for_scoring(aligned), rate=1e-5, least_z=6.0)


def shares(found: TemplatePairs, forged: int) -> tuple[float, int]:
    planted = (found.left < forged) & (found.right < forged)
    return planted.sum() / (forged * (forged - 1) / 2), int((~planted).sum())


def test_a_campaign_of_a_fifth_of_its_design_is_found_and_no_stranger_with_it() -> None:
    recall, false = shares(scored(1, 40, 9, sigma=4.0), 9)
    assert recall >= 0.95
    assert false == 0


def test_documents_that_only_share_their_blur_are_not_tied() -> None:
    assert len(scored(2, 40, 9, sigma=0.0, blur=1.3).left) == 0
