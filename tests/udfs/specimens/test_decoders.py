"""Every decoder gives back the same picture, as true and as rich in detail as its source, and leaves its trace."""

import cv2
import numpy as np
import pytest

from udfs.specimens.attacks.decoders import DECODERS
from udfs.specimens.attacks.decoders.fidelity import LEAST_PSNR, psnr, whole_psnr
from udfs.specimens.attacks.decoders.reconstruct import LEAST_WHOLE_PSNR
from udfs.specimens.attacks.decoders.spectrum import ring_energies, with_spectrum_of
from udfs.specimens.portraits import draw_portrait
from udfs.specimens.rendered import Image

SIZE = (210, 262)
WITHOUT_PERIOD = ("kaiser",)


@pytest.fixture(scope="module")
def portraits() -> list[Image]:
    return [draw_portrait(seed, seed + 1, SIZE) for seed in (2, 9, 11, 14)]


@pytest.fixture(scope="module")
def decoded(portraits: list[Image]) -> dict[str, list[Image]]:
    return {
        name: [decode(portrait, np.random.default_rng(seed)) for seed, portrait in enumerate(portraits)]
        for name, decode in DECODERS.items()
    }


@pytest.mark.parametrize("name", DECODERS)
def test_reconstructions_are_true_to_their_source(
    name: str, portraits: list[Image], decoded: dict[str, list[Image]]
) -> None:
    for portrait, image in zip(portraits, decoded[name], strict=True):
        assert image.shape == portrait.shape
        assert image.dtype == np.uint8
        assert (image != portrait).mean() > 0.2
        assert psnr(portrait, image) >= LEAST_PSNR
        assert whole_psnr(portrait, image) >= LEAST_WHOLE_PSNR


@pytest.mark.parametrize("name", DECODERS)
def test_light_contrast_and_blur_tell_nothing(
    name: str, portraits: list[Image], decoded: dict[str, list[Image]]
) -> None:
    for portrait, image in zip(portraits, decoded[name], strict=True):
        assert image.mean() == pytest.approx(portrait.mean(), abs=0.5)
        assert image.std() == pytest.approx(portrait.std(), rel=0.02)
        own, wanted = (ring_energies(each.astype(np.float32))[2:-8, 0] for each in (image, portrait))
        assert own == pytest.approx(wanted, rel=0.15)


@pytest.mark.parametrize("name", [name for name in DECODERS if name not in WITHOUT_PERIOD])
def test_a_stride_leaves_its_period(name: str, portraits: list[Image], decoded: dict[str, list[Image]]) -> None:
    genuine = np.mean([_periodicity(portrait) for portrait in portraits])
    assert np.mean([_periodicity(image) for image in decoded[name]]) > 1.4 * genuine


@pytest.mark.parametrize("name", DECODERS)
def test_the_same_generator_state_gives_the_same_picture(
    name: str, portraits: list[Image], decoded: dict[str, list[Image]]
) -> None:
    before = portraits[0].copy()
    assert np.array_equal(DECODERS[name](portraits[0], np.random.default_rng(0)), decoded[name][0])
    assert not np.array_equal(DECODERS[name](portraits[0], np.random.default_rng(5)), decoded[name][0])
    assert np.array_equal(portraits[0], before)


@pytest.mark.parametrize("name", DECODERS)
def test_any_size_is_kept(name: str, portraits: list[Image]) -> None:
    for height, width in ((61, 47), (16, 33), (9, 5), (1, 1)):
        cut = portraits[0][:height, :width]
        assert DECODERS[name](cut, np.random.default_rng(1)).shape == cut.shape


@pytest.mark.parametrize("name", DECODERS)
def test_noise_that_no_latent_holds_comes_back_faithful_too(name: str) -> None:
    noise = np.random.default_rng(0).integers(60, 200, (64, 80, 3), dtype=np.uint8)
    image = DECODERS[name](noise, np.random.default_rng(1))
    assert (image != noise).any()
    assert psnr(noise, image) >= LEAST_PSNR


def test_a_blurred_picture_gets_back_the_energy_that_it_lost(portraits: list[Image]) -> None:
    source = portraits[0].astype(np.float32)
    blurred = np.asarray(cv2.GaussianBlur(source, (0, 0), 1.5), dtype=np.float32)
    grains = [np.random.default_rng(seed).normal(0, 1, source.shape).astype(np.float32) for seed in (0, 1)]
    wanted = ring_energies(source)
    assert (ring_energies(blurred)[20:] < 0.5 * wanted[20:]).all()
    matched = with_spectrum_of(source, blurred, (grains[0], grains[1]), 0.5)
    assert ring_energies(matched) == pytest.approx(wanted, rel=0.01)
    assert matched.mean(axis=(0, 1)) == pytest.approx(source.mean(axis=(0, 1)), abs=0.01)


def test_fidelity_is_that_of_the_flatter_blocks() -> None:
    page = np.full((64, 64, 3), 200, np.uint8)
    page[:32, ::3] = 20
    smeared = page.copy()
    smeared[:32] = 140
    assert psnr(page, smeared) > 60 > whole_psnr(page, smeared)
    assert psnr(page, page + np.uint8(5)) == pytest.approx(10 * np.log10(255**2 / 25), abs=0.01)


def _periodicity(image: Image) -> float:
    """Strongest ratio, over periods of 2 to 16 lines, of the residual's variation with the phase to that without."""
    grey = image.astype(np.float32).mean(axis=2)
    size = np.log(np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.5)) + 0.5)
    found = []
    for period in range(2, 17):
        for axis in (0, 1):
            lines = size.mean(axis=axis)
            lines = lines - cv2.blur(lines[None], (2 * period + 1, 1))[0]
            folded = lines[: len(lines) // period * period].reshape(-1, period)
            between = len(folded) * folded.mean(axis=0).var() * period / (period - 1)
            found.append(float(between / folded.var(axis=0, ddof=1).mean()))
    return max(found)
