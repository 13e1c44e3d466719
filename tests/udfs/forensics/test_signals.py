import cv2
import numpy as np
import pytest

from udfs.forensics.quantization import STANDARD_LUMA, ijg_quality, ijg_table
from udfs.forensics.residuals import (
    block_cosines,
    blockiness,
    chroma,
    double_compression,
    luma_of,
    recompression,
    residual_over_activity,
    zone_contrast,
)
from udfs.forensics.signals import baseline_signals
from udfs.forensics.spectra import spectral_marks
from udfs.images.decode import Image

WHOLE = np.array([[0, 0], [511, 0], [511, 319], [0, 319]], np.float32)


def scene(seed: int = 0, height: int = 320, width: int = 512) -> Image:
    rng = np.random.default_rng(seed)
    rough = rng.integers(40, 220, (height // 16, width // 16, 3), dtype=np.uint8)
    smooth = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth + rng.normal(0, 5, smooth.shape), 0, 255).astype(np.uint8)


def jpeg(image: Image, quality: int) -> Image:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def test_block_cosines_are_opencvs_dct() -> None:
    luma = luma_of(scene())
    found = block_cosines(luma)
    assert found.shape == (40, 64, 8, 8)
    assert np.allclose(found[3, 5], cv2.dct(luma[24:32, 40:48] - 128), atol=1e-2)


@pytest.mark.parametrize("first", [50, 60])
def test_a_second_compression_leaves_a_period(first: int) -> None:
    table = ijg_table(92)
    steps = (float(table[1]), float(table[2]), float(table[4]))
    once = [double_compression(block_cosines(luma_of(jpeg(scene(k), 92))), steps) for k in range(4)]
    twice = [double_compression(block_cosines(luma_of(jpeg(jpeg(scene(k), first), 92))), steps) for k in range(4)]
    assert min(twice) > 1.5 * max(once)


def test_a_codecs_grid_is_seen() -> None:
    assert blockiness(luma_of(jpeg(scene(), 30))) > blockiness(luma_of(scene())) + 0.1


def test_recompression_changes_least_what_was_compressed_alike() -> None:
    assert recompression(jpeg(scene(), 90))[0] < 0.5 * recompression(scene())[0]


@pytest.mark.parametrize("period", [4.0, 5.5, 9.0])
def test_a_halftone_stands_out_of_the_spectrum(period: float) -> None:
    rows, columns = np.mgrid[0:320, 0:512]
    dots = np.cos(2 * np.pi * (columns + 0.4 * rows) / period) * np.cos(2 * np.pi * (rows - 0.4 * columns) / period)
    printed = np.clip(scene() + 8 * dots[:, :, None], 0, 255).astype(np.uint8)
    assert spectral_marks(luma_of(printed))[0] > spectral_marks(luma_of(scene()))[0] + 0.8


def test_the_zone_that_was_smoothed_is_the_odd_one() -> None:
    zones = [(float(x), float(y), x + 90.0, y + 40.0) for y in (20, 120, 220) for x in (20, 200, 380)]
    clean = scene()
    edited = clean.copy()
    edited[120:160, 200:290] = cv2.GaussianBlur(edited[120:160, 200:290], (0, 0), 2)
    before = zone_contrast(residual_over_activity(luma_of(clean)), zones)
    after = zone_contrast(residual_over_activity(luma_of(edited)), zones)
    assert after[0] > 3 * before[0]
    assert after[1] == 9


def test_a_grey_copy_has_no_colour() -> None:
    grey = cv2.cvtColor(cv2.cvtColor(scene(), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert chroma(grey)[0] < 0.5 < chroma(scene())[0]


@pytest.mark.parametrize("shape", [(64, 64), (65, 700), (300, 71), (320, 512)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_signals_are_finite_for_every_picture(shape: tuple[int, int], level: int) -> None:
    flat = np.full((*shape, 3), level, np.uint8)
    found = baseline_signals(flat, WHOLE, [(0, 0, 40, 40), (-10, -10, 5, 5), (600, 600, 700, 700)])
    assert np.isfinite(list(found.values())).all()


def test_the_quality_of_a_standard_table_is_found() -> None:
    assert np.array_equal(ijg_table(50), STANDARD_LUMA)
    for quality in (20, 50, 75, 92):
        assert ijg_quality(ijg_table(quality)) == quality


def test_a_rendered_page_tells_nothing_of_a_sensor() -> None:
    from typing import Any

    from udfs.images.headers import PNG, Header
    from udfs.observing.forensics_part import RENDERED, look_at_pixels
    from udfs.observing.look import Look

    header = Header(format=PNG, width=90, height=90, bits=8, colour="rgb", end=0)
    look = Look("0" * 64, b"", header, np.zeros((90, 90, 3), np.uint8), rendered=True)
    nothing: Any = None
    look_at_pixels([look], nothing)
    assert look.skipped == {"forensics": RENDERED}
    assert look.parts == {}
