"""HEIC: its header by our own code, its pixels in a limited child, and nothing without the extra.

`tests/data/small.heic` is a field of soft noise, 160 x 96, seed 0 as below, written once by libheif at quality 80.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest

from conf.settings import ImageLimits
from udfs.forensics.file_facts import file_facts
from udfs.images import decode as decoding
from udfs.images.decode import decode
from udfs.images.guard import guard
from udfs.images.refusals import Refused

HEIC = (Path(__file__).parents[2] / "data" / "small.heic").read_bytes()
LIMITS = ImageLimits()


def refusal(content: bytes, limits: ImageLimits = LIMITS) -> str:
    with pytest.raises(Refused) as refused:
        decode(content, guard(content, limits))
    return refused.value.reason


def test_the_header_is_read_before_any_codec() -> None:
    header = guard(HEIC, LIMITS)
    assert (header.format, header.width, header.height, header.complete) == ("heic", 160, 96, True)
    facts = file_facts(HEIC, header)
    assert (facts.format, facts.orientation, facts.jpeg_quality, facts.has_exif) == ("heic", 1, None, False)
    assert refusal(HEIC, ImageLimits(max_pixels=10_000)) == "bomb"
    assert refusal(HEIC[:-200]) == "truncated"
    assert refusal(HEIC[:24]) == "undecodable"


@pytest.mark.fault("F7")
@pytest.mark.parametrize(("depth", "length"), [(80, 16), (20_000, 2**31 - 1)])
def test_boxes_within_boxes_are_never_walked_again_and_again(depth: int, length: int) -> None:
    pair = length.to_bytes(4) + b"iprp" + (2**31 - 1).to_bytes(4) + b"ipco"
    inner = pair * (depth // 2)
    nested = HEIC[: HEIC.index(b"meta") - 4] + (12 + len(inner)).to_bytes(4) + b"meta" + bytes(4) + inner
    assert refusal(nested) == "undecodable"


def test_its_pixels_are_those_that_were_written() -> None:
    pytest.importorskip("pi_heif")
    rough = np.random.default_rng(0).integers(0, 255, (6, 10, 3), np.uint8)
    written = cv2.resize(rough, (160, 96), interpolation=cv2.INTER_CUBIC)
    image = decode(HEIC, guard(HEIC, LIMITS))
    assert image.shape == (96, 160, 3)
    assert np.abs(image.astype(float) - written).mean() < 8


def test_damage_behind_a_sound_header_is_told() -> None:
    pytest.importorskip("pi_heif")
    assert refusal(HEIC.replace(b"hvcC", b"free")) == "undecodable"


def test_without_the_extra_it_is_a_format_that_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "find_spec", lambda _name: None)
    assert refusal(HEIC) == "unsupported_format"
